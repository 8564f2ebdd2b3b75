using System.Text;

namespace Appliance.Options;

/// <summary>Makes text that came from outside fit for one line of a log or message.</summary>
public static class Printable
{
    private const int MaxLength = 200;

    /// <summary>
    /// The text with control characters and unpaired surrogates as <c>\xNN</c>, cut after 200 characters: it can neither
    /// forge a line nor colour a terminal.
    /// </summary>
    public static string Text(ReadOnlySpan<char> text)
    {
        if (text.Length <= MaxLength && !text.ContainsAnyExceptInRange(' ', '~'))
        {
            return text.ToString();
        }

        var builder = new StringBuilder(text.Length);
        foreach (Rune rune in (text.Length > MaxLength ? text[..MaxLength] : text).EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                builder.Append("\\x").Append(rune.Value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                builder.Append(rune.ToString());
            }
        }

        return text.Length > MaxLength ? builder.Append("...").ToString() : builder.ToString();
    }
}
