using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Appliance.Images;

/// <summary>
/// Decides which names out of an image or archive become names on our disk. Pure. What it lets through stays below the
/// folder it is joined to, and means the same on ext4 and exFAT.
/// </summary>
internal static class SafePath
{
    /// <summary>Bytes in one name: what ext4 takes; exFAT takes 255 UTF-16 units, which are no more.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>Bytes in a path. 1,024: a quarter of Linux' PATH_MAX, so that the folder above it fits as well.</summary>
    public const int MaxPathBytes = 1024;

    /// <summary>Folders inside each other. 32: kernel trees have 12.</summary>
    public const int MaxDepth = 32;

    // A backslash is a slash to Windows, where the card may be read; U+FFFD stands for bytes that were no UTF-8.
    private static readonly SearchValues<char> Unusable = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code), '\x7f', '\\', '\ufffd']);

    /// <summary>
    /// Takes a recorded path to one with single slashes, without <c>.</c> and without slashes at its ends; the empty string
    /// is the folder itself. False, with the reason, when it must not be used.
    /// </summary>
    public static bool TryNormalize(string recorded, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? reason)
    {
        path = null;
        if (recorded.StartsWith('/'))
        {
            reason = "its path is absolute";
            return false;
        }

        if (Encoding.UTF8.GetByteCount(recorded) > MaxPathBytes)
        {
            reason = $"its path is longer than {MaxPathBytes} bytes";
            return false;
        }

        var names = new List<string>();
        foreach (string name in recorded.Split('/').Where(static name => name is not ("" or ".")))
        {
            reason = Reject(name);
            if (reason is not null)
            {
                return false;
            }

            names.Add(name);
        }

        reason = names.Count > MaxDepth ? $"it is more than {MaxDepth} folders deep" : null;
        path = reason is null ? string.Join('/', names) : null;
        return path is not null;
    }

    private static string? Reject(string name) =>
        name == ".." ? "its path goes up (..)"
        : name.AsSpan().ContainsAny(Unusable) ? "its name holds a control character, a backslash or broken UTF-8"
        : Encoding.UTF8.GetByteCount(name) > MaxNameBytes ? $"a name in it is longer than {MaxNameBytes} bytes"
        : name[^1] is '.' or ' ' ? "a name in it ends with a dot or a blank, which exFAT drops"
        : null;
}
