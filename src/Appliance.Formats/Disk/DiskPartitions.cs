using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Disk;

/// <summary>Reads the partition table of a disk image: a GUID partition table where there is one, else that of the MBR.</summary>
public static class DiskPartitions
{
    /// <summary>Partitions of one disk. 128: as many as a GUID partition table has room for.</summary>
    public const int MaxPartitions = 128;

    /// <summary>Lengths of a disk's blocks, the most common first; a GUID partition table counts in them.</summary>
    private static ReadOnlySpan<int> BlockSizes => [MasterBootRecord.SectorLength, 4096];

    /// <summary>
    /// Reads the table; no partitions where there is none. False only when there is one and it is damaged beyond use.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryRead(
        SectorSource source, out ImmutableArray<DiskPartition> partitions, [NotNullWhen(false)] out IsoDefect? defect)
    {
        defect = null;
        if (TryReadGuidTable(source, 1, out partitions))
        {
            return true;
        }

        partitions = [];
        Span<byte> sector = stackalloc byte[MasterBootRecord.SectorLength];
        if (!source.TryReadExactly(0, sector) || !MasterBootRecord.TryParse(sector, out MasterBootRecord record, out _))
        {
            return true;
        }

        if (!IsProtective(record))
        {
            partitions = ReadTable(source, record);
        }
        else if (!TryReadGuidTable(source, -1, out partitions))
        {
            defect = new IsoDefect(
                "both copies of its partition table are damaged, or the image is cut off", MasterBootRecord.SectorLength);
        }

        return defect is null;
    }

    private static bool IsProtective(MasterBootRecord record)
    {
        for (int index = 0; index < MasterBootRecord.Entries; index++)
        {
            if (record[index].Type == PartitionType.Protective)
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="number">Block of the header; negative ones are counted from the end.</param>
    private static bool TryReadGuidTable(SectorSource source, long number, out ImmutableArray<DiskPartition> partitions)
    {
        foreach (int blockSize in BlockSizes)
        {
            long block = number > 0 ? number : (source.Length / blockSize) + number;
            byte[] header = new byte[blockSize];
            if (source.TryReadExactly(block * blockSize, header)
                && GuidPartitionTable.TryParse(header, block, out GuidPartitionTable table, out _)
                && TryReadEntries(source, table, blockSize, out partitions))
            {
                return true;
            }
        }

        partitions = [];
        return false;
    }

    private static bool TryReadEntries(
        SectorSource source, GuidPartitionTable table, int blockSize, out ImmutableArray<DiskPartition> partitions)
    {
        partitions = [];
        byte[] entries = new byte[table.EntriesLength];
        if (!TryGetOffset(table.EntriesBlock, blockSize, out long offset)
            || !source.TryReadExactly(offset, entries)
            || Crc32.Compute(entries) != table.EntriesCrc)
        {
            return false;
        }

        ImmutableArray<DiskPartition>.Builder found = ImmutableArray.CreateBuilder<DiskPartition>();
        for (int index = 0; index < table.Count && found.Count < MaxPartitions; index++)
        {
            var entry = GuidPartitionEntry.Read(entries.AsSpan(index * table.EntryLength));
            if (entry.Type != Guid.Empty && entry.Last >= entry.First
                && TryGetOffset(entry.First, blockSize, out long start) && TryGetOffset(entry.Last, blockSize, out long last))
            {
                found.Add(new DiskPartition(start, last - start + blockSize, entry.Type == GuidPartitionEntry.EfiSystem));
            }
        }

        partitions = found.ToImmutable();
        return true;
    }

    /// <summary>Turns a block number into bytes; false when no disk can be that long.</summary>
    private static bool TryGetOffset(ulong block, int blockSize, out long offset)
    {
        bool fits = block < (ulong)(long.MaxValue / blockSize) - 1;
        offset = fits ? (long)block * blockSize : 0;
        return fits;
    }

    private static ImmutableArray<DiskPartition> ReadTable(SectorSource source, MasterBootRecord record)
    {
        ImmutableArray<DiskPartition>.Builder found = ImmutableArray.CreateBuilder<DiskPartition>();
        for (int index = 0; index < MasterBootRecord.Entries; index++)
        {
            PartitionEntry entry = record[index];
            if (entry.IsExtended)
            {
                AddLogical(source, entry.Start, found);
            }
            else if (!entry.IsEmpty)
            {
                found.Add(Partition(0, entry));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>
    /// Follows the chain of logical partitions: each has a table of its own, whose first entry is the partition, counted
    /// from that table, and whose second leads to the next table, counted from the extended partition's start.
    /// </summary>
    private static void AddLogical(SectorSource source, uint extended, ImmutableArray<DiskPartition>.Builder found)
    {
        Span<byte> sector = stackalloc byte[MasterBootRecord.SectorLength];
        var visited = new HashSet<long>();
        long table = extended;
        while (found.Count < MaxPartitions && visited.Add(table)
            && source.TryReadExactly(table * MasterBootRecord.SectorLength, sector)
            && MasterBootRecord.TryParse(sector, out MasterBootRecord record, out _))
        {
            if (!record[0].IsEmpty)
            {
                found.Add(Partition(table, record[0]));
            }

            if (!record[1].IsExtended)
            {
                break;
            }

            table = (long)extended + record[1].Start;
        }
    }

    private static DiskPartition Partition(long table, PartitionEntry entry) => new(
        (table + entry.Start) * MasterBootRecord.SectorLength,
        (long)entry.Count * MasterBootRecord.SectorLength,
        entry.Type == PartitionType.EfiSystem);
}
