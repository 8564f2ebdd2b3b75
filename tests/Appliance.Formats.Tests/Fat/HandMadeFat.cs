using System.Buffers.Binary;
using System.Text;

namespace Appliance.Formats.Tests.Fat;

/// <summary>
/// A FAT volume written byte by byte, to say what no formatting tool would. It claims enough clusters to be what it is, and
/// holds the first of them only: the rest is free, and cut off.
/// </summary>
internal sealed class HandMadeFat
{
    public const int SectorLength = 512;
    public const byte DirectoryAttribute = 0x10;
    public const byte LabelAttribute = 0x08;
    public const byte ArchiveAttribute = 0x20;

    private const int RootEntries = 64;
    private readonly int _reservedSectors;
    private readonly int _tableSectors;
    private uint _next = 2;

    /// <param name="bits">12, 16 or 32.</param>
    /// <param name="present">Clusters that the image holds.</param>
    /// <param name="claimed">Clusters that the volume claims, if more than it must.</param>
    public HandMadeFat(int bits, int present = 64, int claimed = 0)
    {
        Bits = bits;
        Clusters = Math.Max(Math.Max(bits == 16 ? 5000 : 200, present), claimed);
        _reservedSectors = bits == 32 ? 4 : 1;
        _tableSectors = (((Clusters + 2) * bits / 8) + SectorLength - 1) / SectorLength;
        DataStart = (_reservedSectors + (2 * _tableSectors)) * SectorLength + (bits == 32 ? 0 : RootEntries * 32);
        Bytes = new byte[DataStart + (present * SectorLength)];
        WriteBootSector();
        Link(0, End & ~7u);
        Link(1, End);
        if (bits == 32)
        {
            RootCluster = Take(1);
            Link(RootCluster, End);
        }
    }

    public byte[] Bytes { get; }

    public int Bits { get; }

    /// <summary>Clusters that the volume claims.</summary>
    public int Clusters { get; }

    /// <summary>Byte offset of cluster 2.</summary>
    public int DataStart { get; }

    /// <summary>First cluster of the root directory on FAT32, else 0.</summary>
    public uint RootCluster { get; }

    /// <summary>What stands in the table for the last cluster of a chain.</summary>
    public uint End => Bits == 32 ? 0x0fffffff : (1u << Bits) - 1;

    public int TableStart => _reservedSectors * SectorLength;

    public SectorSource Source => new MemorySectorSource(Bytes);

    public int OffsetOf(uint cluster) => DataStart + ((int)(cluster - 2) * SectorLength);

    public Span<byte> Cluster(uint cluster) => Bytes.AsSpan(OffsetOf(cluster), SectorLength);

    /// <summary>The root directory, or on FAT32 its first cluster.</summary>
    public Span<byte> Root => Bits == 32 ? Cluster(RootCluster) : Bytes.AsSpan(DataStart - (RootEntries * 32), RootEntries * 32);

    /// <summary>Clusters side by side that nothing uses.</summary>
    public uint Take(int count)
    {
        uint first = _next;
        _next += (uint)count;
        return first;
    }

    /// <summary>Writes an entry of both tables.</summary>
    public void Link(uint cluster, uint next)
    {
        foreach (int copy in (int[])[0, 1])
        {
            Span<byte> table = Bytes.AsSpan(TableStart + (copy * _tableSectors * SectorLength));
            switch (Bits)
            {
                case 12:
                    Span<byte> pair = table[((int)cluster * 3 / 2)..];
                    int kept = BinaryPrimitives.ReadUInt16LittleEndian(pair) & (cluster % 2 == 0 ? 0xf000 : 0x000f);
                    BinaryPrimitives.WriteUInt16LittleEndian(pair, (ushort)(kept | (int)(cluster % 2 == 0 ? next : next << 4)));
                    break;
                case 16:
                    BinaryPrimitives.WriteUInt16LittleEndian(table[((int)cluster * 2)..], (ushort)next);
                    break;
                default:
                    // The upper four bits are not part of the number.
                    BinaryPrimitives.WriteUInt32LittleEndian(table[((int)cluster * 4)..], next | 0xa0000000);
                    break;
            }
        }
    }

    /// <summary>Links clusters to a chain; returns the first.</summary>
    public uint Chain(params uint[] clusters)
    {
        for (int i = 0; i < clusters.Length; i++)
        {
            Link(clusters[i], i + 1 < clusters.Length ? clusters[i + 1] : End);
        }

        return clusters[0];
    }

    /// <summary>Writes bytes to new clusters, side by side; returns the first.</summary>
    public uint AddData(ReadOnlySpan<byte> content)
    {
        int count = Math.Max(1, (content.Length + SectorLength - 1) / SectorLength);
        uint first = Take(count);
        content.CopyTo(Bytes.AsSpan(OffsetOf(first)));
        return Chain([.. Enumerable.Range(0, count).Select(i => first + (uint)i)]);
    }

