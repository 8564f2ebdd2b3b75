using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>Finds the anchors of a volume and follows them to its root; what stands twice is tried twice.</summary>
internal static class UdfVolumeOpener
{
    /// <summary>Where anchors may be, in sectors; the negative ones from the end (ECMA-167 3/8.4.2.1, UDF 2.60 §2.2.3).</summary>
    private static ReadOnlySpan<long> AnchorSectors => [256, -1, -257, 512];

    /// <summary>Sector lengths, the most common first.</summary>
    private static ReadOnlySpan<int> BlockSizes => [2048, 512, 4096, 1024];

    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryOpen(
        SectorSource source, [NotNullWhen(true)] out UdfVolume? volume, [NotNullWhen(false)] out IsoDefect? defect)
    {
        volume = null;
        IsoDefect? first = null;
        foreach (int blockSize in BlockSizes)
        {
            foreach (long sector in AnchorSectors)
            {
                long location = sector >= 0 ? sector : (source.Length / blockSize) + sector;
                if (!TryReadAnchor(source, blockSize, location, out AnchorVolumePointer anchor))
                {
                    continue;
                }

                if (TryOpenSequence(source, blockSize, anchor.Main, out volume, out defect)
                    || TryOpenSequence(source, blockSize, anchor.Reserve, out volume, out _))
                {
                    defect = null;
                    return true;
                }

                first ??= defect;
            }
        }

        defect = first ?? new IsoDefect("the image is cut off: it has no anchor of its UDF volume", source.Length);
        return false;
    }

    private static bool TryReadAnchor(SectorSource source, int blockSize, long sector, out AnchorVolumePointer anchor)
    {
        byte[] bytes = new byte[blockSize];
        bool found = sector > 0 && source.TryReadExactly(sector * blockSize, bytes)
            && DescriptorTag.IsThere(bytes, TagIdentifier.AnchorVolumePointer, sector, out _);
        anchor = found ? AnchorVolumePointer.Read(bytes) : default;
        return found;
    }

    private static bool TryOpenSequence(
        SectorSource source,
        int blockSize,
        MediumExtent extent,
        [NotNullWhen(true)] out UdfVolume? volume,
        [NotNullWhen(false)] out IsoDefect? defect)
    {
        volume = null;
        var sequence = new UdfVolumeSequence(source, blockSize);
        if (!sequence.TryRead(extent, out LogicalVolume? logical, out defect))
        {
            return false;
        }

        // All that a metadata partition holds stands in the mirror once more.
        foreach (bool mirror in (ReadOnlySpan<bool>)[false, true])
        {
            var space = new UdfSpace(source, blockSize);
            var builder = new UdfPartitionBuilder(space, sequence.Partitions, mirror);
            IsoDefect? problem = builder.TryBuild(logical, out string? reason) ? null : new IsoDefect(reason, logical.Offset);
            if (problem is null && TryReadRoot(space, logical.FileSet, out LogicalAddress root, out problem))
            {
                volume = new UdfVolume(space, logical.Label, new DirectoryAddress(root.Packed, blockSize), builder.EndOffset);
                defect = null;
                return true;
            }

            defect ??= problem;
            if (!builder.HasMirror)
            {
                break;
            }
        }

        defect ??= new IsoDefect("its UDF volume has no root", logical.Offset);
        return false;
    }

    private static bool TryReadRoot(
        UdfSpace space, LogicalAddress fileSet, out LogicalAddress root, [NotNullWhen(false)] out IsoDefect? defect)
    {
        root = default;
        bool found = space.TryFind(fileSet, out long offset, out string? reason)
            && space.TryReadBlock(offset, out ReadOnlySpan<byte> block, out reason)
            && DescriptorTag.IsThere(block, TagIdentifier.FileSet, fileSet.Block, out reason)
            && TryReadRootEntry(space, root = FileSet.ReadRoot(block), ref offset, out reason);
        defect = found ? null : new IsoDefect(reason!, offset);
        return found;
    }

    private static bool TryReadRootEntry(UdfSpace space, LogicalAddress root, ref long offset, [NotNullWhen(false)] out string? reason)
    {
        if (!space.TryGetPartition(root.Partition, out UdfPartition? partition, out reason)
            || !space.TryReadEntry(partition, root.Block, out FileEntry entry, out offset, out reason))
        {
            return false;
        }

        reason = entry.Type == UdfFileType.Directory ? null : "its root is no directory";
        return reason is null;
    }
}
