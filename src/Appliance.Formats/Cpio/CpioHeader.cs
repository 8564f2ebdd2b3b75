using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Cpio;

/// <summary>
/// The header of one entry of a cpio archive in the formats "newc" and "crc", the only ones that Linux unpacks as an initial
/// RAM file system. All numbers are eight hexadecimal digits.
/// </summary>
/// <remarks>
/// <code>
///   0  magic "070701" (newc) or "070702" (crc)
///   6  ino        14  mode       22  uid        30  gid        38  nlink      46  mtime
///  54  filesize   62  maj        70  min        78  rmaj       86  rmin       94  namesize, with the NUL
/// 102  chksum (crc only)
/// 110  name, NUL, zeros up to a multiple of 4; data, zeros up to a multiple of 4
/// </code>
/// Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst; cpio(5), "New ASCII Format".
/// </remarks>
public readonly record struct CpioHeader
{
    public const int Length = 110;

    /// <summary>Longest name with its NUL: Linux leaves entries with a longer one out (init/initramfs.c, do_header).</summary>
    public const int MaxNameLength = 4096;

    /// <summary>Name of the entry that ends an archive; another archive may follow behind zeros.</summary>
    public const string Trailer = "TRAILER!!!";

    internal const int MagicLength = 6;
    internal const int FieldLength = 8;
    private const int ModeField = 1;
    private const int FileSizeField = 6;
    private const int NameSizeField = 11;
    private const int Fields = (Length - MagicLength) / FieldLength;

    private const int Alignment = 4;

    /// <summary>Type and permissions, as in stat(2).</summary>
    public uint Mode { get; init; }

    /// <summary>Bytes of data.</summary>
    public uint FileSize { get; init; }

    /// <summary>Bytes of the name with its NUL.</summary>
    public int NameLength { get; init; }

    /// <summary>Bytes of the name and the zeros behind it.</summary>
    public int PaddedNameLength => NameLength + Padding(Length + NameLength);

    /// <summary>Bytes of data and the zeros behind them.</summary>
    public long PaddedFileSize => FileSize + (long)Padding(FileSize);

    /// <summary>Zeros behind so many bytes, up to the next multiple of four.</summary>
    public static int Padding(long length) => (int)(-length & (Alignment - 1));

    /// <summary>Reads a header; false with the reason when it is none.</summary>
    /// <param name="bytes">Begins with the header.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out CpioHeader header, [NotNullWhen(false)] out string? reason)
    {
        header = default;
        if (bytes.Length < Length)
        {
            reason = "the header is cut short";
            return false;
        }

        if (!bytes.StartsWith("070701"u8) && !bytes.StartsWith("070702"u8))
        {
            reason = "it does not begin with 070701 or 070702";
            return false;
        }

        Span<uint> fields = stackalloc uint[Fields];
        for (int i = 0; i < Fields; i++)
        {
            ReadOnlySpan<byte> digits = bytes.Slice(MagicLength + (i * FieldLength), FieldLength);
            if (!Utf8Parser.TryParse(digits, out fields[i], out int used, 'x') || used != FieldLength)
            {
                reason = "a field is no hexadecimal number";
                return false;
            }
        }

        if (fields[NameSizeField] is 0 or > MaxNameLength)
        {
            reason = $"the name's length is not within 1 and {MaxNameLength}";
            return false;
        }

        header = new CpioHeader { Mode = fields[ModeField], FileSize = fields[FileSizeField], NameLength = (int)fields[NameSizeField] };
        reason = null;
        return true;
    }
}
