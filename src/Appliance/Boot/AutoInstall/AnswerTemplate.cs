using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Appliance.Boot.AutoInstall;

/// <summary>
/// An answer file with variables: <c>${mac}</c>, and <c>$${x}</c> for a literal <c>${x}</c>. The set of variables is closed, so
/// that a misspelt one is a mistake that names its line, and not an installation with a hole in it. What people have written
/// may stand in double quotes only (in XML anywhere), and is escaped for them. Pure.
/// </summary>
public static class AnswerTemplate
{
    /// <summary>Longest file, in characters. 64 Ki: ten times the longest that installers' manuals show.</summary>
    public const int MaxLength = 64 * 1024;

    private const string Open = "${";

    /// <summary>What is wrong with a file, a line each, with the number of its line first.</summary>
    public static ImmutableArray<string> FindMistakes(string content, AnswerLanguage language)
    {
        var mistakes = ImmutableArray.CreateBuilder<string>();
        if (content.Length > MaxLength)
        {
            return [$"it is longer than {MaxLength} characters"];
        }

        string[] lines = content.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            Read(line, (variable, at) =>
            {
                if (FindMistake(line, variable, at, language) is { } mistake)
                {
                    mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"line {i + 1}: {mistake}"));
                }

                return "";
            });
        }

        return mistakes.ToImmutable();
    }

    /// <summary>The file for one client. A variable of which nothing is known here is named in the exception.</summary>
    /// <exception cref="NotPublishedException">A variable's value is not known of this client.</exception>
    public static string Expand(string content, AnswerLanguage language, AnswerValues values) => Read(content, (variable, _) =>
    {
        string value = values.Find(variable ?? "")
            ?? throw new NotPublishedException($"These answers need ${{{variable}}}, which is not known of {values.Address}: let it boot by this box's DHCP.");
        return AnswerValues.Free.Contains(variable!) ? Escape(value, language) : value;
    });

    private static string? FindMistake(string line, string? variable, int at, AnswerLanguage language) => variable switch
    {
        null => "${ is not closed by } in its line; write $${ for a literal one",
        _ when AnswerValues.Plain.Contains(variable) => null,
        _ when !AnswerValues.Free.Contains(variable) =>
            $"${{{variable}}} is no variable; there are: {string.Join(", ", AnswerValues.Plain.Concat(AnswerValues.Free))}; write $${{ for a literal ${{",
        _ when language is AnswerLanguage.Xml || IsInDoubleQuotes(line.AsSpan(0, at), language) => null,
        _ => $"${{{variable}}} must stand in double quotes, and not in single ones around them",
    };

    /// <summary>Whether what follows such a beginning of a line is between double quotes.</summary>
    private static bool IsInDoubleQuotes(ReadOnlySpan<char> before, AnswerLanguage language)
    {
        char quote = '\0';
        for (int i = 0; i < before.Length; i++)
        {
            char c = before[i];
            if (c == '\\' && quote != '\'')
            {
                i++;
            }
            else if (quote == c)
            {
                quote = '\0';
            }
            else if (quote == '\0' && (c == '"' || (c == '\'' && language is not AnswerLanguage.Json)))
            {
                quote = c;
            }
        }

        return quote == '"';
    }

    /// <summary>A text for between double quotes; in XML for anywhere. Control characters become blanks.</summary>
    private static string Escape(string text, AnswerLanguage language)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool visible = !Rune.IsControl(rune) && rune != Rune.ReplacementChar && rune.Value is not (0x2028 or 0x2029 or 0xFFFE or 0xFFFF);
            escaped.Append(!visible ? " " : language switch
            {
                AnswerLanguage.Xml => EscapeXml(rune),
                AnswerLanguage.Shell when rune.Value is '"' or '\\' or '$' or '`' => "\\" + rune,
                not AnswerLanguage.Shell when rune.Value is '"' or '\\' => "\\" + rune,
                _ => rune.ToString(),
            });
        }

        return escaped.ToString();
    }

    private static string EscapeXml(Rune rune) => rune.Value switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        _ => rune.ToString(),
    };

    /// <summary>Replaces each variable by what it is told of it: the name, null where it is not closed, and where it begins.</summary>
    private static string Read(string text, Func<string?, int, string> value)
    {
        var result = new StringBuilder(text.Length);
        int at = 0;
        for (int open = text.IndexOf(Open, StringComparison.Ordinal); open >= 0; open = text.IndexOf(Open, at, StringComparison.Ordinal))
        {
            if (open > at && text[open - 1] == '$')
            {
                result.Append(text, at, open - 1 - at).Append(Open);
                at = open + Open.Length;
                continue;
            }

            result.Append(text, at, open - at);
            int end = text.AsSpan(open).IndexOfAny('}', '\n');
            bool isClosed = end >= 0 && text[open + end] == '}';
            result.Append(value(isClosed ? text.Substring(open + Open.Length, end - Open.Length) : null, open));
            at = isClosed ? open + end + 1 : open + Open.Length;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }
}
