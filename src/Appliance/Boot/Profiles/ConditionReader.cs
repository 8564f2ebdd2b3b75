using System.IO.Enumeration;

namespace Appliance.Boot.Profiles;

/// <summary>Finds out whether conditions are true of an image, and notes what was found.</summary>
/// <param name="facts">The image.</param>
/// <param name="release">Its release, or null.</param>
/// <param name="own">Parameters of its own menu.</param>
internal sealed class ConditionReader(ImageFacts facts, string? release, string own)
{
    /// <summary>What was found for the conditions that are true.</summary>
    public List<string> Evidence { get; } = [];

    /// <summary>Whether all conditions are true.</summary>
    public bool HoldsAll(IEnumerable<ProfileCondition> conditions) => conditions.All(Holds);

    /// <summary>Whether a text fits a pattern with <c>*</c> and <c>?</c>, letters in any case.</summary>
    public static bool Fits(string text, string pattern) => FileSystemName.MatchesSimpleExpression(pattern, text);

    private bool Holds(ProfileCondition condition) =>
        (condition.Path is null || HasPath(condition.Path))
        && (condition.File is null || HasText(condition.File, condition.Contains ?? []))
        && (condition.Label is null || HasLabel(condition.Label))
        && (condition.Release is null || Note(ReleaseNumber.Fits(release, condition.Release), $"release {release ?? "unknown"} is {condition.Release}"))
        && (condition.Own is null || HasOwn(condition.Own))
        && (condition.Any is null || condition.Any.Exists(Holds))
        && (condition.None is null || !condition.None.Exists(new ConditionReader(facts, release, own).Holds));

    private bool HasPath(List<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            foreach (FoundPath found in facts.Match(pattern))
            {
                return Note(true, $"it has {found.Path}");
            }
        }

        return false;
    }

    private bool HasText(string file, List<string> words)
    {
        string? text = facts.ReadText(file);
        string? word = text is null ? null : words.Find(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        return Note(word is not null, $"{file} says \"{word}\"");
    }

    private bool HasLabel(List<string> patterns) =>
        Note(patterns.Exists(pattern => Fits(facts.Label, pattern)), $"its label is \"{facts.Label}\"");

    private bool HasOwn(List<string> patterns)
    {
        string[] words = own.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? found = words.FirstOrDefault(word => patterns.Exists(pattern => Fits(word, pattern)));
        return Note(found is not null, $"its own menu says {found}");
    }

    private bool Note(bool holds, string evidence)
    {
        if (holds)
        {
            Evidence.Add(evidence);
        }

        return holds;
    }
}
