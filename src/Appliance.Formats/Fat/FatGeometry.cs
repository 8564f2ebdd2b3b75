using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Fat;

/// <summary>Where the parts of a FAT volume are, in bytes of the image.</summary>
/// <param name="EntryBits">Bits of an entry of the table: 12, 16 or 32.</param>
/// <param name="TableOffset">Start of the table that is read.</param>
/// <param name="RootOffset">Start of the root directory; not on FAT32.</param>
/// <param name="RootLength">Its length; 0 on FAT32.</param>
/// <param name="DataOffset">Start of cluster 2, which is the first (Microsoft FAT specification, "FAT Data Structure").</param>
/// <param name="ClusterLength">Bytes of a cluster.</param>
/// <param name="Clusters">How many there are; their numbers go from 2 to one more than that.</param>
/// <param name="EndOffset">Where the volume ends, as its boot sector claims.</param>
internal sealed record FatGeometry(
    int EntryBits, long TableOffset, long RootOffset, long RootLength, long DataOffset, int ClusterLength, uint Clusters, long EndOffset)
{
    public const uint FirstCluster = 2;

    /// <summary>Bytes of a directory entry.</summary>
    public const int DirectoryEntryLength = 32;

    /// <summary>Fewer clusters than this make it FAT12 (Microsoft FAT specification, "FAT Type Determination").</summary>
    private const uint MinFat16Clusters = 4085;

    /// <summary>Most clusters that the 28 bits of FAT32 can count, without the reserved numbers.</summary>
    private const uint MaxClusters = 0x0ffffff5;

    /// <param name="start">Byte offset of the volume in the image.</param>
    public static bool TryRead(
        FatBootSector sector, long start, [NotNullWhen(true)] out FatGeometry? geometry, [NotNullWhen(false)] out string? reason)
    {
        int length = sector.SectorLength;
        long tableLength = sector.SectorsPerTable * length;
        long table = (long)sector.ReservedSectors * length;
        long root = table + (sector.Tables * tableLength);
        long rootLength = sector.IsFat32 ? 0 : (long)sector.RootEntries * DirectoryEntryLength;
        long data = root + ((rootLength + length - 1) / length * length);
        int clusterLength = sector.SectorsPerCluster * length;
        long clusters = ((sector.Sectors * length) - data) / clusterLength;
        geometry = null;
        reason =
            clusters <= 0 ? "the FAT volume is shorter than its own tables" :
            sector.ActiveTable >= sector.Tables ? "the FAT volume uses a table that it does not have" :
            sector.IsFat32 && sector.RootCluster < FirstCluster ? "the FAT volume has no root directory" :
            null;
        if (reason is not null)
        {
            return false;
        }

        int bits = sector.IsFat32 ? 32 : clusters < MinFat16Clusters ? 12 : 16;
        long entries = (tableLength * 8 / bits) - FirstCluster;
        geometry = new FatGeometry(
            bits,
            start + table + (sector.ActiveTable * tableLength),
            start + root,
            rootLength,
            start + data,
            clusterLength,
            (uint)Math.Clamp(Math.Min(clusters, entries), 0, MaxClusters),
            start + (sector.Sectors * length));
        return true;
    }

    /// <summary>Where a cluster is, in bytes of the image.</summary>
    public long OffsetOf(uint cluster) => DataOffset + ((long)(cluster - FirstCluster) * ClusterLength);
}
