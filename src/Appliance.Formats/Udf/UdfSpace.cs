using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>The blocks of one image: finds and reads file entries, and where their files are.</summary>
internal sealed class UdfSpace(SectorSource source, int blockSize)
{
    private const string CutOff = "the image is cut off: a file or directory lies past its end";

    private const string TooManyExtents = "a file has more than 65536 extents";

    /// <summary>How much is read ahead where entries follow each other, as all mastering tools write them.</summary>
    private const int WindowLength = 32 << 10;

    /// <summary>What each run of a file counts against the limit of the image: the bytes of its shortest description.</summary>
    private const int RunCost = 8;

    private readonly ReadBudget _budget = new(UdfLimits.StructureBytes);
    private readonly byte[] _window = new byte[WindowLength];
    private readonly byte[] _continuation = new byte[blockSize];
    private readonly HashSet<long> _continuations = [];
    private long _windowOffset;
    private int _windowLength;

    /// <summary>By the index that addresses name.</summary>
    public List<UdfPartition> Partitions { get; } = [];

    public SectorSource Source => source;

    public int BlockSize => blockSize;

    public ReadBudget Budget => _budget;

    public bool TryFind(LogicalAddress address, out long offset, [NotNullWhen(false)] out string? reason)
    {
        offset = 0;
        return TryGetPartition(address.Partition, out UdfPartition? partition, out reason)
            && partition.TryMap(address.Block, out offset, out _, out reason);
    }

    public bool TryGetPartition(ushort index, [NotNullWhen(true)] out UdfPartition? partition, [NotNullWhen(false)] out string? reason)
    {
        partition = index < Partitions.Count ? Partitions[index] : null;
        reason = partition is null ? "a UDF address names a partition that is not there" : null;
        return partition is not null;
    }

    /// <summary>Reads a whole block; the bytes are valid until the next block or entry is read.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryReadBlock(long offset, out ReadOnlySpan<byte> block, [NotNullWhen(false)] out string? reason)
    {
        block = default;
        if (!_budget.TrySpend(blockSize, out reason))
        {
            return false;
        }

        long end = _windowOffset + _windowLength;
        if (offset < _windowOffset || offset + blockSize > end)
        {
            bool isNext = offset >= _windowOffset && offset < end + WindowLength;
            _windowLength = 0;
            _windowLength = source.Read(offset, _window.AsSpan(0, isNext ? WindowLength : blockSize));
            _windowOffset = offset;
        }

        int start = (int)(offset - _windowOffset);
        if (_windowLength - start < blockSize)
        {
            reason = CutOff;
            return false;
        }

        block = _window.AsSpan(start, blockSize);
        return true;
    }

    /// <summary>Reads the file entry in a block of a partition; it is valid until the next one is read.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryReadEntry(
        UdfPartition partition, uint block, out FileEntry entry, out long offset, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        if (!partition.TryMap(block, out offset, out _, out reason)
            || !TryReadBlock(offset, out ReadOnlySpan<byte> bytes, out reason)
            || !DescriptorTag.TryParse(bytes, out DescriptorTag tag, out reason))
        {
            return false;
        }

        if (tag.Location != block)
        {
            reason = "a file entry says that it belongs elsewhere";
            return false;
        }