    public byte[] File(string shortName, ReadOnlySpan<byte> content) =>
        Entry(shortName, content.IsEmpty ? 0 : AddData(content), (uint)content.Length);

    public byte[] LongFile(string name, string shortName, ReadOnlySpan<byte> content) =>
        [.. LongName(name, shortName), .. File(shortName, content)];

    /// <summary>A new directory and its entry.</summary>
    public byte[] Directory(string shortName, params byte[][] entries) =>
        Entry(shortName, AddDirectory(entries), 0, DirectoryAttribute);

    /// <summary>A new directory; returns its first cluster.</summary>
    public uint AddDirectory(params byte[][] entries)
    {
        byte[] dots = [.. Entry(".", 0, 0, DirectoryAttribute), .. Entry("..", 0, 0, DirectoryAttribute)];
        uint cluster = AddData([.. dots, .. entries.SelectMany(static bytes => bytes)]);
        BinaryPrimitives.WriteUInt16LittleEndian(Cluster(cluster)[26..], (ushort)cluster);
        return cluster;
    }

    public void WriteRoot(params byte[][] entries)
    {
        Root.Clear();
        entries.SelectMany(static bytes => bytes).ToArray().CopyTo(Root);
    }

    /// <param name="shortName">Such as <c>NAME.EXT</c>.</param>
    public static byte[] Entry(string shortName, uint cluster, uint length, byte attributes = ArchiveAttribute)
    {
        var entry = new byte[32];
        ShortName(shortName).CopyTo(entry, 0);
        entry[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(20), (ushort)(cluster >> 16));

        // 2024-02-29 12:30:14
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(22), (12 << 11) | (30 << 5) | 7);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(24), (44 << 9) | (2 << 5) | 29);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(26), (ushort)cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(28), length);
        return entry;
    }

    /// <summary>The entries that come before a file's own and hold its long name, last part first.</summary>
    public static byte[] LongName(string name, string shortName)
    {
        int parts = (name.Length + 12) / 13;
        string padded = (name.Length % 13 == 0 ? name : name + '\0').PadRight(parts * 13, '\uffff');
        byte sum = ShortName(shortName).Aggregate((byte)0, static (sum, letter) => (byte)((byte)((sum >> 1) | (sum << 7)) + letter));
        return
        [
            .. Enumerable.Range(1, parts).Reverse()
                .SelectMany(number => Part(padded.Substring((number - 1) * 13, 13), number, number == parts, sum)),
        ];
    }

    private static byte[] Part(string letters, int number, bool isLast, byte sum)
    {
        var part = new byte[32];
        byte[] text = Encoding.Unicode.GetBytes(letters);
        part[0] = (byte)(number | (isLast ? 0x40 : 0));
        part[11] = 0x0f;
        part[13] = sum;
        text.AsSpan(0, 10).CopyTo(part.AsSpan(1));
        text.AsSpan(10, 12).CopyTo(part.AsSpan(14));
        text.AsSpan(22, 4).CopyTo(part.AsSpan(28));
        return part;
    }

    private static byte[] ShortName(string name)
    {
        int dot = name.LastIndexOf('.');
        bool hasExtension = dot > 0 && name != "..";
        return Encoding.Latin1.GetBytes(hasExtension ? name[..dot].PadRight(8) + name[(dot + 1)..].PadRight(3) : name.PadRight(11));
    }

    private void WriteBootSector()
    {
        Span<byte> sector = Bytes.AsSpan(0, SectorLength);
        int sectors = (DataStart / SectorLength) + Clusters;
        ((ReadOnlySpan<byte>)[0xeb, 0x3c, 0x90]).CopyTo(sector);
        "HANDMADE"u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorLength);
        sector[13] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], (ushort)_reservedSectors);
        sector[16] = 2;
        sector[21] = 0xf8;
        int identification = Bits == 32 ? 64 : 36;
        if (Bits == 32)
        {
            BinaryPrimitives.WriteInt32LittleEndian(sector[32..], sectors);
            BinaryPrimitives.WriteInt32LittleEndian(sector[36..], _tableSectors);
            sector[44] = 2;
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(sector[17..], RootEntries);
            BinaryPrimitives.WriteUInt16LittleEndian(sector[19..], (ushort)sectors);
            BinaryPrimitives.WriteUInt16LittleEndian(sector[22..], (ushort)_tableSectors);
        }

        sector[identification + 2] = 0x29;
        BinaryPrimitives.WriteUInt32LittleEndian(sector[(identification + 3)..], 0x1a2b3c4d);
        "BOOT LABEL "u8.CopyTo(sector[(identification + 7)..]);
        sector[510] = 0x55;
        sector[511] = 0xaa;
    }
}
