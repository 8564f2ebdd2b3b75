using System.Globalization;

namespace Appliance.Formats.Iso9660;

/// <summary>Why an image cannot be used, in words for its owner, and where.</summary>
/// <param name="Reason">A clause without its full stop, such as <c>a directory is its own parent</c>.</param>
/// <param name="Offset">Byte offset in the image of the structure that is wrong.</param>
public sealed record IsoDefect(string Reason, long Offset)
{
    /// <summary>The sector of 2,048 bytes that holds <see cref="Offset"/>, as every tool counts them.</summary>
    public long Sector => Offset / VolumeDescriptor.SectorLength;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Reason} (sector {Sector})");
}

/// <summary>A run of bytes of the image, or of zeros that the image does not hold.</summary>
/// <param name="Offset">Where it starts, in bytes; negative for zeros.</param>
/// <param name="Length">How long it is, in bytes.</param>
public readonly record struct IsoExtent(long Offset, long Length)
{
    private const long NowhereOffset = -1;

    /// <summary>Whether it reads as zeros: a hole of a sparse file (UDF).</summary>
    public bool IsZeros => Offset < 0;

    /// <summary>A run of zeros that the image does not hold.</summary>
    public static IsoExtent OfZeros(long length) => new(NowhereOffset, length);

    /// <summary>Whether it lies in an image of that length. Cannot overflow: both parts stem from 32-bit block numbers.</summary>
    public bool IsInside(long imageLength) => Offset >= 0 && Length >= 0 && Offset <= imageLength - Length;

    /// <summary>Adds to the extents of a file, joined with the last where both are neighbours or zeros.</summary>
    internal static void Append(List<IsoExtent> extents, IsoExtent next)
    {
        if (extents is [.., IsoExtent last]
            && (last.IsZeros ? next.IsZeros : last.Offset + last.Length == next.Offset))
        {
            extents[^1] = last with { Length = last.Length + next.Length };
        }
        else
        {
            extents.Add(next);
        }
    }
}
