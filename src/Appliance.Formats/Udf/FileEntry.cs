using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Udf;

/// <summary>What a file entry describes (ECMA-167 4/14.6.6, UDF 2.60 §2.3.5.2).</summary>
internal enum UdfFileType : byte
{
    /// <summary>Nothing said: Linux takes it as a file, and UDF 1.50 has it for the virtual allocation table.</summary>
    Unspecified = 0,
    Directory = 4,
    File = 5,
    SymbolicLink = 12,
    VirtualAllocationTable = 248,
    RealTimeFile = 249,
    MetadataFile = 250,
    MetadataMirrorFile = 251,
}

/// <summary>
/// A file entry or an extended one (ECMA-167 4/14.9, 4/14.17); from byte 64 on the extended one is longer.
/// <code>
///  0 tag (16) | 16 prior entries (4) | 20 strategy (2) | 22 parameter (2) | 24 maximum (2) | 26 reserved | 27 file type
/// 28 parent (6) | 34 flags (2) | 36 owner (4) | 40 group (4) | 44 permissions (4) | 48 links (2) | 50 record (6)
/// 56 information length (8)
/// file entry           64 blocks (8) | 72 accessed (12) | 84 modified (12) | … | 168 attributes' length (4)
///                     172 descriptors' length (4) | 176 attributes | allocation descriptors
/// extended file entry  64 object size (8) | 72 blocks (8) | 80 accessed (12) | 92 modified (12) | … | 208 attributes' length (4)
///                     212 descriptors' length (4) | 216 attributes | allocation descriptors
/// </code>
/// </summary>
internal readonly ref struct FileEntry
{
    private const int StrategyOffset = DescriptorTag.Length + 4;
    private const int FileTypeOffset = StrategyOffset + 7;
    private const int FlagsOffset = FileTypeOffset + 7;
    private const int PermissionsOffset = FlagsOffset + 10;
    private const int InformationLengthOffset = PermissionsOffset + 12;
    private const int ModifiedOffset = InformationLengthOffset + 28;
    private const int AttributesLengthOffset = 168;
    private const int ExtendedModifiedOffset = ModifiedOffset + 8;
    private const int ExtendedAttributesLengthOffset = 208;

    /// <summary>One entry, no others that supersede it. The other one in use, 4096, is for write-once media.</summary>
    private const int SimpleStrategy = 4;

    private const int FormMask = 0x07;
    private const int PermissionGroupBits = 5;
    private const int PermissionMask = 0x07;

    private readonly ReadOnlySpan<byte> _block;
    private readonly bool _isExtended;

    private FileEntry(ReadOnlySpan<byte> block, bool isExtended)
    {
        _block = block;
        _isExtended = isExtended;
    }

    public UdfFileType Type => (UdfFileType)_block[FileTypeOffset];

    public AllocationForm Form => (AllocationForm)(BinaryPrimitives.ReadUInt16LittleEndian(_block[FlagsOffset..]) & FormMask);

    /// <summary>Length of the file in bytes; never negative.</summary>
    public long InformationLength => BinaryPrimitives.ReadInt64LittleEndian(_block[InformationLengthOffset..]);

    /// <summary>POSIX permission bits, or 0 where none are recorded.</summary>
    public int Permissions
    {
        get
        {
            // Other, group, owner: five bits each, of which the lowest three are execute, write, read (4/14.9.5).
            uint recorded = BinaryPrimitives.ReadUInt32LittleEndian(_block[PermissionsOffset..]);
            uint other = recorded & PermissionMask;
            uint group = (recorded >> PermissionGroupBits) & PermissionMask;
            uint owner = (recorded >> (2 * PermissionGroupBits)) & PermissionMask;
            return (int)((owner << 6) | (group << 3) | other);
        }
    }

    public long ModifiedUnixSeconds =>
        UdfTimestamp.ReadUnixSeconds(_block.Slice(_isExtended ? ExtendedModifiedOffset : ModifiedOffset, UdfTimestamp.Length));

    /// <summary>Where the allocation descriptors start in the block.</summary>
    public int AllocationOffset => AreaOffset(_isExtended) + (int)AttributesLength;

    /// <summary>The allocation descriptors, or the file itself.</summary>
    public ReadOnlySpan<byte> Allocation => _block.Slice(AllocationOffset, (int)AllocationLength);

    private uint AttributesLength => BinaryPrimitives.ReadUInt32LittleEndian(_block[LengthsOffset(_isExtended)..]);

    private uint AllocationLength => BinaryPrimitives.ReadUInt32LittleEndian(_block[(LengthsOffset(_isExtended) + 4)..]);

    /// <summary>Reads the entry in a block whose tag was checked.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> block, TagIdentifier identifier, out FileEntry entry, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        bool isExtended = identifier == TagIdentifier.ExtendedFileEntry;
        if (!isExtended && identifier != TagIdentifier.FileEntry)
        {
            reason = "another UDF descriptor stands in place of a file entry";
            return false;
        }

        if (block.Length < AreaOffset(isExtended))
        {
            reason = "a file entry is cut off";
            return false;
        }

        var parsed = new FileEntry(block, isExtended);
        int strategy = BinaryPrimitives.ReadUInt16LittleEndian(block[StrategyOffset..]);
        reason =
            strategy != SimpleStrategy ? $"a file entry uses ICB strategy {strategy}, of which only 4 is supported" :
            parsed.Form > AllocationForm.Embedded ? "a file entry describes its extents in an unknown form" :
            parsed.InformationLength < 0 ? "a file is longer than can be" :
            (long)AreaOffset(isExtended) + parsed.AttributesLength + parsed.AllocationLength > block.Length
                ? "a file entry is longer than its block" :
            parsed.Form == AllocationForm.Embedded && parsed.InformationLength != parsed.AllocationLength
                ? "a file in its own file entry has another length than said" :
            null;
        entry = reason is null ? parsed : default;
        return reason is null;
    }

    private static int LengthsOffset(bool isExtended) => isExtended ? ExtendedAttributesLengthOffset : AttributesLengthOffset;

    private static int AreaOffset(bool isExtended) => LengthsOffset(isExtended) + 8;
}
