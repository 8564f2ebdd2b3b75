using System.Buffers;
using System.Text;
using Appliance.Options;

namespace Appliance.Images.Transfers;

/// <summary>Decides which names files may come under. Pure. Stricter than what the library lists: they come from the network.</summary>
public static class ImageFileName
{
    /// <summary>What exFAT and Windows take in no name (exFAT specification §7.7.3).</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"|?*");

    /// <summary>Bytes in the file's own name: <see cref="IncomingFile"/> and <see cref="DownloadNote"/> add six while it is incomplete.</summary>
    private const int MaxNameBytes = SafePath.MaxNameBytes - 6;

    /// <summary>The path in the folder of images that a name stands for: its folders are groups.</summary>
    /// <exception cref="UnusableNameException">It cannot be used; the message says why.</exception>
    public static string Parse(string name)
    {
        string path = ParseAny(name);
        return path.EndsWith(".iso", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".img", StringComparison.OrdinalIgnoreCase)
            ? path
            : throw Unusable(name, "the name of an image ends in .iso or .img");
    }

    /// <summary>The same for a file that is no image.</summary>
    /// <exception cref="UnusableNameException">As above.</exception>
    public static string ParseAny(string name)
    {
        if (!SafePath.TryNormalize(name, out string? path, out string? reason))
        {
            throw Unusable(name, reason);
        }

        string[] segments = path.Split('/');
        string? problem = path.Length == 0 ? "it is empty"
            : path.AsSpan().ContainsAny(Forbidden) ? "a name must not hold any of < > : \" | ? *"
            : segments.Length > LibraryLister.MaxDepth ? $"it is more than {LibraryLister.MaxDepth} folders deep"
            : Array.Exists(segments, static segment => segment.StartsWith('.')) ? "a name that begins with a dot is hidden"
            : Encoding.UTF8.GetByteCount(segments[^1]) > MaxNameBytes ? $"its name is longer than {MaxNameBytes} bytes"
            : null;
        return problem is null ? path : throw Unusable(name, problem);
    }

    private static UnusableNameException Unusable(string name, string reason) => new($"{Printable.Text(name)}: {reason}");
}
