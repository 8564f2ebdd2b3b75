using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>Says where the blocks of one partition are in the image.</summary>
internal abstract class UdfPartition
{
    protected const string Outside = "an extent lies outside its partition";

    /// <summary>Finds a block and those that follow it without a gap.</summary>
    /// <param name="offset">Byte offset of the block in the image.</param>
    /// <param name="blocks">How many blocks lie there one after the other, at least 1.</param>
    public abstract bool TryMap(long block, out long offset, out long blocks, [NotNullWhen(false)] out string? reason);
}

/// <summary>A partition whose blocks lie as they are counted.</summary>
internal sealed class PhysicalPartition(PartitionDescriptor descriptor, int blockSize) : UdfPartition
{
    public long StartSector => descriptor.StartSector;

    /// <summary>Byte offset in the image at which the partition ends.</summary>
    public long EndOffset => ((long)descriptor.StartSector + descriptor.Sectors) * blockSize;

    public override bool TryMap(long block, out long offset, out long blocks, [NotNullWhen(false)] out string? reason)
    {
        offset = (descriptor.StartSector + block) * blockSize;
        blocks = descriptor.Sectors - block;
        reason = blocks > 0 ? null : Outside;
        return reason is null;
    }
}

/// <summary>
/// A partition whose worn-out packets were moved (UDF 2.60 §2.2.9).
/// </summary>
/// <param name="packets">First blocks of the moved packets, ascending.</param>
/// <param name="sectors">Where each of them is now.</param>
internal sealed class SparablePartition(
    PhysicalPartition physical, int packetBlocks, uint[] packets, uint[] sectors, int blockSize) : UdfPartition
{
    public override bool TryMap(long block, out long offset, out long blocks, [NotNullWhen(false)] out string? reason)
    {
        if (!physical.TryMap(block, out offset, out blocks, out reason))
        {
            return false;
        }

        long packet = block - (block % packetBlocks);
        int index = Array.BinarySearch(packets, (uint)packet);
        if (index >= 0)
        {
            offset = (sectors[index] + block - packet) * blockSize;
            blocks = Math.Min(blocks, packet + packetBlocks - block);
        }
        else if (~index < packets.Length)
        {
            blocks = Math.Min(blocks, packets[~index] - block);
        }

        return true;
    }
}

/// <summary>A partition that is the content of a file (UDF 2.60 §2.2.10).</summary>
internal sealed class MetadataPartition : UdfPartition
{
    private readonly IReadOnlyList<IsoExtent> _extents;
    private readonly long[] _starts;
    private readonly int _blockSize;

    public MetadataPartition(IReadOnlyList<IsoExtent> extents, int blockSize)
    {
        _extents = extents;
        _blockSize = blockSize;
        _starts = new long[extents.Count];
        for (int i = 1; i < extents.Count; i++)
        {
            _starts[i] = _starts[i - 1] + extents[i - 1].Length;
        }
    }

    public override bool TryMap(long block, out long offset, out long blocks, [NotNullWhen(false)] out string? reason)
    {
        (offset, blocks) = (0, 0);
        long position = block * _blockSize;
        int found = Array.BinarySearch(_starts, position);
        int index = found >= 0 ? found : ~found - 1;
        long into = index >= 0 ? position - _starts[index] : 0;
        if (index < 0 || into >= _extents[index].Length)
        {
            reason = Outside;
            return false;
        }

        offset = _extents[index].Offset + into;
        blocks = Math.Max(1, (_extents[index].Length - into) / _blockSize);
        reason = _extents[index].IsZeros ? "the metadata partition has a hole where an entry should be" : null;
        return reason is null;
    }
}

/// <summary>A partition whose blocks are found through a table (UDF 2.60 §2.2.8).</summary>
internal sealed class VirtualPartition : UdfPartition
{
    private const uint Unused = 0xffffffff;

    private readonly PhysicalPartition _physical;
    private readonly uint[] _table;
    private readonly int[] _runs;

    public VirtualPartition(PhysicalPartition physical, uint[] table)
    {
        _physical = physical;
        _table = table;
        _runs = new int[table.Length];
        for (int i = table.Length - 1; i >= 0; i--)
        {
            bool goesOn = i + 1 < table.Length && table[i] < Unused - 1 && table[i + 1] == table[i] + 1;
            _runs[i] = goesOn ? _runs[i + 1] + 1 : 1;
        }
    }

    public override bool TryMap(long block, out long offset, out long blocks, [NotNullWhen(false)] out string? reason)
    {
        (offset, blocks) = (0, 0);
        if (block >= _table.Length || _table[block] == Unused)
        {
            reason = "the virtual allocation table has no such block";
            return false;
        }

        if (!_physical.TryMap(_table[block], out offset, out blocks, out reason))
        {
            return false;
        }

        blocks = Math.Min(blocks, _runs[block]);
        return true;
    }
}
