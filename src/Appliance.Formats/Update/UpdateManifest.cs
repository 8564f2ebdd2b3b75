using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Appliance.Formats.Update;

/// <summary>A file of an update.</summary>
/// <param name="Name">Without folders: <c>rootfs.squashfs</c>, or what lies on the boot volume.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Digest">Its SHA-256, in lower case hex.</param>
public readonly record struct UpdateFile(string Name, long Length, string Digest);

/// <summary>
/// What an update says of itself; the part that is signed. Lines of text, each word after one blank:
/// <code>
/// plugboot-update 1
/// board NAME
/// version TEXT
/// file NAME BYTES SHA-256       once for each, in the order of the bundle
/// </code>
/// </summary>
/// <param name="Board">The board that it is for.</param>
/// <param name="Version">Of the image, to be shown.</param>
/// <param name="Files">All files, <see cref="RootName"/> among them.</param>
public sealed record UpdateManifest(string Board, string Version, ImmutableArray<UpdateFile> Files)
{
    /// <summary>The root file system; all others go to the boot volume.</summary>
    public const string RootName = "rootfs.squashfs";

    /// <summary>Longest manifest: a board has a kernel, a root and a few device trees.</summary>
    public const int MaxLength = 16384;

    private const int MaxFiles = 32;
    private const int DigestLength = 64;

    /// <summary>Reads it whole or not at all: a line that this version does not know may be what makes the update safe.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out UpdateManifest? manifest, out string? reason)
    {
        manifest = null;
        string? board = null, version = null;
        var files = new List<UpdateFile>();
        string[] lines = bytes.Length > MaxLength ? [] : Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n');
        if (lines is not ["plugboot-update 1", ..])
        {
            reason = "is no update of format 1";
            return false;
        }

        foreach (string line in lines.Skip(1))
        {
            switch (line.Split(' '))
            {
                case ["board", var name] when board is null && IsName(name):
                    board = name;
                    break;
                case ["version", var text] when version is null && IsName(text):
                    version = text;
                    break;
                case ["file", var name, var length, var digest]
                    when files.Count < MaxFiles && TryReadFile(name, length, digest, out UpdateFile file) && files.TrueForAll(other => other.Name != name):
                    files.Add(file);
                    break;
                default:
                    reason = "has a line that is not understood";
                    return false;
            }
        }

        if (board is null || version is null || !files.Exists(static file => file.Name == RootName))
        {
            reason = "lacks board, version or root file system";
            return false;
        }

        manifest = new UpdateManifest(board, version, [.. files]);
        reason = null;
        return true;
    }

    private static bool TryReadFile(string name, string length, string digest, out UpdateFile file)
    {
        bool isNumber = long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes);
        file = new UpdateFile(name, bytes, digest);
        return isNumber && bytes > 0 && IsName(name) && digest.Length == DigestLength && digest.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>A name that is one on FAT, in a path and in a log alike.</summary>
    private static bool IsName(string text) =>
        text.Length is > 0 and <= 64 && text[0] != '.' && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+');
}
