using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Disk;

/// <summary>
/// The first sector of a disk with partitions, and of each logical partition (UEFI 2.10 §5.2.1).
/// <code>0 boot code (440) | 440 disk signature (4) | 444 unknown (2) | 446 four entries (16 each) | 510 55 AA</code>
/// </summary>
internal readonly ref struct MasterBootRecord
{
    /// <summary>Length of the sector in bytes; positions in a partition table are counted in it.</summary>
    public const int SectorLength = 512;

    /// <summary>Entries of the table.</summary>
    public const int Entries = 4;

    private const int TableOffset = 446;
    private const int SignatureOffset = TableOffset + (Entries * PartitionEntry.Length);

    private readonly ReadOnlySpan<byte> _sector;

    private MasterBootRecord(ReadOnlySpan<byte> sector) => _sector = sector;

    public PartitionEntry this[int index] => PartitionEntry.Read(_sector[(TableOffset + (index * PartitionEntry.Length))..]);

    /// <summary>Reads the table; a sector whose entries have an impossible status is a boot sector with code in that place.</summary>
    public static bool TryParse(ReadOnlySpan<byte> sector, out MasterBootRecord record, [NotNullWhen(false)] out string? reason)
    {
        record = default;
        if (sector.Length < SectorLength || sector[SignatureOffset..] is not [0x55, 0xaa, ..])
        {
            reason = "there is no partition table here";
            return false;
        }

        var parsed = new MasterBootRecord(sector[..SectorLength]);
        for (int index = 0; index < Entries; index++)
        {
            if (parsed[index].Status is not (0 or PartitionEntry.Active))
            {
                reason = "an entry of the partition table is neither active nor inactive";
                return false;
            }
        }

        record = parsed;
        reason = null;
        return true;
    }
}

/// <summary>
/// One entry of the table.
/// <code>0 status | 1 first sector by geometry (3) | 4 type | 5 last by geometry (3) | 8 first sector (4) | 12 sectors (4)</code>
/// </summary>
/// <param name="Start">First sector: of the disk, or counted from an extended partition.</param>
/// <param name="Count">Sectors.</param>
internal readonly record struct PartitionEntry(byte Status, PartitionType Type, uint Start, uint Count)
{
    public const int Length = CountOffset + 4;
    public const byte Active = 0x80;

    private const int StatusOffset = 0;
    private const int TypeOffset = StatusOffset + 4;
    private const int StartOffset = TypeOffset + 4;
    private const int CountOffset = StartOffset + 4;

    public bool IsEmpty => Type == PartitionType.Empty || Count == 0;

    public bool IsExtended => Type is PartitionType.Extended or PartitionType.ExtendedByBlock or PartitionType.LinuxExtended;

    public static PartitionEntry Read(ReadOnlySpan<byte> entry) => new(
        entry[StatusOffset],
        (PartitionType)entry[TypeOffset],
        BinaryPrimitives.ReadUInt32LittleEndian(entry[StartOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[CountOffset..]));
}

/// <summary>Kinds of partition that matter here; a FAT is told by its boot sector, not by its kind.</summary>
internal enum PartitionType : byte
{
    Empty = 0x00,
    Extended = 0x05,
    ExtendedByBlock = 0x0f,
    LinuxExtended = 0x85,

    /// <summary>The whole disk, to keep programs away that do not know GUID partition tables (UEFI 2.10 §5.2.3).</summary>
    Protective = 0xee,
    EfiSystem = 0xef,
}
