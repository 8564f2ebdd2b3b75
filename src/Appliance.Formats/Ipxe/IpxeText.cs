using System.Text;

namespace Appliance.Formats.Ipxe;

/// <summary>
/// Escaping for iPXE scripts, in one place. iPXE expands <c>${name}</c> anywhere in a line, again and again until none is
/// left, splits at white space, takes the words <c>||</c>, <c>&amp;&amp;</c> and <c>;</c> as operators, and a word that begins
/// with <c>#</c> as the beginning of a comment; it has no quotes and no escape character. What came from outside is therefore
/// made harmless, not quoted.
/// Source: iPXE src/core/exec.c, src/core/settings.c (expand_settings).
/// </summary>
public static class IpxeText
{
    /// <summary>
    /// Text for the end of an <c>item</c>, <c>menu</c> or <c>echo</c> line: control characters become blanks, an
    /// expansion or an operator is broken up by a blank, a semicolon that stands alone becomes a comma, and <c>#1</c> is
    /// written as <c>No.1</c>.
    /// </summary>
    public static string Plain(string text)
    {
        var builder = new StringBuilder(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool visible = !Rune.IsControl(rune) && rune != Rune.ReplacementChar && !IsLineBreak(rune);
            builder.Append(visible ? rune.ToString() : " ");
        }

        builder.Replace("${", "$ {");
        string[] words = builder.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Select(static word => word switch
        {
            "||" or "&&" => string.Join(' ', word.ToCharArray()),
            ";" => ",",
            ['#', .. var rest] => $"No.{rest}",
            _ => word,
        }));
    }

    /// <summary>
    /// Kernel parameters: words that iPXE would take for something else, or that hold control characters, are left out
    /// rather than altered, because an altered parameter means another thing.
    /// </summary>
    public static string Parameters(string text) =>
        string.Join(' ', text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(static word =>
            word is not ("||" or "&&" or ";") && !word.StartsWith('#') && !word.Contains("${", StringComparison.Ordinal) && !word.Any(char.IsControl)));

    /// <summary>
    /// A path for use in a URL: every byte but unreserved characters and slashes is percent-encoded (RFC 3986 §2.3), so
    /// that no file name can end the word, begin an expansion or start a query.
    /// </summary>
    public static string UrlPath(string path)
    {
        var builder = new StringBuilder(path.Length + 16);
        foreach (byte value in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'/' or (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                builder.Append((char)value);
            }
            else
            {
                builder.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return builder.ToString();
    }

    private static bool IsLineBreak(Rune rune) => rune.Value is 0x85 or 0x2028 or 0x2029;
}
