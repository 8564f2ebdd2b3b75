using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Fat;

/// <summary>
/// A FAT12, FAT16 or FAT32 volume whose boot sector has been read. Its directories are read by
/// <see cref="FatDirectoryReader"/>. Source: Microsoft FAT specification 1.03, ECMA-107.
/// </summary>
public sealed class FatVolume
{
    /// <summary>
    /// <see cref="DirectoryAddress.Start"/> of a root directory that is not made of clusters; any other directory has its
    /// first cluster there.
    /// </summary>
    internal const long RootRegion = 0;

    /// <summary>What formatting tools write where there is no label.</summary>
    private const string NoLabel = "NO NAME";

    private FatVolume(SectorSource source, FatBootSector sector, FatGeometry geometry)
    {
        Source = source;
        Geometry = geometry;
        Root = new DirectoryAddress(sector.IsFat32 ? sector.RootCluster : RootRegion, 1);
        Uuid = sector.SerialNumber is uint serial
            ? string.Create(CultureInfo.InvariantCulture, $"{serial >> 16:X4}-{serial & 0xffff:X4}")
            : null;
        string label = FatNameDecoder.DecodeLabel(sector.Label);
        Label = FindLabel() ?? (label == NoLabel ? "" : label);
    }

    public SectorSource Source { get; }

    public DirectoryAddress Root { get; }

    /// <summary>Label, from the root directory or else from the boot sector; empty where neither says anything.</summary>
    public string Label { get; }

    /// <summary>What udev shows as its UUID (<c>1A2B-3C4D</c>), or null.</summary>
    public string? Uuid { get; }

    /// <summary>Byte offset in the image where the volume ends, as it claims.</summary>
    public long EndOffset => Geometry.EndOffset;

    internal FatGeometry Geometry { get; }

    /// <summary>Whether a FAT volume starts at <paramref name="start"/>, a byte offset.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool IsAnnounced(SectorSource source, long start)
    {
        Span<byte> bytes = stackalloc byte[FatBootSector.Length];
        return source.TryReadExactly(start, bytes) && FatBootSector.TryParse(bytes, out _, out _);
    }

    /// <summary>Reads the boot sector of the volume that starts at <paramref name="start"/>, a byte offset.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryOpen(
        SectorSource source, long start, [NotNullWhen(true)] out FatVolume? volume, [NotNullWhen(false)] out IsoDefect? defect)
    {
        Span<byte> bytes = stackalloc byte[FatBootSector.Length];
        string? reason = "the image is cut off: a volume lies past its end";
        volume = source.TryReadExactly(start, bytes)
            && FatBootSector.TryParse(bytes, out FatBootSector sector, out reason)
            && FatGeometry.TryRead(sector, start, out FatGeometry? geometry, out reason)
            ? new FatVolume(source, sector, geometry)
            : null;
        defect = volume is null ? new IsoDefect(reason!, start) : null;
        return volume is not null;
    }

    internal long OffsetOf(DirectoryAddress directory) =>
        directory.Start == RootRegion ? Geometry.RootOffset : Geometry.OffsetOf((uint)directory.Start);

    /// <summary>The label in the root directory; null when there is none, or no root.</summary>
    private string? FindLabel()
    {
        var window = new FatDirectoryWindow(this);
        if (window.TryOpen(Root, out _))
        {
            while (window.TryTake(out FatDirectoryEntry entry, out _))
            {
                if (entry.IsVolumeLabel && !entry.IsDeleted)
                {
                    return FatNameDecoder.DecodeLabel(entry.Name);
                }
            }
        }

        return null;
    }
}
