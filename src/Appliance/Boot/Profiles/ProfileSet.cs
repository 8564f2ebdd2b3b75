using System.Collections.Immutable;

namespace Appliance.Boot.Profiles;

/// <summary>A profile with the file that it came from, for messages.</summary>
internal readonly record struct ProfileSource(string File, BootProfile Profile);

/// <summary>All profiles; never changes.</summary>
public sealed class ProfileSet
{
    /// <summary>Profiles between one and its last base; real ones have two.</summary>
    private const int MaxBases = 8;

    private ProfileSet(ImmutableArray<ResolvedProfile> profiles, ImmutableArray<string> mistakes)
    {
        Profiles = profiles;
        Mistakes = mistakes;
    }

    /// <summary>What is wrong with profiles that were left out: file, place, what.</summary>
    public ImmutableArray<string> Mistakes { get; }

    /// <summary>Number of profiles that can be used.</summary>
    public int Count => Profiles.Length;

    internal ImmutableArray<ResolvedProfile> Profiles { get; }

    /// <summary>Puts a set together; of two profiles with one id the later one counts.</summary>
    /// <param name="sources">The shipped ones, then the user's.</param>
    /// <param name="mistakes">Mistakes that were found when the files were read.</param>
    internal static ProfileSet Build(IEnumerable<ProfileSource> sources, IEnumerable<string> mistakes)
    {
        var byId = new Dictionary<string, ProfileSource>(StringComparer.Ordinal);
        foreach (ProfileSource source in sources)
        {
            byId[source.Profile.Id] = source;
        }

        var profiles = ImmutableArray.CreateBuilder<ResolvedProfile>();
        var all = mistakes.ToList();
        foreach (ProfileSource source in byId.Values.OrderBy(static source => source.Profile.Id, StringComparer.Ordinal))
        {
            if (Resolve(source.Profile, byId, 0, out string? mistake) is { } resolved)
            {
                profiles.Add(resolved);
            }
            else
            {
                all.Add($"{source.File}: {mistake}");
            }
        }

        return new ProfileSet(profiles.ToImmutable(), [.. all]);
    }

    private static ResolvedProfile? Resolve(
        BootProfile profile, Dictionary<string, ProfileSource> byId, int depth, out string? mistake)
    {
        mistake = null;
        if (profile.Base is null)
        {
            return ResolvedProfile.Of(profile);
        }

        if (depth == MaxBases || !byId.TryGetValue(profile.Base, out ProfileSource source))
        {
            mistake = depth == MaxBases
                ? $"$.base: the bases of '{profile.Id}' lead in a circle"
                : $"$.base: there is no profile '{profile.Base}', or it has mistakes of its own";
            return null;
        }

        return Resolve(source.Profile, byId, depth + 1, out mistake)?.With(profile);
    }
}
