using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Reads continuation areas through a buffer of one sector, since neighbours lie in the same one, and counts what it
/// reads against the limit of the whole image.
/// </summary>
internal sealed class ContinuationReader(SectorSource source, int blockSize, ReadBudget budget)
{
    private readonly byte[] _sector = new byte[VolumeDescriptor.SectorLength];
    private long _sectorOffset = -1;

    /// <summary>The bytes of <paramref name="area"/>; valid until the next call.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryRead(ContinuationArea area, out ReadOnlySpan<byte> bytes, [NotNullWhen(false)] out string? reason)
    {
        bytes = default;
        long offset = checked(((long)area.Block * blockSize) + area.Offset);
        long sectorOffset = offset & -VolumeDescriptor.SectorLength;
        int start = (int)(offset - sectorOffset);
        if (area.Length > VolumeDescriptor.SectorLength - start)
        {
            reason = "a continuation area crosses the end of its sector";
            return false;
        }

        if (sectorOffset != _sectorOffset)
        {
            _sectorOffset = -1;
            if (!budget.TrySpend(_sector.Length, out reason))
            {
                return false;
            }

            // The last sector of an image may be cut; what is asked for must be there.
            int count = source.Read(sectorOffset, _sector);
            if (count < start + area.Length)
            {
                reason = "a continuation area lies past the end of the image";
                return false;
            }

            _sector.AsSpan(count).Clear();
            _sectorOffset = sectorOffset;
        }

        bytes = _sector.AsSpan(start, (int)area.Length);
        reason = null;
        return true;
    }
}

/// <summary>How much may still be read of one image's structures.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class ReadBudget(long limit = Iso9660Limits.DirectoryBytes)
{
    private long _spent;

    public bool TrySpend(long bytes, [NotNullWhen(false)] out string? reason)
    {
        bool isEnough = bytes <= limit - _spent;
        _spent = isEnough ? _spent + bytes : limit;
        reason = isEnough ? null : $"its directories are larger than {limit >> 20} MiB";
        return isEnough;
    }
}
