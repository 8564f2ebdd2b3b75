using System.Buffers.Binary;
using Appliance.Formats.Tests.Iso9660;

namespace Appliance.Formats.Tests.Udf;

/// <summary>How the file entries of a <see cref="HandMadeUdf"/> are found.</summary>
internal enum UdfLayout
{
    Plain,
    Sparable,
    Metadata,

    /// <summary>UDF 2.00, whose table has a head.</summary>
    Virtual,

    /// <summary>UDF 1.50, whose table has a tail.</summary>
    OldVirtual,

    /// <summary>As <see cref="Metadata"/>, but in one piece: libudfread knows no other.</summary>
    WholeMetadata,
}

/// <summary>
/// A UDF image written byte by byte, to say what no mastering tool would. Entries and directories are counted in the
/// partition of <see cref="EntryPartition"/>, files that are not short ones in partition 0.
/// </summary>
internal sealed partial class HandMadeUdf
{
    public const int BlockSize = 2048;
    public const int MainSequence = 32;
    public const int ReserveSequence = 48;
    public const int Anchor = 256;
    public const int PartitionStart = 264;
    public const uint FileSetBlock = 0;
    public const uint RootBlock = 1;

    private const int SparingTable = 60;
    private const int SparedPacket = 228;
    private const int PacketBlocks = 16;
    private const int MetadataBlocks = 64;
    private readonly UdfLayout _layout;
    private uint _nextEntry = RootBlock + 1;
    private uint _nextData = 90;

    public HandMadeUdf(UdfLayout layout = UdfLayout.Plain, int sectors = 520)
    {
        _layout = layout;
        Bytes = new byte[sectors * BlockSize];
        Sectors = sectors;
        "\0BEA01\u0001"u8.CopyTo(Sector(16));
        "\0NSR03\u0001"u8.CopyTo(Sector(17));
        "\0TEA01\u0001"u8.CopyTo(Sector(18));
        WriteAnchor(Anchor);
        WriteSequence(MainSequence);
        WriteSequence(ReserveSequence);
        WriteFileSet(RootBlock);
        WriteTables();
        WriteRoot();
    }

    public byte[] Bytes { get; }

    public int Sectors { get; }

    /// <summary>Index of the partition in which entries are counted.</summary>
    public ushort EntryPartition => (ushort)(_layout >= UdfLayout.Metadata ? 1 : 0);

    public SectorSource Source => new MemorySectorSource(Bytes);

    public Span<byte> Sector(long sector) => Bytes.AsSpan(checked((int)sector * BlockSize), BlockSize);

    /// <summary>Makes a bridge: the descriptors and the root of an ISO 9660 image come first.</summary>
    public void AddIsoSide(HandMadeIso iso)
    {
        foreach (int sector in (int[])[16, 17, HandMadeIso.RootSector])
        {
            iso.Sector(sector).CopyTo(Sector(sector));
        }

        "\0BEA01\u0001"u8.CopyTo(Sector(18));
        "\0NSR02\u0001"u8.CopyTo(Sector(19));
    }

    /// <summary>The bytes of a block of the partition of entries.</summary>
    public Span<byte> EntryBlock(uint block) => Sector(EntrySector(block));

    /// <summary>The bytes of a block of partition 0.</summary>
    public Span<byte> DataBlock(uint block) => Sector(DataSector(block));

    public long EntrySector(uint block) => _layout switch
    {
        UdfLayout.Metadata => PartitionStart + (block < 3 ? 4 + block : 10 + block),
        UdfLayout.WholeMetadata => PartitionStart + 4 + block,
        UdfLayout.Virtual or UdfLayout.OldVirtual => PartitionStart + 4 + (block < MetadataBlocks ? block ^ 1 : block),
        _ => DataSector(block),
    };

    /// <summary>A block that is free for an entry.</summary>
    public uint TakeEntry() => _nextEntry++;

    /// <summary>Blocks of partition 0 that are free for a file.</summary>
    public uint TakeData(int count)
    {
        uint first = _nextData;
        _nextData += (uint)count;
        return first;
    }

