using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Udf;

/// <summary>How a partition's blocks are found (UDF 2.60 §2.2.8 to §2.2.10).</summary>
internal enum PartitionKind
{
    /// <summary>As they stand in the medium's partition.</summary>
    Physical,

    /// <summary>Through a table, so that a write-once disc can be changed.</summary>
    Virtual,

    /// <summary>As they stand, but for packets that wore out and were moved.</summary>
    Sparable,

    /// <summary>In a file that holds all directories and file entries (Blu-ray, UDF 2.50).</summary>
    Metadata,
}

/// <summary>
/// One partition map of the logical volume (ECMA-167 3/10.7, UDF 2.60 §2.2.8 to §2.2.10).
/// <code>
/// type 1    0 type | 1 length | 2 volume (2) | 4 partition (2)
/// type 2    0 type | 1 length | 2 reserved (2) | 4 flags | 5 identifier (23) | 28 suffix (8) | 36 volume (2) | 38 partition (2)
/// sparable 40 packet's blocks (2) | 42 tables | 43 reserved | 44 table's bytes (4) | 48 tables' sectors (4 each)
/// metadata 40 file's block (4) | 44 mirror's block (4) | 48 bitmap's block (4) | 52 unit (4) | 56 alignment (2) | 58 flags
/// </code>
/// </summary>
internal sealed record PartitionMap(PartitionKind Kind, ushort PartitionNumber)
{
    private const int HeaderLength = 2;
    private const int PhysicalType = 1;
    private const int PhysicalLength = 6;
    private const int PhysicalNumberOffset = 4;
    private const int NamedType = 2;
    private const int NamedLength = 64;
    private const int IdentifierOffset = 5;
    private const int IdentifierLength = 23;
    private const int NamedNumberOffset = 38;
    private const int PacketBlocksOffset = NamedNumberOffset + 2;
    private const int TableCountOffset = PacketBlocksOffset + 2;
    private const int TableBytesOffset = TableCountOffset + 2;
    private const int TableSectorsOffset = TableBytesOffset + 4;
    private const int MaxTables = 4;
    private const int MetadataBlockOffset = NamedNumberOffset + 2;
    private const int MirrorBlockOffset = MetadataBlockOffset + 4;

    /// <summary>Blocks that are moved together.</summary>
    public int PacketBlocks { get; private init; }

    /// <summary>Bytes of one sparing table.</summary>
    public uint TableBytes { get; private init; }

    /// <summary>Sectors of the copies of the sparing table.</summary>
    public ImmutableArray<uint> TableSectors { get; private init; } = [];

    public uint MetadataBlock { get; private init; }

    public uint MirrorBlock { get; private init; }

    /// <summary>Takes the first map off <paramref name="maps"/>.</summary>
    public static bool TryTake(
        ref ReadOnlySpan<byte> maps, [NotNullWhen(true)] out PartitionMap? map, [NotNullWhen(false)] out string? reason)
    {
        map = null;
        if (maps.Length < HeaderLength || maps[1] < HeaderLength || maps[1] > maps.Length)
        {
            reason = "a UDF partition map is cut off";
            return false;
        }

        ReadOnlySpan<byte> bytes = maps[..maps[1]];
        maps = maps[bytes.Length..];
        map = (bytes[0], bytes.Length) switch
        {
            (PhysicalType, PhysicalLength) =>
                new PartitionMap(PartitionKind.Physical, BinaryPrimitives.ReadUInt16LittleEndian(bytes[PhysicalNumberOffset..])),
            (NamedType, NamedLength) => ReadNamed(bytes),
            _ => null,
        };
        reason = map is null ? "a UDF partition is of an unknown kind" : null;
        return map is not null;
    }

    private static PartitionMap? ReadNamed(ReadOnlySpan<byte> map)
    {
        ReadOnlySpan<byte> identifier = map.Slice(IdentifierOffset, IdentifierLength).TrimEnd((byte)0);
        ushort number = BinaryPrimitives.ReadUInt16LittleEndian(map[NamedNumberOffset..]);
        if (identifier.SequenceEqual("*UDF Virtual Partition"u8))
        {
            return new PartitionMap(PartitionKind.Virtual, number);
        }

        if (identifier.SequenceEqual("*UDF Sparable Partition"u8))
        {
            return ReadSparable(map, number);
        }

        return !identifier.SequenceEqual("*UDF Metadata Partition"u8) ? null : new PartitionMap(PartitionKind.Metadata, number)
        {
            MetadataBlock = BinaryPrimitives.ReadUInt32LittleEndian(map[MetadataBlockOffset..]),
            MirrorBlock = BinaryPrimitives.ReadUInt32LittleEndian(map[MirrorBlockOffset..]),
        };
    }

    private static PartitionMap ReadSparable(ReadOnlySpan<byte> map, ushort number)
    {
        int count = Math.Min(map[TableCountOffset], (byte)MaxTables);
        var sectors = ImmutableArray.CreateBuilder<uint>(count);
        for (int i = 0; i < count; i++)
        {
            sectors.Add(BinaryPrimitives.ReadUInt32LittleEndian(map[(TableSectorsOffset + (4 * i))..]));
        }

        return new PartitionMap(PartitionKind.Sparable, number)
        {
            PacketBlocks = BinaryPrimitives.ReadUInt16LittleEndian(map[PacketBlocksOffset..]),
            TableBytes = BinaryPrimitives.ReadUInt32LittleEndian(map[TableBytesOffset..]),
            TableSectors = sectors.MoveToImmutable(),
        };
    }
}
