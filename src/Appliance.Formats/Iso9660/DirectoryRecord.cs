using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>File flags of a directory record (ECMA-119 §9.1.6).</summary>
[Flags]
public enum FileTraits : byte
{
    None = 0,

    /// <summary>Not to be shown to the user. Linux shows it, and so do we: a loader may need it.</summary>
    Hidden = 0x01,
    Directory = 0x02,

    /// <summary>A Macintosh resource fork, of the same name as the file it belongs to.</summary>
    Associated = 0x04,
    Record = 0x08,
    Protection = 0x10,

    /// <summary>The file goes on in the next record.</summary>
    MultiExtent = 0x80,
}

/// <summary>
/// One entry of a directory, inside one sector (ECMA-119 §9.1).
/// <code>
///  0 length | 1 extended attribute blocks | 2 extent (8) | 10 data length (8) | 18 date (7) | 25 flags
/// 26 unit size | 27 interleave gap | 28 volume number (4) | 32 identifier length | 33 identifier | pad to even | system use
/// </code>
/// </summary>
public readonly ref struct DirectoryRecord
{
    /// <summary>Length of the root's record in its volume descriptor: an identifier of one byte.</summary>
    public const int RootLength = IdentifierOffset + 1;

    internal const int LengthOffset = 0;
    private const int AttributeBlocksOffset = LengthOffset + 1;
    internal const int ExtentOffset = AttributeBlocksOffset + 1;
    internal const int DataLengthOffset = ExtentOffset + BothEndian.Length32;
    internal const int DateOffset = DataLengthOffset + BothEndian.Length32;
    internal const int FlagsOffset = DateOffset + 7;
    private const int UnitSizeOffset = FlagsOffset + 1;
    private const int InterleaveGapOffset = UnitSizeOffset + 1;
    internal const int VolumeNumberOffset = InterleaveGapOffset + 1;
    internal const int IdentifierLengthOffset = VolumeNumberOffset + BothEndian.Length16;
    internal const int IdentifierOffset = IdentifierLengthOffset + 1;

    private readonly ReadOnlySpan<byte> _record;

    private DirectoryRecord(ReadOnlySpan<byte> record) => _record = record;

    /// <summary>Length of the record in bytes, system use included.</summary>
    public int Length => _record.Length;

    /// <summary>Logical block where the extent starts.</summary>
    public uint Extent => BothEndian.Read32(_record[ExtentOffset..]);

    /// <summary>Blocks of extended attributes at the start of the extent, before the data (§9.1.2).</summary>
    public byte AttributeBlocks => _record[AttributeBlocksOffset];

    /// <summary>Bytes of data in this extent.</summary>
    public uint DataLength => BothEndian.Read32(_record[DataLengthOffset..]);

    public FileTraits Flags => (FileTraits)_record[FlagsOffset];

    public bool IsDirectory => (Flags & FileTraits.Directory) != 0;

    /// <summary>Whether the data lies in pieces with gaps between them (§6.4.3).</summary>
    public bool IsInterleaved => _record[UnitSizeOffset] != 0 && _record[InterleaveGapOffset] != 0;

    public ReadOnlySpan<byte> Identifier => _record.Slice(IdentifierOffset, _record[IdentifierLengthOffset]);

    /// <summary>The directory itself: an identifier of one zero byte (§6.8.2.2).</summary>
    public bool IsSelf => Identifier is [0];

    /// <summary>The directory's parent: an identifier of one byte with the value 1 (§6.8.2.2).</summary>
    public bool IsParent => Identifier is [1];

    /// <summary>What is left of the record after the identifier and its pad byte (§9.1.13): SUSP's system use area.</summary>
    public ReadOnlySpan<byte> SystemUse
    {
        get
        {
            int start = (IdentifierOffset + _record[IdentifierLengthOffset] + 1) & ~1;
            return start < _record.Length ? _record[start..] : default;
        }
    }

    /// <summary>When it was recorded, in seconds since 1970, or 0 where that is not a date (§9.1.5).</summary>
    public long RecordedUnixSeconds
    {
        get
        {
            ReadOnlySpan<byte> date = _record.Slice(DateOffset, 7);
            int year = 1900 + date[0];
            bool valid = date[1] is >= 1 and <= 12 && date[2] >= 1 && date[2] <= DateTime.DaysInMonth(year, date[1])
                && date[3] < 24 && date[4] < 60 && date[5] < 60;
            if (!valid)
            {
                return 0;
            }

            var local = new DateTime(year, date[1], date[2], date[3], date[4], date[5], DateTimeKind.Utc);
            int quartersEastOfGreenwich = (sbyte)date[6];
            return ((DateTimeOffset)local).ToUnixTimeSeconds() - (quartersEastOfGreenwich * 15 * 60);
        }
    }

    internal bool ByteOrdersAgree =>
        BothEndian.Agrees32(_record[ExtentOffset..]) && BothEndian.Agrees32(_record[DataLengthOffset..]);

    /// <summary>Reads the record at the start of <paramref name="rest"/>, which ends with the sector that holds it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> rest, out DirectoryRecord record, [NotNullWhen(false)] out string? reason)
    {
        record = default;
        if (rest.IsEmpty || rest[LengthOffset] < RootLength)
        {
            reason = "a directory record is too short";
            return false;
        }

        int length = rest[LengthOffset];
        if (length > rest.Length)
        {
            // §6.8.1.1: each directory record shall end in the logical sector in which it begins.
            reason = "a directory record crosses the end of its sector";
            return false;
        }

        int identifierLength = rest[IdentifierLengthOffset];
        if (identifierLength == 0 || IdentifierOffset + identifierLength > length)
        {
            reason = "a name is longer than its directory record";
            return false;
        }

        record = new DirectoryRecord(rest[..length]);
        reason = null;
        return true;
    }

    /// <summary>The bytes of this record's extent, behind its extended attributes.</summary>
    public IsoExtent Data(int blockSize) => new(checked(((long)Extent + AttributeBlocks) * blockSize), DataLength);
}
