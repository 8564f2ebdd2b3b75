using System.Buffers.Binary;
using System.Text;

namespace Appliance.Formats.Tests.Iso9660;

/// <summary>
/// An image written byte by byte, to say what no mastering tool would. Sector 16 holds the primary descriptor, 17 the
/// terminator, <see cref="RootSector"/> the root directory; the rest is free.
/// </summary>
internal sealed class HandMadeIso
{
    public const int SectorLength = 2048;
    public const int RootSector = 20;
    public const byte DirectoryFlag = 0x02;

    private readonly int _blockSize;

    public HandMadeIso(int sectors = 64, int rootLength = SectorLength, int blockSize = SectorLength)
    {
        _blockSize = blockSize;
        Bytes = new byte[sectors * SectorLength];
        WriteDescriptor(16, 1, RootSector, rootLength);
        WriteTerminator(17);
    }

    public byte[] Bytes { get; }

    public Span<byte> Sector(int sector) => Bytes.AsSpan(sector * SectorLength, SectorLength);

    public SectorSource Source => new MemorySectorSource(Bytes);

    public void WriteTerminator(int sector)
    {
        Sector(sector).Clear();
        Sector(sector)[0] = 255;
        "CD001"u8.CopyTo(Sector(sector)[1..]);
        Sector(sector)[6] = 1;
    }

    public void WriteDescriptor(int sector, byte type, int rootSector, int rootLength, string escape = "", byte version = 1)
    {
        Span<byte> d = Sector(sector);
        d.Clear();
        d[0] = type;
        "CD001"u8.CopyTo(d[1..]);
        d[6] = version;
        d[8..72].Fill((byte)' ');
        Encoding.ASCII.GetBytes(escape, d[88..]);
        byte[] label = escape.Length > 0 ? Encoding.BigEndianUnicode.GetBytes("Joliet label".PadRight(16)) : "HAND MADE"u8.ToArray();
        label.CopyTo(d[40..]);
        Both32(d[80..], (uint)(Bytes.Length / _blockSize));
        Both16(d[128..], (ushort)_blockSize);
        Record([0], rootSector, rootLength, DirectoryFlag).CopyTo(d[156..]);
    }

    /// <summary>Writes a directory with its two first records; records that do not fit go to the next sector.</summary>
    public void WriteDirectory(int sector, int length, int parentSector, byte[] selfSystemUse, params byte[][] records)
    {
        byte[][] all =
        [
            Record([0], sector, length, DirectoryFlag, selfSystemUse),
            Record([1], parentSector, SectorLength, DirectoryFlag),
            .. records,
        ];
        int offset = sector * SectorLength;
        foreach (byte[] record in all)
        {
            int left = SectorLength - (offset % SectorLength);
            offset += record.Length > left ? left : 0;
            record.CopyTo(Bytes, offset);
            offset += record.Length;
        }
    }

    public void WriteRoot(params byte[][] records) => WriteDirectory(RootSector, SectorLength, RootSector, [], records);

    public void WriteRockRidgeRoot(params byte[][] records) =>
        WriteDirectory(RootSector, SectorLength, RootSector, [.. Sp(), .. Px(0x41ed)], records);

    /// <summary>A directory record; the extent is given in sectors.</summary>
    public byte[] Record(ReadOnlySpan<byte> name, int sector, int length, byte flags = 0, byte[]? systemUse = null)
    {
        int start = (33 + name.Length + 1) & ~1;
        byte[] record = new byte[start + (systemUse?.Length ?? 0)];
        record[0] = (byte)record.Length;
        Both32(record.AsSpan(2), (uint)(sector * (SectorLength / _blockSize)));
        Both32(record.AsSpan(10), (uint)length);
        new byte[] { 124, 2, 29, 12, 30, 15, 4 }.CopyTo(record, 18);
        record[25] = flags;
        Both16(record.AsSpan(28), 1);
        record[32] = (byte)name.Length;
        name.CopyTo(record.AsSpan(33));
        systemUse?.CopyTo(record, start);
        return record;
    }

    public byte[] Directory(string name, int sector, int length = SectorLength, byte[]? systemUse = null) =>
        Record(Encoding.ASCII.GetBytes(name), sector, length, DirectoryFlag, systemUse);

    public byte[] File(string name, int sector, int length, byte flags = 0, byte[]? systemUse = null) =>
        Record(Encoding.ASCII.GetBytes(name), sector, length, flags, systemUse);

    public static byte[] Sp(byte skip = 0) => [(byte)'S', (byte)'P', 7, 1, 0xbe, 0xef, skip];

    public static byte[] Px(uint mode) => Entry("PX", [.. Both(mode), .. new byte[24]]);

    public static byte[] Nm(string name, byte flags = 0) => Entry("NM", [flags, .. Encoding.UTF8.GetBytes(name)]);

    public static byte[] Cl(int block) => Entry("CL", Both((uint)block));

    public static byte[] Re() => Entry("RE", []);

    public static byte[] Ce(int block, int offset, int length) =>
        Entry("CE", [.. Both((uint)block), .. Both((uint)offset), .. Both((uint)length)]);

    /// <summary>A file compressed with zisofs, of so many bytes when it is not.</summary>
    public static byte[] Zf(int length) => Entry("ZF", [(byte)'p', (byte)'z', 4, 15, .. Both((uint)length)]);

    /// <summary>A symbolic link; components as (flags, text).</summary>
    public static byte[] Sl(params (byte Flags, string Text)[] components) =>
        Entry("SL", [0, .. components.SelectMany(c => (byte[])[c.Flags, (byte)c.Text.Length, .. Encoding.UTF8.GetBytes(c.Text)])]);

    public static byte[] Entry(string signature, ReadOnlySpan<byte> data) =>
        [(byte)signature[0], (byte)signature[1], (byte)(4 + data.Length), 1, .. data];

    private static byte[] Both(uint value)
    {
        byte[] field = new byte[8];
        Both32(field, value);
        return field;
    }

    private static void Both32(Span<byte> field, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        BinaryPrimitives.WriteUInt32BigEndian(field[4..], value);
    }

    private static void Both16(Span<byte> field, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, value);
        BinaryPrimitives.WriteUInt16BigEndian(field[2..], value);
    }
}
