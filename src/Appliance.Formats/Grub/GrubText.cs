using System.Text;
using Appliance.Formats.Ipxe;

namespace Appliance.Formats.Grub;

/// <summary>
/// Escaping for GRUB's script language, in one place. A single-quoted word is taken as it is up to the next single quote;
/// nothing is expanded inside it (GNU GRUB manual, "Quoting").
/// </summary>
public static class GrubText
{
    /// <summary>One word of the script with exactly this text. Control characters and line breaks become blanks.</summary>
    public static string Quote(string text)
    {
        var builder = new StringBuilder(text.Length + 2).Append('\'');
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool visible = !Rune.IsControl(rune) && rune != Rune.ReplacementChar && rune.Value is not (0x85 or 0x2028 or 0x2029);
            builder.Append(!visible ? " " : rune.Value == '\'' ? @"'\''" : rune.ToString());
        }

        return builder.Append('\'').ToString();
    }

    /// <summary>Kernel parameters as quoted words. One that holds a control character is left out, because an altered
    /// parameter means another thing.</summary>
    public static string Parameters(string text) =>
        string.Join(' ', text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Where(static word => !word.Any(char.IsControl))
            .Select(static word => word.All(IsPlain) ? word : Quote(word)));

    /// <summary>A published path behind GRUB's name of the server, by HTTP: GRUB sends it as it stands, so it is encoded.</summary>
    /// <param name="device">GRUB's name of the server, as in <c>(http,192.168.100.1)</c>.</param>
    public static string HttpPath(string device, string path) => device + IpxeText.UrlPath(path);

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or ',' or '=' or '+' or '@';
}
