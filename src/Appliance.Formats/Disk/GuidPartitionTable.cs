using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Disk;

/// <summary>
/// The header of a GUID partition table, which stands twice: in block 1 and in the last (UEFI 2.10 §5.3.2).
/// <code>
///  0 "EFI PART" | 8 revision (4) | 12 header length (4) | 16 header CRC (4) | 20 zero (4) | 24 my block (8) | 32 other (8)
/// 40 first usable (8) | 48 last usable (8) | 56 disk GUID (16) | 72 entries' block (8) | 80 entries (4) | 84 length of one (4)
/// 88 entries' CRC (4)
/// </code>
/// </summary>
/// <param name="EntriesBlock">Block in which the entries start.</param>
/// <param name="EntryLength">Bytes of one entry.</param>
/// <param name="EntriesCrc">CRC over all entries.</param>
internal readonly record struct GuidPartitionTable(ulong EntriesBlock, int Count, int EntryLength, uint EntriesCrc)
{
    /// <summary>Bytes of the entries. 256 KiB: a table of 128 takes 16, and nobody makes more than that.</summary>
    public const int MaxEntriesLength = 256 << 10;

    private const int HeaderLengthOffset = 12;
    private const int HeaderCrcOffset = HeaderLengthOffset + 4;
    private const int BlockOffset = HeaderCrcOffset + 8;
    private const int EntriesBlockOffset = BlockOffset + 8 + (3 * 8) + 16;
    private const int CountOffset = EntriesBlockOffset + 8;
    private const int EntryLengthOffset = CountOffset + 4;
    private const int EntriesCrcOffset = EntryLengthOffset + 4;
    private const int MinHeaderLength = EntriesCrcOffset + 4;

    /// <summary>Bytes of all entries.</summary>
    public int EntriesLength => Count * EntryLength;

    /// <summary>Reads the header out of the block in which it lies, and checks that it belongs there.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> block, long number, out GuidPartitionTable table, [NotNullWhen(false)] out string? reason)
    {
        table = default;
        if (!block.StartsWith("EFI PART"u8) || block.Length < MinHeaderLength)
        {
            reason = "there is no GUID partition table here";
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(block[HeaderLengthOffset..]);
        if (length < MinHeaderLength || length > block.Length
            || HeaderCrc(block[..(int)length]) != BinaryPrimitives.ReadUInt32LittleEndian(block[HeaderCrcOffset..])
            || BinaryPrimitives.ReadUInt64LittleEndian(block[BlockOffset..]) != (ulong)number)
        {
            reason = "the header of the GUID partition table is damaged";
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(block[CountOffset..]);
        uint entryLength = BinaryPrimitives.ReadUInt32LittleEndian(block[EntryLengthOffset..]);
        if (entryLength is < GuidPartitionEntry.Length or > MaxEntriesLength || count > MaxEntriesLength / entryLength)
        {
            reason = "the GUID partition table has an impossible length";
            return false;
        }

        table = new GuidPartitionTable(
            BinaryPrimitives.ReadUInt64LittleEndian(block[EntriesBlockOffset..]),
            (int)count,
            (int)entryLength,
            BinaryPrimitives.ReadUInt32LittleEndian(block[EntriesCrcOffset..]));
        reason = null;
        return true;
    }

    /// <summary>The CRC is computed as if its own field were zero (§5.3.2).</summary>
    private static uint HeaderCrc(ReadOnlySpan<byte> header)
    {
        uint crc = Crc32.Continue(Crc32.Start, header[..HeaderCrcOffset]);
        crc = Crc32.Continue(crc, [0, 0, 0, 0]);
        return Crc32.End(Crc32.Continue(crc, header[(HeaderCrcOffset + 4)..]));
    }
}

/// <summary>
/// One entry of the table (UEFI 2.10 §5.3.3).
/// <code>0 type GUID (16) | 16 own GUID (16) | 32 first block (8) | 40 last block (8) | 48 attributes (8) | 56 name (72)</code>
/// </summary>
internal readonly record struct GuidPartitionEntry(Guid Type, ulong First, ulong Last)
{
    public const int Length = 128;

    /// <summary>The EFI system partition (§5.3.3, table 5.7).</summary>
    public static readonly Guid EfiSystem = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    private const int FirstOffset = 32;
    private const int LastOffset = FirstOffset + 8;

    public static GuidPartitionEntry Read(ReadOnlySpan<byte> entry) => new(
        new Guid(entry[..16]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[FirstOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[LastOffset..]));
}

/// <summary>CRC-32 as Ethernet has it: polynomial 0x04c11db7, reflected (UEFI 2.10 §4.2, ISO 3309).</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;

    private const uint ReflectedPolynomial = 0xedb88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(static value => Shift((uint)value))];

    public static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = (crc >> 8) ^ Table[(byte)crc ^ value];
        }

        return crc;
    }

    public static uint End(uint crc) => ~crc;

    public static uint Compute(ReadOnlySpan<byte> bytes) => End(Continue(Start, bytes));

    private static uint Shift(uint crc)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
        }

        return crc;
    }
}
