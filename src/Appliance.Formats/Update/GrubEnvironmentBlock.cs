using System.Text;

namespace Appliance.Formats.Update;

/// <summary>
/// What GRUB remembers between boots: a file of fixed length that it can overwrite in place (GRUB manual, "The GRUB environment
/// block").
/// <code>"# GRUB Environment Block\n" | name=value "\n" ... | '#' up to 1024 bytes</code>
/// A backslash before a backslash or a line feed takes it literally.
/// </summary>
public static class GrubEnvironmentBlock
{
    public const int Length = 1024;

    private const string Signature = "# GRUB Environment Block\n";

    /// <summary>Reads all variables. A line without an equals sign, such as the filling, is skipped.</summary>
    public static bool TryParse(ReadOnlySpan<byte> block, out SortedDictionary<string, string> variables, out string? reason)
    {
        variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (block.Length != Length || !block.StartsWith(Encoding.Latin1.GetBytes(Signature)))
        {
            reason = "is no GRUB environment block of 1024 bytes";
            return false;
        }

        foreach (string line in Encoding.Latin1.GetString(block[Signature.Length..]).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                variables[line[..equals]] = line[(equals + 1)..].Replace(@"\\", @"\", StringComparison.Ordinal);
            }
        }

        reason = null;
        return true;
    }

    /// <exception cref="ArgumentException">They do not fit, or a value has more than one line.</exception>
    public static byte[] Write(IReadOnlyDictionary<string, string> variables)
    {
        var text = new StringBuilder(Signature);
        foreach ((string name, string value) in variables)
        {
            if (value.Contains('\n', StringComparison.Ordinal))
            {
                throw new ArgumentException($"{name} has more than one line", nameof(variables));
            }

            text.Append(name).Append('=').Append(value.Replace(@"\", @"\\", StringComparison.Ordinal)).Append('\n');
        }

        return text.Length <= Length
            ? Encoding.Latin1.GetBytes(text.ToString().PadRight(Length, '#'))
            : throw new ArgumentException($"{text.Length} bytes do not fit into {Length}", nameof(variables));
    }
}
