using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Appliance.Formats.Iso9660;

/// <summary>Kinds of volume descriptor (ECMA-119 §8.1.1).</summary>
public enum VolumeDescriptorType : byte
{
    BootRecord = 0,
    Primary = 1,

    /// <summary>Joliet's descriptor, and the enhanced one of ISO 9660:1999.</summary>
    Supplementary = 2,
    Partition = 3,
    Terminator = 255,
}

/// <summary>
/// One sector of the volume descriptor set, which starts at sector 16 (ECMA-119 §8.1, §8.4, §8.5).
/// <code>
///   0 type | 1 "CD001" | 6 version | 7 flags | 8 system (32) | 40 volume (32) | 72 unused (8)
///  80 space size (8) | 88 escape sequences (32) | 120 set size (4) | 124 sequence number (4) | 128 block size (4)
/// 132 path table size (8) | 140 path tables (16) | 156 root directory record (34)
/// 190 volume set (128) | 318 publisher (128) | 446 preparer (128) | 574 application (128) | 702 three files (111)
/// 813 created (17) | 830 modified (17) | …
/// </code>
/// </summary>
public readonly ref struct VolumeDescriptor
{
    /// <summary>Length of a logical sector in bytes, of the descriptor and of all that positions are rounded to (§6.1.2).</summary>
    public const int SectorLength = 2048;

    /// <summary>Sector of the first descriptor; the 16 before it are the system area (§6.2.1).</summary>
    public const int FirstSector = 16;

    internal const int TypeOffset = 0;
    internal const int StandardIdentifierOffset = TypeOffset + 1;
    internal const int VersionOffset = StandardIdentifierOffset + 5;
    private const int FlagsOffset = VersionOffset + 1;
    internal const int SystemOffset = FlagsOffset + 1;
    internal const int VolumeOffset = SystemOffset + ShortTextLength;
    internal const int SpaceSizeOffset = VolumeOffset + ShortTextLength + 8;
    private const int EscapeSequencesOffset = SpaceSizeOffset + BothEndian.Length32;
    internal const int SetSizeOffset = EscapeSequencesOffset + ShortTextLength;
    internal const int BlockSizeOffset = SetSizeOffset + (2 * BothEndian.Length16);
    internal const int PathTablesOffset = BlockSizeOffset + BothEndian.Length16 + BothEndian.Length32;
    internal const int RootDirectoryRecordOffset = PathTablesOffset + 16;
    internal const int VolumeSetOffset = RootDirectoryRecordOffset + DirectoryRecord.RootLength;
    internal const int PublisherOffset = VolumeSetOffset + LongTextLength;
    internal const int PreparerOffset = PublisherOffset + LongTextLength;
    internal const int ApplicationOffset = PreparerOffset + LongTextLength;
    internal const int CreatedOffset = ApplicationOffset + LongTextLength + (3 * 37);
    internal const int ModifiedOffset = CreatedOffset + DateLength;
    internal const int ShortTextLength = 32;
    internal const int LongTextLength = 128;
    internal const int DateLength = 17;

    private readonly ReadOnlySpan<byte> _sector;

    private VolumeDescriptor(ReadOnlySpan<byte> sector) => _sector = sector;

    public VolumeDescriptorType Type => (VolumeDescriptorType)_sector[TypeOffset];

    /// <summary>1, or 2 for the enhanced volume descriptor of ISO 9660:1999.</summary>
    public byte Version => _sector[VersionOffset];

    /// <summary>Whether names are UCS-2: <c>%/@</c>, <c>%/C</c> or <c>%/E</c> is announced (Joliet specification §3).</summary>
    public bool IsJoliet => Type == VolumeDescriptorType.Supplementary
        && _sector.Slice(EscapeSequencesOffset, 3) is [(byte)'%', (byte)'/', (byte)'@' or (byte)'C' or (byte)'E'];

    /// <summary>Logical blocks in the volume, as the writer said; the file may be longer or shorter.</summary>
    public uint SpaceSize => BothEndian.Read32(_sector[SpaceSizeOffset..]);

    /// <summary>Length of a logical block in bytes: 512, 1,024 or 2,048, once <see cref="TryParse"/> has passed a volume.</summary>
    public int BlockSize => BothEndian.Read16(_sector[BlockSizeOffset..]);

    public ReadOnlySpan<byte> RootDirectoryRecord => _sector.Slice(RootDirectoryRecordOffset, DirectoryRecord.RootLength);

    public string SystemIdentifier => Text(SystemOffset, ShortTextLength);

    public string VolumeIdentifier => Text(VolumeOffset, ShortTextLength);

    public string PublisherIdentifier => Text(PublisherOffset, LongTextLength);

    public string ApplicationIdentifier => Text(ApplicationOffset, LongTextLength);

    /// <summary>
    /// <c>YYYY-MM-DD-hh-mm-ss-cc</c> of the modification date, else of the creation date: what udev calls the UUID and
    /// Arch's boot line asks for. Null when neither is set.
    /// </summary>
    public string? Uuid => DateDigits(ModifiedOffset) ?? DateDigits(CreatedOffset);

    /// <summary>The boot system, such as <c>EL TORITO SPECIFICATION</c>, in a boot record (§8.2.3).</summary>
    public ReadOnlySpan<byte> BootSystemIdentifier => _sector.Slice(FlagsOffset, ShortTextLength);

    /// <summary>Bytes that the boot system defines, from byte 71 of a boot record (§8.2.5).</summary>
    public ReadOnlySpan<byte> BootSystemUse => _sector[(FlagsOffset + (2 * ShortTextLength))..];

    /// <summary>Reads one descriptor from a sector; of a volume (primary or supplementary) the block size is checked.</summary>
    public static bool TryParse(ReadOnlySpan<byte> sector, out VolumeDescriptor descriptor, [NotNullWhen(false)] out string? reason)
    {
        descriptor = default;
        if (sector.Length < SectorLength)
        {
            reason = "the image ends inside its volume descriptors";
            return false;
        }

        if (!sector.Slice(StandardIdentifierOffset, 5).SequenceEqual("CD001"u8))
        {
            reason = "there is no ISO 9660 volume descriptor here";
            return false;
        }

        var parsed = new VolumeDescriptor(sector[..SectorLength]);
        if (parsed.Type is VolumeDescriptorType.Primary or VolumeDescriptorType.Supplementary
            && parsed.BlockSize is not (512 or 1024 or 2048))
        {
            reason = "the logical block size is none of 512, 1024 and 2048";
            return false;
        }

        descriptor = parsed;
        reason = null;
        return true;
    }

    /// <summary>Whether the two recordings of the size agree; they do not in images of sloppy writers.</summary>
    internal bool ByteOrdersAgree => BothEndian.Agrees32(_sector[SpaceSizeOffset..]);

    private string Text(int offset, int length)
    {
        ReadOnlySpan<byte> field = _sector.Slice(offset, length);
        string text = IsJoliet ? Encoding.BigEndianUnicode.GetString(field) : IsoText.Decode(field);
        return text.TrimEnd(' ', '\0');
    }

    private string? DateDigits(int offset)
    {
        ReadOnlySpan<byte> digits = _sector.Slice(offset, DateLength - 1);
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || digits.IndexOfAnyExcept((byte)'0') < 0)
        {
            return null;
        }

        string text = Encoding.ASCII.GetString(digits);
        return $"{text[..4]}-{text[4..6]}-{text[6..8]}-{text[8..10]}-{text[10..12]}-{text[12..14]}-{text[14..]}";
    }
}
