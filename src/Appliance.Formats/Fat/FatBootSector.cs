using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Fat;

/// <summary>
/// The first sector of a FAT volume (Microsoft FAT specification 1.03, "Boot Sector and BPB"; ECMA-107 §9).
/// <code>
///  0 jump (3) | 3 OEM name (8) | 11 sector length (2) | 13 sectors per cluster | 14 reserved sectors (2) | 16 tables
/// 17 root entries (2) | 19 sectors (2) | 21 medium | 22 sectors per table (2) | 24 geometry (4) | 28 hidden sectors (4)
/// 32 sectors (4)
/// FAT12, FAT16: 36 drive (2) | 38 29 | 39 serial number (4) | 43 label (11) | 54 type (8)
/// FAT32:        36 sectors per table (4) | 40 flags (2) | 42 version (2) | 44 root cluster (4) | 48 info (2) | 50 copy (2)
///               52 reserved (12) | 64 drive (2) | 66 29 | 67 serial number (4) | 71 label (11) | 82 type (8)
/// </code>
/// </summary>
internal readonly ref struct FatBootSector
{
    /// <summary>Bytes that are read of the sector, which may be longer.</summary>
    public const int Length = 512;

    /// <summary>Tables of clusters that a volume may have. 4: two are usual.</summary>
    private const int MaxTables = 4;

    private const int SectorLengthOffset = 11;
    private const int SectorsPerClusterOffset = SectorLengthOffset + 2;
    private const int ReservedSectorsOffset = SectorsPerClusterOffset + 1;
    private const int TablesOffset = ReservedSectorsOffset + 2;
    private const int RootEntriesOffset = TablesOffset + 1;
    private const int Sectors16Offset = RootEntriesOffset + 2;
    private const int MediumOffset = Sectors16Offset + 2;
    private const int SectorsPerTable16Offset = MediumOffset + 1;
    private const int Sectors32Offset = SectorsPerTable16Offset + 10;
    private const int ExtensionOffset = Sectors32Offset + 4;
    private const int SectorsPerTable32Offset = ExtensionOffset;
    private const int FlagsOffset = SectorsPerTable32Offset + 4;
    private const int RootClusterOffset = FlagsOffset + 4;
    private const int Extension32Offset = RootClusterOffset + 20;
    private const int IdentificationOffset = 2;
    private const int SerialNumberOffset = IdentificationOffset + 1;
    private const int LabelOffset = SerialNumberOffset + 4;
    private const int LabelLength = 11;
    private const byte HasIdentification = 0x29;

    /// <summary>Of the flags of FAT32: only one table is kept up to date, that of the lowest four bits.</summary>
    private const int NotMirrored = 0x80;

    private readonly ReadOnlySpan<byte> _sector;

    private FatBootSector(ReadOnlySpan<byte> sector) => _sector = sector;

    /// <summary>512, 1,024, 2,048 or 4,096 bytes.</summary>
    public int SectorLength => Read16(SectorLengthOffset);

    /// <summary>A power of two up to 128.</summary>
    public int SectorsPerCluster => _sector[SectorsPerClusterOffset];

    /// <summary>Sectors before the first table, this one included.</summary>
    public int ReservedSectors => Read16(ReservedSectorsOffset);

    public int Tables => _sector[TablesOffset];

    /// <summary>Entries of the root directory; 0 on FAT32, where it is a chain of clusters.</summary>
    public int RootEntries => Read16(RootEntriesOffset);

    /// <summary>All sectors of the volume.</summary>
    public long Sectors => Read16(Sectors16Offset) is > 0 and int sectors ? sectors : Read32(Sectors32Offset);

    public long SectorsPerTable => IsFat32 ? Read32(SectorsPerTable32Offset) : Read16(SectorsPerTable16Offset);

    /// <summary>
    /// Whether it has the layout of FAT32. Small EFI system partitions have it with fewer clusters than the specification
    /// asks for, so that it is told by this field, as Linux and EDK II do, and not by the number of clusters.
    /// </summary>
    public bool IsFat32 => Read16(SectorsPerTable16Offset) == 0;

    /// <summary>First cluster of the root directory; on FAT32 only.</summary>
    public uint RootCluster => Read32(RootClusterOffset);

    /// <summary>Which of the tables is the one to read.</summary>
    public int ActiveTable => IsFat32 && (Read16(FlagsOffset) & NotMirrored) != 0 ? Read16(FlagsOffset) & 0x0f : 0;

    /// <summary>Serial number; null when the sector has no such field.</summary>
    public uint? SerialNumber => Identified(out int offset) ? Read32(offset + SerialNumberOffset) : null;

    /// <summary>Label, padded with blanks; the one in the root directory comes before it. Empty when there is no such field.</summary>
    public ReadOnlySpan<byte> Label => Identified(out int offset) ? _sector.Slice(offset + LabelOffset, LabelLength) : default;

    /// <summary>
    /// Reads the sector. NTFS, exFAT and boot code of other kinds fail here: each has a number in it that FAT cannot have.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> sector, out FatBootSector bootSector, [NotNullWhen(false)] out string? reason)
    {
        bootSector = default;
        if (sector.Length < Length)
        {
            reason = "the image ends inside a boot sector";
            return false;
        }

        var parsed = new FatBootSector(sector[..Length]);
        bool isFat = sector is [0xeb, _, 0x90, ..] or [0xe9, ..]
            && parsed.SectorLength is 512 or 1024 or 2048 or 4096
            && parsed.SectorsPerCluster is 1 or 2 or 4 or 8 or 16 or 32 or 64 or 128
            && parsed.ReservedSectors > 0
            && parsed.Tables is >= 1 and <= MaxTables
            && parsed.Sectors > 0
            && parsed.SectorsPerTable > 0
            && sector[MediumOffset] is 0xf0 or >= 0xf8
            && (parsed.IsFat32 || parsed.RootEntries > 0);
        bootSector = isFat ? parsed : default;
        reason = isFat ? null : "there is no boot sector of a FAT volume here";
        return isFat;
    }

    private bool Identified(out int offset)
    {
        offset = IsFat32 ? Extension32Offset : ExtensionOffset;
        return _sector[offset + IdentificationOffset] == HasIdentification;
    }

    private int Read16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_sector[offset..]);

    private uint Read32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_sector[offset..]);
}
