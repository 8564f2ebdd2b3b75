using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Udf;

/// <summary>What a descriptor is (ECMA-167 3/7.2.1, 4/7.2.1).</summary>
internal enum TagIdentifier : ushort
{
    /// <summary>UDF's own structures that ECMA-167 does not know, such as the sparing table (UDF 2.60 §2.2.12).</summary>
    UdfDefined = 0,
    PrimaryVolume = 1,
    AnchorVolumePointer = 2,
    VolumePointer = 3,
    Partition = 5,
    LogicalVolume = 6,
    Terminating = 8,
    FileSet = 256,
    FileIdentifier = 257,
    AllocationExtent = 258,
    FileEntry = 261,
    ExtendedFileEntry = 266,
}

/// <summary>
/// The head of every descriptor (ECMA-167 3/7.2, 4/7.2).
/// <code>
/// 0 identifier (2) | 2 version (2) | 4 checksum | 5 reserved | 6 serial (2) | 8 CRC (2) | 10 CRC length (2) | 12 location (4)
/// </code>
/// </summary>
/// <param name="Location">Block in which the descriptor says that it lies.</param>
internal readonly record struct DescriptorTag(TagIdentifier Identifier, uint Location)
{
    public const int Length = LocationOffset + 4;

    private const int IdentifierOffset = 0;
    private const int VersionOffset = IdentifierOffset + 2;
    private const int ChecksumOffset = VersionOffset + 2;
    private const int SerialOffset = ChecksumOffset + 2;
    private const int CrcOffset = SerialOffset + 2;
    private const int CrcLengthOffset = CrcOffset + 2;
    private const int LocationOffset = CrcLengthOffset + 2;

    /// <summary>Reads the tag of a descriptor and checks its checksum, and the CRC of what follows it.</summary>
    /// <param name="descriptor">The descriptor, and perhaps more behind it.</param>
    public static bool TryParse(ReadOnlySpan<byte> descriptor, out DescriptorTag tag, [NotNullWhen(false)] out string? reason)
    {
        tag = default;
        if (descriptor.Length < Length)
        {
            reason = "a UDF descriptor is cut off";
            return false;
        }

        byte sum = 0;
        for (int i = 0; i < Length; i++)
        {
            sum += i == ChecksumOffset ? (byte)0 : descriptor[i];
        }

        if (sum != descriptor[ChecksumOffset])
        {
            reason = "the checksum of a UDF descriptor is wrong";
            return false;
        }

        int crcLength = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[CrcLengthOffset..]);
        if (crcLength > descriptor.Length - Length
            || UdfCrc.Compute(descriptor.Slice(Length, crcLength)) != BinaryPrimitives.ReadUInt16LittleEndian(descriptor[CrcOffset..]))
        {
            reason = "the CRC of a UDF descriptor is wrong";
            return false;
        }

        tag = new DescriptorTag(
            (TagIdentifier)BinaryPrimitives.ReadUInt16LittleEndian(descriptor[IdentifierOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(descriptor[LocationOffset..]));
        reason = null;
        return true;
    }

    /// <summary>The same for a descriptor that must be of one kind and lie in one block.</summary>
    public static bool IsThere(
        ReadOnlySpan<byte> descriptor, TagIdentifier identifier, long location, [NotNullWhen(false)] out string? reason)
    {
        if (!TryParse(descriptor, out DescriptorTag tag, out reason))
        {
            return false;
        }

        reason =
            tag.Identifier != identifier ? "another UDF descriptor stands in its place" :
            tag.Location != location ? "a UDF descriptor says that it belongs elsewhere" :
            null;
        return reason is null;
    }
}

/// <summary>CRC of descriptors: polynomial x¹⁶ + x¹² + x⁵ + 1, starting at zero (ECMA-167 3/7.2.6).</summary>
internal static class UdfCrc
{
    private const ushort Polynomial = 0x1021;

    private static readonly ImmutableArray<ushort> Table = [.. Enumerable.Range(0, 256).Select(static value => Shift((byte)value))];

    public static ushort Compute(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ushort> table = Table.AsSpan();
        ushort crc = 0;
        foreach (byte value in bytes)
        {
            crc = (ushort)((crc << 8) ^ table[(crc >> 8) ^ value]);
        }

        return crc;
    }

    private static ushort Shift(byte value)
    {
        int crc = value << 8;
        for (int bit = 0; bit < 8; bit++)
        {
            crc = (crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
        }

        return (ushort)crc;
    }
}
