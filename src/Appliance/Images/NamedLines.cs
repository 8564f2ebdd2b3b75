using System.Text;
using Appliance.Options;

namespace Appliance.Images;

/// <summary>A small text file of ours beside images: a title, then one <c>name value</c> line each. Names that are not known are skipped.</summary>
internal static class NamedLines
{
    /// <summary>Longest file that is read. 64 KiB: a kernel's command line has 4.</summary>
    public const int MaxLength = 1 << 16;

    /// <summary>A value stays on its line.</summary>
    public static byte[] Write(string title, IEnumerable<(string Name, string Value)> values)
    {
        var text = new StringBuilder(title).Append('\n');
        foreach ((string name, string value) in values)
        {
            text.Append(name).Append(' ').Append(value.Any(char.IsControl) ? Printable.Text(value) : value).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The values of each name in their order; null when the file has another title.</summary>
    public static ILookup<string, string>? TryRead(string title, ReadOnlySpan<byte> text)
    {
        string[] lines = Encoding.UTF8.GetString(text).Split('\n');
        return lines[0] != title ? null : lines.Skip(1)
            .Select(static line => line.Split(' ', 2))
            .Where(static words => words.Length == 2)
            .ToLookup(static words => words[0], static words => words[1], StringComparer.Ordinal);
    }
}
