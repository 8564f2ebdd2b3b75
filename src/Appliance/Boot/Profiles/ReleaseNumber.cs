using System.Globalization;

namespace Appliance.Boot.Profiles;

/// <summary>Finds release numbers in texts, and compares them.</summary>
internal static class ReleaseNumber
{
    private static readonly string[] Operators = [">=", "<=", "<", ">", "="];

    /// <summary>
    /// The first number behind <paramref name="after"/>: <c>24.04.1</c> of "Ubuntu 24.04.1 LTS", <c>9.0</c> of
    /// "Rocky-9-0-x86_64-dvd". Null when there is none.
    /// </summary>
    public static string? Find(string text, string after)
    {
        int start = text.IndexOf(after, StringComparison.OrdinalIgnoreCase);
        int digit = start < 0 ? -1 : FindNumber(text, start + after.Length, after.Length > 0);
        if (digit < 0)
        {
            return null;
        }

        ReadOnlySpan<char> rest = text.AsSpan(digit);
        int end = 1;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end])
            || (rest[end] is '.' or '-' or '_' && end + 1 < rest.Length && char.IsAsciiDigit(rest[end + 1]))))
        {
            end++;
        }

        return rest[..end].ToString().Replace('-', '.').Replace('_', '.');
    }

    /// <summary>Where a number begins that is no part of a word such as amd64; right behind a word that was asked for it may be.</summary>
    private static int FindNumber(string text, int start, bool mayFollowDirectly)
    {
        for (int at = start; at < text.Length; at++)
        {
            bool isFirstDigit = char.IsAsciiDigit(text[at]) && (at == start || !char.IsAsciiDigit(text[at - 1]));
            if (isFirstDigit && ((at == start && mayFollowDirectly) || at == 0 || !char.IsAsciiLetter(text[at - 1])))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Whether the expression (<c>&gt;=24.04</c>) is one.</summary>
    public static bool IsExpression(string expression) =>
        Operators.FirstOrDefault(expression.StartsWith) is { } sign && Parts(expression[sign.Length..]) is { Count: > 0 };

    /// <summary>Whether the release fits. One that is not known counts as newer than all others.</summary>
    public static bool Fits(string? release, string expression)
    {
        string sign = Operators.First(expression.StartsWith);
        List<int>? wanted = Parts(expression[sign.Length..]);
        int order = release is null || Parts(release) is not { } parts ? 1 : Compare(parts, wanted!);
        return sign switch
        {
            ">=" => order >= 0,
            "<=" => order <= 0,
            "<" => order < 0,
            ">" => order > 0,
            _ => order == 0,
        };
    }

    /// <summary>Compares as many parts as are wanted: 24.04.1 is 24.04.</summary>
    private static int Compare(List<int> release, List<int> wanted)
    {
        for (int i = 0; i < wanted.Count; i++)
        {
            int order = (i < release.Count ? release[i] : 0).CompareTo(wanted[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static List<int>? Parts(string text)
    {
        var parts = new List<int>();
        foreach (string part in text.Trim().Split('.'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return null;
            }

            parts.Add(number);
        }

        return parts;
    }
}
