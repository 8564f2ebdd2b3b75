using System.Text;

namespace Appliance.Admin;

/// <summary>Checks of text that people send, before it goes into the catalog and from there to menus and pages.</summary>
internal static class FieldText
{
    /// <summary>One line of at most so many characters, without control characters or broken surrogates; trimmed.</summary>
    /// <exception cref="ApiException">It is another; the message names the field.</exception>
    public static string Line(string field, string text, int most)
    {
        string trimmed = text.Trim();
        bool isClean = trimmed.Length <= most && trimmed.EnumerateRunes().All(static rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar);
        return isClean ? trimmed : throw ApiException.BadRequest($"{field} takes one line of at most {most} characters");
    }

    /// <summary>Words for a kernel's command line: printable ASCII, nothing that a menu script reads as its own.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static string Parameters(string field, string text)
    {
        const int Most = 1024; // Half of what the smallest kernels take (COMMAND_LINE_SIZE is 2048 on x86)
        string trimmed = text.Trim();
        bool isClean = trimmed.Length <= Most && !trimmed.AsSpan().ContainsAnyExceptInRange(' ', '~')
            && !trimmed.Contains("${", StringComparison.Ordinal);
        return isClean ? trimmed : throw ApiException.BadRequest($"{field} takes at most {Most} printable ASCII characters, without ${{");
    }

    /// <summary>A group: folders with slashes between, without empty ones; empty: no group.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static string Group(string field, string text)
    {
        string[] folders = [.. text.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return folders.Length <= 8 && !folders.Contains("..")
            ? Line(field, string.Join('/', folders), 200)
            : throw ApiException.BadRequest($"{field} takes at most 8 names with slashes between");
    }

    /// <summary>An Ethernet address with colons or dashes; returned with colons, in lower case.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static string Mac(string field, string? text)
    {
        string compact = (text ?? "").Replace("-", ":", StringComparison.Ordinal).ToLowerInvariant();
        string[] octets = compact.Split(':');
        bool isMac = octets.Length == 6 && Array.TrueForAll(octets, static octet => octet.Length == 2 && octet.All(char.IsAsciiHexDigitLower));
        return isMac ? compact : throw ApiException.BadRequest($"{field} takes an Ethernet address, such as 52:54:00:12:34:56");
    }

    /// <summary>A SHA-256 as 64 hex digits.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static string? Sha256(string? text) =>
        text is null || (text.Length == 64 && text.All(char.IsAsciiHexDigit)) ? text
        : throw ApiException.BadRequest("sha256 takes 64 hex digits");

    /// <exception cref="ApiException">There is none.</exception>
    public static string Required(string field, string? text) =>
        string.IsNullOrEmpty(text) ? throw ApiException.BadRequest($"{field} is missing") : text;
}
