using System.Globalization;
using System.Text;

namespace Appliance.Formats.Cpio;

/// <summary>Type and permissions of what goes into an initial RAM file system; all of it belongs to root.</summary>
public enum CpioMode : uint
{
    /// <summary>None: the trailer's.</summary>
    None = 0,

    /// <summary>A folder, 0755.</summary>
    Folder = 0x41ED,

    /// <summary>A file, 0644.</summary>
    File = 0x81A4,

    /// <summary>A program or script, 0755.</summary>
    Executable = 0x81ED,
}

/// <summary>
/// Writes entries of a newc archive (<see cref="CpioHeader"/>). The data of a file, and the zeros behind it
/// (<see cref="CpioHeader.Padding"/>), are the caller's.
/// </summary>
public static class CpioWriter
{
    /// <summary>Bytes of a header with its name.</summary>
    public static int HeaderLength(string name)
    {
        int bare = CpioHeader.Length + NameLength(name);
        return bare + CpioHeader.Padding(bare);
    }

    /// <summary>Writes a header with its name; returns the bytes written, <see cref="HeaderLength"/>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="name">A path without a slash at its start, and without NUL.</param>
    /// <param name="mode">What it is.</param>
    /// <param name="inode">Its number; entries of one archive have different ones.</param>
    /// <param name="mtime">When it was changed, in seconds since 1970; the trailer's is 0.</param>
    /// <param name="fileSize">Bytes of its data.</param>
    public static int WriteHeader(Span<byte> destination, string name, CpioMode mode, uint inode, uint mtime, uint fileSize)
    {
        int nameLength = NameLength(name);
        if (nameLength > CpioHeader.MaxNameLength || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("the name holds a NUL, or is too long", nameof(name));
        }

        // A folder's count would be 2 at least; only that of files matters, whose links are then sought.
        uint links = mode is CpioMode.Folder ? 2u : 1u;
        ReadOnlySpan<uint> fields = [inode, (uint)mode, 0, 0, links, mtime, fileSize, 0, 0, 0, 0, (uint)nameLength, 0];
        int length = HeaderLength(name);
        destination[..length].Clear();
        "070701"u8.CopyTo(destination);
        Span<byte> at = destination[CpioHeader.MagicLength..];
        foreach (uint field in fields)
        {
            field.TryFormat(at, out _, "X8", CultureInfo.InvariantCulture);
            at = at[CpioHeader.FieldLength..];
        }

        Encoding.UTF8.GetBytes(name, at);
        return length;
    }

    private static int NameLength(string name) => Encoding.UTF8.GetByteCount(name) + 1;
}