    /// <summary>Completes the tag of a descriptor at the start of <paramref name="bytes"/>.</summary>
    public static void Seal(Span<byte> bytes, int identifier, uint location, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)identifier);
        bytes[2] = 3;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Crc(bytes[16..length]));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], (ushort)(length - 16));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], location);
        bytes[4] = 0;
        int sum = 0;
        foreach (byte value in bytes[..16])
        {
            sum += value;
        }

        bytes[4] = (byte)sum;
    }

    /// <summary>Bit by bit, unlike the reader's, which has a table.</summary>
    private static ushort Crc(ReadOnlySpan<byte> bytes)
    {
        int crc = 0;
        foreach (byte value in bytes)
        {
            crc ^= value << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
            }
        }

        return (ushort)crc;
    }

    private long DataSector(uint block) =>
        _layout == UdfLayout.Sparable && block < PacketBlocks ? PartitionStart + SparedPacket + block : PartitionStart + block;

    public void WriteAnchor(int sector)
    {
        Span<byte> anchor = Sector(sector);
        anchor.Clear();
        Write(anchor, 16, 16 * BlockSize, MainSequence, 16 * BlockSize, ReserveSequence);
        Seal(anchor, 2, (uint)sector, 512);
    }

    private void WriteSequence(int start)
    {
        Seal(Sector(start), 1, (uint)start, 512);
        Span<byte> partition = Sector(start + 1);
        Write(partition, 16, 1);
        Write(partition, 188, PartitionStart, (uint)(Sectors - PartitionStart));
        Seal(partition, 5, (uint)start + 1, 512);
        Span<byte> volume = Sector(start + 2);
        Write(volume, 16, 1);
        volume[84] = 8;
        "HAND MADE"u8.CopyTo(volume[85..]);
        volume[211] = 10;
        Write(volume, 212, BlockSize);
        "*OSTA UDF Compliant"u8.CopyTo(volume[217..]);
        Write(volume, 240, 0x0250);
        Long(BlockSize, FileSetBlock, EntryPartition).CopyTo(volume[248..]);
        byte[] maps = Maps();
        Write(volume, 264, (uint)maps.Length, EntryPartition + 1u);
        maps.CopyTo(volume[440..]);
        Seal(volume, 6, (uint)start + 2, 440 + maps.Length);
        Seal(Sector(start + 3), 8, (uint)start + 3, 512);
    }

    private byte[] Maps()
    {
        byte[] physical = [1, 6, 1, 0, 0, 0];
        byte[] named = new byte[64];
        (named[0], named[1]) = (2, 64);
        switch (_layout)
        {
            case UdfLayout.Sparable:
                "*UDF Sparable Partition"u8.CopyTo(named.AsSpan(5));
                Write(named, 40, PacketBlocks | (2 << 16), BlockSize, SparingTable, SparingTable + 1);
                return named;
            case UdfLayout.Metadata or UdfLayout.WholeMetadata:
                "*UDF Metadata Partition"u8.CopyTo(named.AsSpan(5));
                Write(named, 40, 0, 1, uint.MaxValue, 32, 1);
                return [.. physical, .. named];
            case UdfLayout.Plain:
                return physical;
            default:
                "*UDF Virtual Partition"u8.CopyTo(named.AsSpan(5));
                return [.. physical, .. named];
        }
    }

    private void WriteTables()
    {
        switch (_layout)
        {
            case UdfLayout.Metadata or UdfLayout.WholeMetadata:
                byte[] extents = _layout == UdfLayout.Metadata
                    ? [.. Short(3 * BlockSize, 4), .. Short((MetadataBlocks - 3) * BlockSize, 13)]
                    : Short(MetadataBlocks * BlockSize, 4);
                WriteEntry(Sector(PartitionStart), 0, 250, 0, extents, MetadataBlocks * BlockSize, extended: true);
                WriteEntry(Sector(PartitionStart + 1), 1, 251, 0, extents, MetadataBlocks * BlockSize, extended: true);
                break;
            case UdfLayout.Sparable:
                for (int copy = SparingTable; copy < SparingTable + 2; copy++)
                {
                    Write(Sector(copy), 48, 2, 1, 0, PartitionStart + SparedPacket, uint.MaxValue, uint.MaxValue);
                    Seal(Sector(copy), 0, (uint)copy, 72);
                }

                break;
            case UdfLayout.Virtual or UdfLayout.OldVirtual:
                WriteVirtualTable();
                break;
        }
    }

    private void WriteVirtualTable()
    {
        bool isOld = _layout == UdfLayout.OldVirtual;
        byte[] table = new byte[4 * MetadataBlocks];
        for (uint block = 0; block < MetadataBlocks; block++)
        {
            Write(table, 4 * (int)block, (uint)(EntrySector(block) - PartitionStart));
        }

        byte[] header = new byte[152];
        header[0] = 152;
        byte[] trailer = new byte[36];
        "*UDF Virtual Alloc Tbl"u8.CopyTo(trailer.AsSpan(1));
        byte[] content = isOld ? [.. table, .. trailer] : [.. header, .. table];
        uint last = (uint)(Sectors - 1 - PartitionStart);
        WriteEntry(Sector(Sectors - 1), last, isOld ? 0 : 248, 3, content, content.Length, extended: false);
    }

    private void WriteFileSet(uint root)
    {
        Span<byte> set = EntryBlock(FileSetBlock);
        Long(BlockSize, root, EntryPartition).CopyTo(set[400..]);
        Seal(set, 256, FileSetBlock, 512);
    }

    /// <summary>Writes numbers of 32 bits one after the other.</summary>
    private static void Write(Span<byte> bytes, int offset, params ReadOnlySpan<uint> values)
    {
        foreach (uint value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[offset..], value);
            offset += 4;
        }
    }
}