        return FileEntry.TryParse(bytes, tag.Identifier, out entry, out reason);
    }

    /// <summary>Gathers where the bytes of a file are: exactly as many as it is long, all inside the image or zeros.</summary>
    /// <param name="offset">Where its entry is, in bytes: it may hold the file.</param>
    /// <param name="home">The partition of the entry, in which short descriptors count.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryGather(
        FileEntry entry, long offset, UdfPartition home, List<IsoExtent> extents, [NotNullWhen(false)] out string? reason)
    {
        extents.Clear();
        _continuations.Clear();
        if (entry.Form != AllocationForm.Embedded)
        {
            return TryGather(entry, entry.Form == AllocationForm.Short ? home : null, extents, out reason);
        }

        Append(extents, new IsoExtent(offset + entry.AllocationOffset, entry.InformationLength));
        reason = null;
        return true;
    }

    private bool TryGather(FileEntry entry, UdfPartition? home, List<IsoExtent> extents, [NotNullWhen(false)] out string? reason)
    {
        long left = entry.InformationLength;
        ReadOnlySpan<byte> area = entry.Allocation;
        for (int count = 0; left > 0; count++)
        {
            if (count == UdfLimits.AllocationDescriptorsPerFile
                || !AllocationDescriptor.TryTake(ref area, entry.Form, out AllocationDescriptor descriptor))
            {
                reason = count == UdfLimits.AllocationDescriptorsPerFile ? TooManyExtents : "a file is longer than its extents";
                return false;
            }

            if (descriptor.Type == AllocationType.Continuation)
            {
                if (!TryContinue(home, descriptor, out area, out reason))
                {
                    return false;
                }
            }
            else if (!TryTake(home, descriptor, ref left, extents, out reason))
            {
                return false;
            }
        }

        reason = null;
        return true;
    }

    /// <param name="home">The partition of the file entry where descriptors are short, else null.</param>
    private bool TryTake(
        UdfPartition? home,
        AllocationDescriptor descriptor,
        ref long left,
        List<IsoExtent> extents,
        [NotNullWhen(false)] out string? reason)
    {
        // The file's tail: blocks that it may yet grow into (ECMA-167 4/12.1).
        long length = Math.Min(left, descriptor.Length);
        left -= length;
        if (descriptor.Type != AllocationType.Recorded)
        {
            Append(extents, IsoExtent.OfZeros(length));
            reason = null;
            return true;
        }

        if (!descriptor.IsPlain)
        {
            reason = "a file is compressed, which is not supported";
            return false;
        }

        return TryGetPartition(home, descriptor.Address, out UdfPartition? partition, out reason)
            && TryTake(partition, descriptor.Address.Block, length, extents, out reason);
    }

    private bool TryTake(
        UdfPartition partition, long block, long length, List<IsoExtent> extents, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        while (length > 0)
        {
            // So that many names of one scattered file are no endless work.
            if (!_budget.TrySpend(RunCost, out reason) || !partition.TryMap(block, out long offset, out long blocks, out reason))
            {
                return false;
            }

            var extent = new IsoExtent(offset, Math.Min(length, blocks * blockSize));
            reason =
                !extent.IsInside(source.Length) ? CutOff :
                extents.Count == UdfLimits.AllocationDescriptorsPerFile ? TooManyExtents :
                null;
            if (reason is not null)
            {
                return false;
            }

            Append(extents, extent);
            block += blocks;
            length -= extent.Length;
        }

        return true;
    }

    /// <summary>
    /// Goes on in a block of more descriptors (ECMA-167 4/14.5): <code>0 tag (16) | 16 previous (4) | 20 length (4) | 24 …</code>
    /// </summary>
    private bool TryContinue(
        UdfPartition? home, AllocationDescriptor descriptor, out ReadOnlySpan<byte> area, [NotNullWhen(false)] out string? reason)
    {
        const int LengthOffset = DescriptorTag.Length + 4;
        const int AreaOffset = LengthOffset + 4;
        area = default;
        if (!TryGetPartition(home, descriptor.Address, out UdfPartition? partition, out reason)
            || !partition.TryMap(descriptor.Address.Block, out long offset, out _, out reason)
            || !_budget.TrySpend(blockSize, out reason))
        {
            return false;
        }

        if (!_continuations.Add(offset))
        {
            reason = "the extents of a file run in a circle";
            return false;
        }

        if (!source.TryReadExactly(offset, _continuation))
        {
            reason = CutOff;
            return false;
        }

        if (!DescriptorTag.IsThere(_continuation, TagIdentifier.AllocationExtent, descriptor.Address.Block, out reason))
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_continuation.AsSpan(LengthOffset));
        if (length > blockSize - AreaOffset)
        {
            reason = "allocation descriptors are longer than their block";
            return false;
        }

        area = _continuation.AsSpan(AreaOffset, (int)length);
        return true;
    }

    private bool TryGetPartition(
        UdfPartition? home,
        LogicalAddress address,
        [NotNullWhen(true)] out UdfPartition? partition,
        [NotNullWhen(false)] out string? reason)
    {
        (partition, reason) = (home, null);
        return partition is not null || TryGetPartition(address.Partition, out partition, out reason);
    }

    private static void Append(List<IsoExtent> extents, IsoExtent extent)
    {
        if (extent.Length > 0)
        {
            IsoExtent.Append(extents, extent);
        }
    }
}
