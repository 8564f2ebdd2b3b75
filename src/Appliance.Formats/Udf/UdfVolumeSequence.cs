using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>
/// Reads a volume descriptor sequence (ECMA-167 3/8.4.2). Of descriptors of the same thing the one with the highest
/// sequence number prevails.
/// </summary>
internal sealed class UdfVolumeSequence(SectorSource source, int blockSize)
{
    private readonly byte[] _sector = new byte[blockSize];
    private LogicalVolume? _logical;

    /// <summary>The medium's partitions by number.</summary>
    public Dictionary<ushort, PartitionDescriptor> Partitions { get; } = [];

    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryRead(
        MediumExtent extent, [NotNullWhen(true)] out LogicalVolume? logical, [NotNullWhen(false)] out IsoDefect? defect)
    {
        logical = null;
        long start = (long)extent.Sector * blockSize;
        MediumExtent? next = extent;
        for (int extents = 0; next is not null; extents++)
        {
            if (extents == UdfLimits.SequenceExtents)
            {
                defect = new IsoDefect("the UDF volume descriptors do not end", start);
                return false;
            }

            if (!TryReadExtent(next.Value, out next, out defect))
            {
                return false;
            }
        }

        logical = _logical;
        string? reason =
            logical is null ? "the image has no UDF logical volume" :
            logical.BlockSize != blockSize ? "the blocks of the UDF volume are not as long as its sectors" :
            null;
        defect = reason is null ? null : new IsoDefect(reason, start);
        return defect is null;
    }

    private bool TryReadExtent(MediumExtent extent, out MediumExtent? next, [NotNullWhen(false)] out IsoDefect? defect)
    {
        next = null;
        defect = null;
        long sectors = Math.Min(extent.Length / blockSize, UdfLimits.VolumeDescriptors);
        for (long sector = extent.Sector; sector < extent.Sector + sectors && next is null; sector++)
        {
            long offset = sector * blockSize;
            if (!source.TryReadExactly(offset, _sector))
            {
                defect = new IsoDefect("the image is cut off: its UDF volume descriptors lie past its end", offset);
                return false;
            }

            if (!_sector.AsSpan().ContainsAnyExcept((byte)0))
            {
                // A sector that was never written ends the sequence (3/8.4.2).
                return true;
            }

            if (!DescriptorTag.TryParse(_sector, out DescriptorTag tag, out string? reason) || tag.Location != sector)
            {
                defect = new IsoDefect(reason ?? "a UDF descriptor says that it belongs elsewhere", offset);
                return false;
            }

            if (tag.Identifier == TagIdentifier.Terminating)
            {
                return true;
            }

            Take(tag.Identifier, offset, ref next);
        }

        return true;
    }

    private void Take(TagIdentifier identifier, long offset, ref MediumExtent? next)
    {
        switch (identifier)
        {
            case TagIdentifier.VolumePointer:
                next = VolumePointer.ReadNext(_sector);
                break;
            case TagIdentifier.LogicalVolume:
                var logical = LogicalVolume.Read(_sector, offset);
                _logical = _logical is null || logical.SequenceNumber >= _logical.SequenceNumber ? logical : _logical;
                break;
            case TagIdentifier.Partition:
                var partition = PartitionDescriptor.Read(_sector);
                if (!Partitions.TryGetValue(partition.Number, out PartitionDescriptor known)
                    || partition.SequenceNumber >= known.SequenceNumber)
                {
                    Partitions[partition.Number] = partition;
                }

                break;
        }
    }
}
