using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>Makes the partitions of a logical volume from its partition maps, and reads the tables that they need.</summary>
/// <param name="mirror">Whether to take the mirror of a metadata partition.</param>
internal sealed class UdfPartitionBuilder(UdfSpace space, Dictionary<ushort, PartitionDescriptor> descriptors, bool mirror)
{
    private readonly List<PartitionMap> _maps = [];

    /// <summary>Whether there is a metadata partition, whose mirror can be tried.</summary>
    public bool HasMirror => _maps.Exists(static map => map.Kind == PartitionKind.Metadata);

    /// <summary>Byte offset at which the last partition ends.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Fills <see cref="UdfSpace.Partitions"/>.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryBuild(LogicalVolume volume, [NotNullWhen(false)] out string? reason)
    {
        if (volume.MapCount is 0 or > UdfLimits.Partitions)
        {
            reason = "the UDF volume has no partition, or too many";
            return false;
        }

        ReadOnlySpan<byte> maps = volume.Maps.Span;
        for (uint i = 0; i < volume.MapCount; i++)
        {
            if (!PartitionMap.TryTake(ref maps, out PartitionMap? map, out reason))
            {
                return false;
            }

            _maps.Add(map);
        }

        foreach (PartitionMap map in _maps)
        {
            if (!TryBuild(map, out UdfPartition? partition, out reason))
            {
                return false;
            }

            space.Partitions.Add(partition);
        }

        reason = null;
        return true;
    }

    private bool TryBuild(PartitionMap map, [NotNullWhen(true)] out UdfPartition? partition, [NotNullWhen(false)] out string? reason)
    {
        partition = null;
        if (!descriptors.TryGetValue(map.PartitionNumber, out PartitionDescriptor descriptor))
        {
            reason = "a UDF partition map names a partition that is not there";
            return false;
        }

        var physical = new PhysicalPartition(descriptor, space.BlockSize);
        EndOffset = Math.Max(EndOffset, physical.EndOffset);
        switch (map.Kind)
        {
            case PartitionKind.Virtual:
                return TryBuildVirtual(physical, out partition, out reason);
            case PartitionKind.Sparable:
                return TryBuildSparable(map, physical, out partition, out reason);
            case PartitionKind.Metadata:
                return TryBuildMetadata(map, physical, out partition, out reason);
            default:
                partition = physical;
                reason = null;
                return true;
        }
    }

    /// <summary>The file lies in the partition of the same number, which may itself be a sparable one.</summary>
    private bool TryBuildMetadata(
        PartitionMap map,
        PhysicalPartition physical,
        [NotNullWhen(true)] out UdfPartition? partition,
        [NotNullWhen(false)] out string? reason)
    {
        partition = null;
        int below = _maps.FindIndex(other => other.Kind == PartitionKind.Sparable && other.PartitionNumber == map.PartitionNumber);
        UdfPartition home = below >= 0 && below < space.Partitions.Count ? space.Partitions[below] : physical;
        var extents = new List<IsoExtent>();
        if (!space.TryReadEntry(home, mirror ? map.MirrorBlock : map.MetadataBlock, out FileEntry entry, out long offset, out reason))
        {
            return false;
        }

        if (entry.Type != (mirror ? UdfFileType.MetadataMirrorFile : UdfFileType.MetadataFile))
        {
            reason = "the UDF metadata partition is not where it should be";
            return false;
        }

        if (!space.TryGather(entry, offset, home, extents, out reason))
        {
            return false;
        }

        partition = new MetadataPartition(extents, space.BlockSize);
        return true;
    }

