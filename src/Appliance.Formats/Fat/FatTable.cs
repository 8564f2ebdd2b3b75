using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Fat;

/// <summary>
/// Follows chains of clusters through the table (Microsoft FAT specification, "FAT Data Structure"). Remembers each
/// cluster that it has handed out: none belongs to two files, or twice to one, so that a chain in a circle ends at once
/// and all chains together are no longer than the volume.
/// </summary>
internal sealed class FatTable
{
    /// <summary>Bytes of the table that are read at once: neighbours of a cluster are asked for next.</summary>
    private const int WindowLength = 4096;

    /// <summary>Entries of FAT12 lie across the end of a window.</summary>
    private const int Overlap = 4;

    private readonly SectorSource _source;
    private readonly FatGeometry _geometry;
    private readonly ReadBudget _budget;
    private readonly byte[] _window = new byte[WindowLength + Overlap];
    private readonly ulong[] _used;
    private readonly uint _clustersInImage;
    private long _windowStart = -1;
    private int _windowCount;

    public FatTable(SectorSource source, FatGeometry geometry, ReadBudget budget)
    {
        _source = source;
        _geometry = geometry;
        _budget = budget;
        long present = (source.Length - geometry.DataOffset + geometry.ClusterLength - 1) / geometry.ClusterLength;
        _clustersInImage = (uint)Math.Clamp(present, 0, geometry.Clusters);
        _used = new ulong[(_clustersInImage + 63) / 64];
    }

    /// <summary>The extents of a chain.</summary>
    /// <param name="cluster">Its first cluster.</param>
    /// <param name="length">Bytes that are wanted: all clusters but the last are taken whole. Null: the chain to its end.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryGather(uint cluster, long? length, List<IsoExtent> extents, [NotNullWhen(false)] out string? reason)
    {
        extents.Clear();
        long gathered = 0;
        while (TryTake(cluster, out reason))
        {
            long count = Math.Min(_geometry.ClusterLength, (length ?? long.MaxValue) - gathered);
            var extent = new IsoExtent(_geometry.OffsetOf(cluster), count);
            gathered += count;
            IsoExtent.Append(extents, extent);
            reason =
                !extent.IsInside(_source.Length) ? "the image is cut off: a file lies past its end" :
                extents.Count > FatLimits.ExtentsPerFile ? "a file is in more than 65536 pieces" :
                length is null && gathered > FatLimits.DirectoryBytes ? "a directory is longer than 2 MiB" :
                null;
            if (reason is not null)
            {
                return false;
            }

            if (gathered == length)
            {
                return true;
            }

            if (!TryReadNext(ref cluster, out bool isLast, out reason))
            {
                return false;
            }

            if (isLast)
            {
                reason = length is null ? null : "a file is longer than its clusters";
                return reason is null;
            }
        }

        return false;
    }

    /// <summary>Notes that a cluster is used; false when it is none, or used already.</summary>
    private bool TryTake(uint cluster, [NotNullWhen(false)] out string? reason)
    {
        uint index = cluster - FatGeometry.FirstCluster;
        if (cluster < FatGeometry.FirstCluster || index >= _geometry.Clusters)
        {
            reason = "a file has a cluster that the volume does not have";
            return false;
        }

        if (index >= _clustersInImage)
        {
            reason = "the image is cut off: a file lies past its end";
            return false;
        }

        ref ulong word = ref _used[index / 64];
        ulong bit = 1UL << (int)(index % 64);
        reason = (word & bit) != 0 ? "a cluster is used twice: files are cross-linked, or one runs in a circle" : null;
        word |= bit;
        return reason is null;
    }

    /// <param name="isLast">The chain ends; <paramref name="cluster"/> means nothing then.</param>
    private bool TryReadNext(ref uint cluster, out bool isLast, [NotNullWhen(false)] out string? reason)
    {
        isLast = false;
        int bits = _geometry.EntryBits;
        if (!TryRead((long)cluster * bits / 8, out uint entry, out reason))
        {
            return false;
        }

        // Two entries of 12 bits share three bytes; of 32 bits, 28 count.
        uint mask = bits == 32 ? 0x0fffffff : (1u << bits) - 1;
        entry = (bits == 12 && cluster % 2 == 1 ? entry >> 4 : entry) & mask;
        isLast = entry >= (mask & ~7u);
        reason = entry == (mask & ~8u) ? "a file has a cluster that is marked as bad" : null;
        cluster = entry;
        return reason is null;
    }

    /// <summary>Four bytes of the table; those past the image's end are zeros.</summary>
    private bool TryRead(long position, out uint value, [NotNullWhen(false)] out string? reason)
    {
        value = 0;
        long start = position & -WindowLength;
        if (start != _windowStart)
        {
            _windowStart = -1;
            if (!_budget.TrySpend(WindowLength, out reason))
            {
                return false;
            }

            _windowCount = _source.Read(_geometry.TableOffset + start, _window);
            _window.AsSpan(_windowCount).Clear();
            _windowStart = start;
        }

        int index = (int)(position - start);
        value = BinaryPrimitives.ReadUInt32LittleEndian(_window.AsSpan(index));
        reason = index < _windowCount ? null : "the image is cut off inside the table of clusters";
        return reason is null;
    }
}
