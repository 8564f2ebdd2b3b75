using System.Buffers.Binary;

namespace Appliance.Formats.Fat;

/// <summary>Attributes of a directory entry (Microsoft FAT specification, "FAT 32 Byte Directory Entry Structure").</summary>
[Flags]
internal enum FatAttributes : byte
{
    None = 0,
    ReadOnly = 0x01,
    Hidden = 0x02,
    System = 0x04,

    /// <summary>No file, but the volume's label.</summary>
    VolumeLabel = 0x08,
    Directory = 0x10,
    Archive = 0x20,

    /// <summary>No file, but a part of the long name of the one that follows.</summary>
    LongName = ReadOnly | Hidden | System | VolumeLabel,

    /// <summary>The bits that decide whether it is a <see cref="LongName"/>.</summary>
    LongNameMask = LongName | Directory | Archive,
}

/// <summary>
/// One entry of a directory.
/// <code>
///  0 name (8) | 8 extension (3) | 11 attributes | 12 lower case | 13 created (5) | 18 read (2) | 20 cluster, high (2)
/// 22 time (2) | 24 date (2) | 26 cluster, low (2) | 28 length (4)
/// </code>
/// </summary>
internal readonly ref struct FatDirectoryEntry
{
    public const int Length = FatGeometry.DirectoryEntryLength;
    public const int NameLength = 11;

    private const int AttributesOffset = NameLength;
    private const int CaseOffset = AttributesOffset + 1;
    private const int HighClusterOffset = CaseOffset + 8;
    private const int TimeOffset = HighClusterOffset + 2;
    private const int DateOffset = TimeOffset + 2;
    private const int LowClusterOffset = DateOffset + 2;
    private const int LengthOffset = LowClusterOffset + 2;
    private const byte DeletedMark = 0xe5;

    private readonly ReadOnlySpan<byte> _entry;

    /// <param name="entry">32 bytes.</param>
    public FatDirectoryEntry(ReadOnlySpan<byte> entry) => _entry = entry;

    public ReadOnlySpan<byte> Bytes => _entry;

    /// <summary>Neither this entry nor those behind it are used.</summary>
    public bool IsEnd => _entry[0] == 0;

    public bool IsDeleted => _entry[0] == DeletedMark;

    public FatAttributes Attributes => (FatAttributes)_entry[AttributesOffset];

    public bool IsLongName => (Attributes & FatAttributes.LongNameMask) == FatAttributes.LongName;

    public bool IsVolumeLabel => !IsLongName && (Attributes & FatAttributes.VolumeLabel) != 0;

    public bool IsDirectory => (Attributes & FatAttributes.Directory) != 0;

    /// <summary>The directory itself (<c>.</c>) or its parent (<c>..</c>).</summary>
    public bool IsDots => _entry[0] == '.';

    /// <summary>Name and extension, each padded with blanks.</summary>
    public ReadOnlySpan<byte> Name => _entry[..NameLength];

    /// <summary>How Windows notes that a name without a long one is lower-case: bit 3 for the name, 4 for the extension.</summary>
    public byte Case => _entry[CaseOffset];

    /// <summary>First cluster; 0 for an empty file, and for the root directory where it has no cluster of its own.</summary>
    /// <param name="entryBits">Of the volume: with 12 or 16 the upper half is something else's.</param>
    public uint Cluster(int entryBits)
    {
        uint low = BinaryPrimitives.ReadUInt16LittleEndian(_entry[LowClusterOffset..]);
        uint high = BinaryPrimitives.ReadUInt16LittleEndian(_entry[HighClusterOffset..]);
        return entryBits == 32 ? (high << 16) | low : low;
    }

    /// <summary>Bytes of a file; 0 for directories.</summary>
    public uint DataLength => BinaryPrimitives.ReadUInt32LittleEndian(_entry[LengthOffset..]);

    /// <summary>
    /// When it was written, in seconds since 1970, taken as UTC since no zone is recorded; 0 where it is not a date.
    /// <code>date: 15-9 year from 1980 | 8-5 month | 4-0 day   time: 15-11 hours | 10-5 minutes | 4-0 seconds / 2</code>
    /// </summary>
    public long WrittenUnixSeconds
    {
        get
        {
            int date = BinaryPrimitives.ReadUInt16LittleEndian(_entry[DateOffset..]);
            int time = BinaryPrimitives.ReadUInt16LittleEndian(_entry[TimeOffset..]);
            (int year, int month, int day) = (1980 + (date >> 9), (date >> 5) & 15, date & 31);
            (int hour, int minute, int second) = (time >> 11, (time >> 5) & 63, (time & 31) * 2);
            bool valid = month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
                && hour < 24 && minute < 60 && second < 60;
            return valid
                ? new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).ToUnixTimeSeconds()
                : 0;
        }
    }
}
