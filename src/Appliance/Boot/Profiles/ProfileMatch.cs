using System.Collections.Immutable;

namespace Appliance.Boot.Profiles;

/// <summary>A profile that fits an image, and why.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Evidence">What was found, a line each.</param>
/// <param name="Hint">2 when the label is what such images have, 1 when the file's name is, else 0.</param>
internal sealed record ProfileMatch(ResolvedProfile Profile, ImmutableArray<string> Evidence, int Hint);

/// <summary>Finds the profiles that fit an image. Pure; the same image always gives the same order.</summary>
internal static class ProfileMatcher
{
    /// <summary>
    /// All that fit, the best first: by priority, then by the number of conditions (the more special one), then by what
    /// label and file name hint at, then by id. A profile's own bases are left out.
    /// </summary>
    public static ImmutableArray<ProfileMatch> Match(ProfileSet set, ImageFacts facts)
    {
        List<ProfileMatch> matches = [.. set.Profiles.Select(profile => TryMatch(profile, facts)).OfType<ProfileMatch>()];
        return
        [
            .. matches.Where(match => !matches.Exists(other => other.Profile.Bases.Contains(match.Profile.Id)))
                .OrderByDescending(static match => match.Profile.Priority)
                .ThenByDescending(static match => match.Profile.Conditions.Length)
                .ThenByDescending(static match => match.Hint)
                .ThenBy(static match => match.Profile.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// What the label, else the file's name, hints at; for images in which nothing that a profile asks for was found.
    /// The longest pattern wins, because it says the most.
    /// </summary>
    public static ResolvedProfile? Guess(ProfileSet set, string label, string fileName) =>
        GuessBy(set, label, static profile => profile.Labels) ?? GuessBy(set, fileName, static profile => profile.Names);

    private static ResolvedProfile? GuessBy(ProfileSet set, string text, Func<ResolvedProfile, ImmutableArray<string>> patterns) =>
        set.Profiles.SelectMany(profile => patterns(profile).Select(pattern => (Profile: profile, Pattern: pattern)))
            .Where(item => ConditionReader.Fits(text, item.Pattern))
            .OrderByDescending(static item => item.Pattern.Length)
            .ThenBy(static item => item.Profile.Id, StringComparer.Ordinal)
            .Select(static item => item.Profile)
            .FirstOrDefault();

    private static ProfileMatch? TryMatch(ResolvedProfile profile, ImageFacts facts)
    {
        var reader = new ConditionReader(facts, FindRelease(profile, facts), own: "");
        if (!reader.HoldsAll(profile.Conditions))
        {
            return null;
        }

        int hint = profile.Labels.Any(pattern => ConditionReader.Fits(facts.Label, pattern)) ? 2
            : profile.Names.Any(pattern => ConditionReader.Fits(facts.FileName, pattern)) ? 1 : 0;
        return new ProfileMatch(profile, [.. reader.Evidence], hint);
    }

    /// <summary>The release that the image tells, or null.</summary>
    public static string? FindRelease(ResolvedProfile profile, ImageFacts facts) => profile.Release
        .Select(source => ReleaseNumber.Find(source.File is null ? facts.Label : facts.ReadText(source.File) ?? "", source.After))
        .FirstOrDefault(static release => release is not null);
}
