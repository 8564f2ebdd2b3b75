using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Appliance.Formats.Udf;

/// <summary>
/// The table of a virtual partition: one block number (4) for each of its blocks.
/// <code>
/// UDF 1.50 §2.2.10   entries | regid (32), of which 1 identifier (23) | previous table (4)
/// UDF 2.00 §2.2.10   0 header's length (2) | 2 use's length (2) | 4 label (128) | 132 previous table (4) | … | entries
/// </code>
/// </summary>
internal static class VirtualAllocationTable
{
    private const int EntryLength = 4;
    private const int OldTrailerLength = 36;
    private const int OldIdentifierOffset = 1;
    private const int MinHeaderLength = 152;

    /// <param name="isOld">Whether it is of UDF 1.50, which has no file type of its own for it.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, bool isOld, [NotNullWhen(true)] out uint[]? table)
    {
        table = null;
        if (isOld)
        {
            if (bytes.Length < OldTrailerLength
                || !bytes[^OldTrailerLength..][OldIdentifierOffset..].StartsWith("*UDF Virtual Alloc Tbl"u8))
            {
                return false;
            }

            bytes = bytes[..^OldTrailerLength];
        }
        else
        {
            int headerLength = bytes.Length < MinHeaderLength ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (headerLength < MinHeaderLength || headerLength > bytes.Length)
            {
                return false;
            }

            bytes = bytes[headerLength..];
        }

        table = new uint[bytes.Length / EntryLength];
        bytes[..(table.Length * EntryLength)].CopyTo(MemoryMarshal.AsBytes(table.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(table, table);
        }

        return true;
    }
}
