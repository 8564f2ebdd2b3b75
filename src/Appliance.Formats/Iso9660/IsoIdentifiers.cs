using System.Globalization;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Makes the identifiers of one directory's entries: upper-case letters, digits and underscores, different from each other
/// (ECMA-119 §7.5, §7.6). Only readers without Rock Ridge see them.
/// </summary>
internal sealed class IsoIdentifiers
{
    /// <summary>Name and extension of a file together (§7.5.1); a directory could have one more.</summary>
    private const int MaxLength = 30;

    /// <summary>Long enough for <c>squashfs</c> and <c>manifest</c>.</summary>
    private const int MaxExtensionLength = 8;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private int _doubles;

    /// <summary><c>FILE_NAME.EXTENSION;1</c>, or <c>DIRECTORY</c>.</summary>
    public string Assign(string name, bool isDirectory)
    {
        int dot = isDirectory ? -1 : name.LastIndexOf('.');
        string extension = Clean(dot < 0 ? "" : name[(dot + 1)..], MaxExtensionLength);
        string cleanStem = Clean(dot < 0 ? name : name[..dot], MaxLength - extension.Length);
        string stem = cleanStem.Length > 0 ? cleanStem : "_";
        while (!_taken.Add($"{stem}.{extension}"))
        {
            string number = string.Create(CultureInfo.InvariantCulture, $"_{++_doubles}");
            stem = cleanStem[..Math.Min(cleanStem.Length, MaxLength - extension.Length - number.Length)] + number;
        }

        return isDirectory ? stem : $"{stem}.{extension};1";
    }

    private static string Clean(string text, int maxLength) => string.Create(
        Math.Min(text.Length, maxLength), text, static (clean, text) =>
        {
            for (int i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsAsciiLetterOrDigit(text[i]) ? char.ToUpperInvariant(text[i]) : '_';
            }
        });
}