    /// <summary>
    /// Reads the first copy of the table that is whole (UDF 2.60 §2.2.12):
    /// <code>0 tag (16) | 16 identifier (32) | 48 entries (2) | 50 reserved (2) | 52 sequence number (4) | 56 entries</code>
    /// each of which is packet (4), where it is now (4).
    /// </summary>
    private bool TryBuildSparable(
        PartitionMap map,
        PhysicalPartition physical,
        [NotNullWhen(true)] out UdfPartition? partition,
        [NotNullWhen(false)] out string? reason)
    {
        const int CountOffset = DescriptorTag.Length + 32;
        const int EntriesOffset = CountOffset + 8;
        const int EntryLength = 8;
        partition = null;
        reason = "the UDF volume has no sparing table";
        if (map.PacketBlocks == 0 || map.TableBytes is < EntriesOffset or > UdfLimits.SparingTableBytes)
        {
            return false;
        }

        byte[] table = new byte[map.TableBytes];
        foreach (uint sector in map.TableSectors)
        {
            if (!space.Source.TryReadExactly((long)sector * space.BlockSize, table)
                || !DescriptorTag.IsThere(table, TagIdentifier.UdfDefined, sector, out reason))
            {
                continue;
            }

            int count = BinaryPrimitives.ReadUInt16LittleEndian(table.AsSpan(CountOffset));
            if (count > (table.Length - EntriesOffset) / EntryLength)
            {
                reason = "the UDF sparing table is cut off";
                continue;
            }

            partition = ReadSparing(table.AsSpan(EntriesOffset, count * EntryLength), map.PacketBlocks, physical);
            return true;
        }

        return false;
    }

    private SparablePartition ReadSparing(ReadOnlySpan<byte> entries, int packetBlocks, PhysicalPartition physical)
    {
        // From here on an entry is free (ffffffff) or itself defective (fffffff0).
        const uint FirstSpecial = 0xfffffff0;
        const int EntryLength = 8;
        var moved = new SortedDictionary<uint, uint>();
        for (; entries.Length >= EntryLength; entries = entries[EntryLength..])
        {
            uint packet = BinaryPrimitives.ReadUInt32LittleEndian(entries);
            if (packet < FirstSpecial)
            {
                moved[packet] = BinaryPrimitives.ReadUInt32LittleEndian(entries[4..]);
            }
        }

        return new SparablePartition(physical, packetBlocks, [.. moved.Keys], [.. moved.Values], space.BlockSize);
    }

    /// <summary>The table is the last thing that was recorded: searched from the image's end (UDF 2.60 §2.2.11).</summary>
    private bool TryBuildVirtual(
        PhysicalPartition physical, [NotNullWhen(true)] out UdfPartition? partition, [NotNullWhen(false)] out string? reason)
    {
        long last = (space.Source.Length / space.BlockSize) - 1 - physical.StartSector;
        for (long block = last; block >= 0 && block > last - UdfLimits.VirtualTableSearchBlocks; block--)
        {
            if (block <= uint.MaxValue
                && space.TryReadEntry(physical, (uint)block, out FileEntry entry, out long offset, out _)
                && entry.Type is UdfFileType.VirtualAllocationTable or UdfFileType.Unspecified
                && TryReadTable(entry, offset, physical, out uint[]? table))
            {
                partition = new VirtualPartition(physical, table);
                reason = null;
                return true;
            }
        }

        partition = null;
        reason = "the UDF virtual allocation table is not at the end of the image: the disc was not copied whole";
        return false;
    }

    private bool TryReadTable(FileEntry entry, long offset, PhysicalPartition physical, [NotNullWhen(true)] out uint[]? table)
    {
        table = null;
        var extents = new List<IsoExtent>();
        if (entry.InformationLength is 0 or > UdfLimits.VirtualTableBytes
            || !space.TryGather(entry, offset, physical, extents, out _))
        {
            return false;
        }

        byte[] bytes = new byte[entry.InformationLength];
        var reader = new ExtentReader(space.Source, extents);
        return reader.Read(0, bytes) == bytes.Length
            && VirtualAllocationTable.TryParse(bytes, entry.Type == UdfFileType.Unspecified, out table);
    }
}
