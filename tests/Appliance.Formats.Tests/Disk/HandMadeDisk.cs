using System.Buffers.Binary;

namespace Appliance.Formats.Tests.Disk;

/// <summary>A disk image written byte by byte, with an MBR, or with a GUID partition table at both ends.</summary>
internal sealed class HandMadeDisk
{
    public const int SectorLength = 512;

    /// <summary>Where the first partition starts, in sectors.</summary>
    public const int FirstPartition = 40;

    public const byte EfiType = 0xef;
    public const byte FatType = 0x0c;
    public static readonly Guid EfiGuid = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    public static readonly Guid DataGuid = new("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7");

    private const int GuidEntries = 8;

    public HandMadeDisk(int sectors)
    {
        Bytes = new byte[sectors * SectorLength];
        Sectors = sectors;
    }

    public byte[] Bytes { get; }

    public int Sectors { get; }

    public SectorSource Source => new MemorySectorSource(Bytes);

    public Span<byte> Sector(int sector) => Bytes.AsSpan(sector * SectorLength, SectorLength);

    /// <summary>A disk with one partition that holds <paramref name="volume"/>.</summary>
    public static HandMadeDisk WithMbr(byte[] volume, byte type = FatType)
    {
        var disk = new HandMadeDisk(FirstPartition + (volume.Length / SectorLength));
        volume.CopyTo(disk.Bytes.AsSpan(FirstPartition * SectorLength));
        disk.WriteTable(0, (type, FirstPartition, volume.Length / SectorLength));
        return disk;
    }

    /// <summary>The same with a GUID partition table.</summary>
    public static HandMadeDisk WithGuidTable(byte[] volume, Guid type)
    {
        int sectors = volume.Length / SectorLength;
        var disk = new HandMadeDisk(FirstPartition + sectors + 34);
        volume.CopyTo(disk.Bytes.AsSpan(FirstPartition * SectorLength));
        disk.WriteTable(0, (0xee, 1, disk.Sectors - 1));
        disk.WriteGuidTable((type, FirstPartition, FirstPartition + sectors - 1));
        return disk;
    }

    /// <summary>Writes a partition table into a sector: type, first sector, sectors.</summary>
    public void WriteTable(int sector, params (byte Type, int Start, int Count)[] entries)
    {
        Span<byte> table = Sector(sector)[446..];
        table.Clear();
        foreach ((byte type, int start, int count) in entries)
        {
            table[4] = type;
            BinaryPrimitives.WriteInt32LittleEndian(table[8..], start);
            BinaryPrimitives.WriteInt32LittleEndian(table[12..], count);
            table = table[16..];
        }

        Sector(sector)[510] = 0x55;
        Sector(sector)[511] = 0xaa;
    }

    /// <summary>Writes both copies of a GUID partition table: type, first sector, last sector.</summary>
    public void WriteGuidTable(params (Guid Type, long First, long Last)[] entries)
    {
        WriteGuidTable(header: 1, other: Sectors - 1, entries);
        WriteGuidTable(header: Sectors - 1, other: 1, entries);
    }

    /// <summary>Completes a header, after a change to it or to the entries.</summary>
    public void SealGuidTable(int header)
    {
        Span<byte> bytes = Sector(header);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[88..], Crc(Bytes.AsSpan(EntriesOf(header) * SectorLength, GuidEntries * 128)));
        bytes[16..20].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], Crc(bytes[..92]));
    }

    private int EntriesOf(int header) => header == 1 ? 2 : Sectors - 33;

    private void WriteGuidTable(int header, int other, (Guid Type, long First, long Last)[] entries)
    {
        Span<byte> bytes = Sector(header);
        bytes.Clear();
        "EFI PART"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], 0x10000);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], 92);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], header);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], other);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[72..], EntriesOf(header));
        BinaryPrimitives.WriteInt32LittleEndian(bytes[80..], GuidEntries);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[84..], 128);
        Span<byte> table = Bytes.AsSpan(EntriesOf(header) * SectorLength, GuidEntries * 128);
        table.Clear();
        foreach ((Guid type, long first, long last) in entries)
        {
            type.TryWriteBytes(table);
            table[16] = 1;
            BinaryPrimitives.WriteInt64LittleEndian(table[32..], first);
            BinaryPrimitives.WriteInt64LittleEndian(table[40..], last);
            table = table[128..];
        }

        SealGuidTable(header);
    }

    /// <summary>CRC-32, bit by bit.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return ~crc;
    }
}
