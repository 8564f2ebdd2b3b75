using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Appliance.Boot;

/// <summary>Turns the name in a request into the one spelling that <see cref="BootFiles"/> looks up.</summary>
public static class BootPath
{
    /// <summary>Longest name that is looked up, in characters: more than any firmware's buffer, less than any attack needs.</summary>
    public const int MaxLength = 1024;

    /// <summary>
    /// Folds repeated slashes (shim asks for <c>//grubx64.efi</c>), drops a leading one, and refuses what no published name
    /// holds: <c>.</c> and <c>..</c> segments, control characters, replacement characters of broken UTF-8, over-long names.
    /// </summary>
    /// <param name="name">The decoded name; for TFTP with backslashes already turned into slashes.</param>
    /// <param name="path">The name with exactly one slash before each segment; "/" for an empty name.</param>
    public static bool TryNormalize(ReadOnlySpan<char> name, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (name.Length > MaxLength)
        {
            return false;
        }

        var builder = new StringBuilder(name.Length + 1);
        foreach (Range range in name.Split('/'))
        {
            ReadOnlySpan<char> segment = name[range];
            if (segment.IsEmpty)
            {
                continue;
            }

            if (segment is "." or ".." || segment.ContainsAnyInRange('\0', '\x1f') || segment.ContainsAny('\x7f', '\ufffd'))
            {
                return false;
            }

            builder.Append('/').Append(segment);
        }

        path = builder.Length == 0 ? "/" : builder.ToString();
        return true;
    }
}
