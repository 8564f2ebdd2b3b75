using System.Buffers.Binary;

namespace Appliance.Formats.Udf;

/// <summary>A run of sectors of the medium (ECMA-167 3/7.1): <code>0 length in bytes (4) | 4 first sector (4)</code></summary>
internal readonly record struct MediumExtent(uint Length, uint Sector)
{
    public const int Size = 8;

    public static MediumExtent Read(ReadOnlySpan<byte> extent) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(extent), BinaryPrimitives.ReadUInt32LittleEndian(extent[4..]));
}

/// <summary>
/// Where the volume descriptor sequences are (ECMA-167 3/10.2): <code>0 tag (16) | 16 main (8) | 24 reserve (8)</code>
/// </summary>
internal readonly record struct AnchorVolumePointer(MediumExtent Main, MediumExtent Reserve)
{
    private const int MainOffset = DescriptorTag.Length;
    private const int ReserveOffset = MainOffset + MediumExtent.Size;

    public static AnchorVolumePointer Read(ReadOnlySpan<byte> sector) =>
        new(MediumExtent.Read(sector[MainOffset..]), MediumExtent.Read(sector[ReserveOffset..]));
}

/// <summary>
/// Where the sequence goes on (ECMA-167 3/10.3): <code>0 tag (16) | 16 sequence number (4) | 20 next (8)</code>
/// </summary>
internal static class VolumePointer
{
    private const int NextOffset = DescriptorTag.Length + 4;

    public static MediumExtent ReadNext(ReadOnlySpan<byte> sector) => MediumExtent.Read(sector[NextOffset..]);
}

/// <summary>
/// A run of the medium with a number (ECMA-167 3/10.5).
/// <code>
/// 0 tag (16) | 16 sequence number (4) | 20 flags (2) | 22 number (2) | 24 contents (32) | 56 use (128) | 184 access (4)
/// 188 first sector (4) | 192 sectors (4)
/// </code>
/// </summary>
internal readonly record struct PartitionDescriptor(uint SequenceNumber, ushort Number, uint StartSector, uint Sectors)
{
    private const int SequenceNumberOffset = DescriptorTag.Length;
    private const int NumberOffset = SequenceNumberOffset + 6;
    private const int StartSectorOffset = NumberOffset + 166;
    private const int SectorsOffset = StartSectorOffset + 4;

    public static PartitionDescriptor Read(ReadOnlySpan<byte> sector) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(sector[SequenceNumberOffset..]),
        BinaryPrimitives.ReadUInt16LittleEndian(sector[NumberOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(sector[StartSectorOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(sector[SectorsOffset..]));
}

/// <summary>
/// The volume as files see it (ECMA-167 3/10.6, UDF 2.60 §2.2.4).
/// <code>
///   0 tag (16) | 16 sequence number (4) | 20 character set (64) | 84 label (128) | 212 block size (4) | 216 domain (32)
/// 248 file set (16) | 264 maps' length (4) | 268 number of maps (4) | 272 implementation (160) | 432 integrity (8) | 440 maps
/// </code>
/// </summary>
internal sealed record LogicalVolume(
    uint SequenceNumber, string Label, uint BlockSize, LogicalAddress FileSet, uint MapCount, ReadOnlyMemory<byte> Maps, long Offset)
{
    private const int SequenceNumberOffset = DescriptorTag.Length;
    private const int LabelOffset = SequenceNumberOffset + 68;
    private const int LabelLength = 128;
    private const int BlockSizeOffset = LabelOffset + LabelLength;
    private const int FileSetOffset = BlockSizeOffset + 36;
    private const int MapsLengthOffset = FileSetOffset + AllocationDescriptor.LongLength;
    private const int MapCountOffset = MapsLengthOffset + 4;
    private const int MapsOffset = MapCountOffset + 172;

    /// <summary>Reads the descriptor in a sector at <paramref name="offset"/>; maps that do not fit in the sector are cut off.</summary>
    public static LogicalVolume Read(ReadOnlySpan<byte> sector, long offset)
    {
        uint mapsLength = BinaryPrimitives.ReadUInt32LittleEndian(sector[MapsLengthOffset..]);
        return new LogicalVolume(
            BinaryPrimitives.ReadUInt32LittleEndian(sector[SequenceNumberOffset..]),
            UdfText.DecodeField(sector.Slice(LabelOffset, LabelLength)),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[BlockSizeOffset..]),
            AllocationDescriptor.ReadLong(sector[FileSetOffset..]).Address,
            BinaryPrimitives.ReadUInt32LittleEndian(sector[MapCountOffset..]),
            sector.Slice(MapsOffset, (int)Math.Min(mapsLength, (uint)(sector.Length - MapsOffset))).ToArray(),
            offset);
    }
}

/// <summary>
/// The root of a file system (ECMA-167 4/14.1): <code>0 tag (16) | 16 dates, numbers, names (384) | 400 root ICB (16) | …</code>
/// </summary>
internal static class FileSet
{
    private const int RootOffset = 400;

    public static LogicalAddress ReadRoot(ReadOnlySpan<byte> block) => AllocationDescriptor.ReadLong(block[RootOffset..]).Address;
}
