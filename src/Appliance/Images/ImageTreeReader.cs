using System.Diagnostics.CodeAnalysis;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Udf;

namespace Appliance.Images;

/// <summary>
/// Decides which side of an image its tree is read from. Many images have two: ISO 9660, and UDF over the same files.
/// Disk images have neither; a hybrid, which is a disc and a disk, is read as the disc.
/// <list type="bullet">
/// <item>A full ISO 9660 side with Rock Ridge is taken: it has permissions and links, and mastering tools write it with
/// more care.</item>
/// <item>Otherwise UDF is taken if it holds files: its names are whole, it alone holds files over 4 GiB, and on Windows'
/// discs the other side is a stub with a README.TXT.</item>
/// </list>
/// </summary>
internal sealed class ImageTreeReader(SectorSource source, CancellationToken cancellationToken)
{
    /// <summary>Nodes up to which an ISO 9660 side may be a stub, root included. 8: Windows' has two.</summary>
    private const int MaxStubNodes = 8;

    /// <exception cref="IOException">The medium could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool TryRead([NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect)
    {
        IsoVolume.TryOpen(source, out IsoVolume? volume, out IsoDefect? isoDefect);
        if (UdfVolume.IsAnnounced(source))
        {
            return TryReadBridge(volume, out tree, out defect);
        }

        if (volume is not null)
        {
            return TryReadIso(volume, out tree, out defect);
        }

        tree = null;
        if (isoDefect is not null && IsoVolume.IsAnnounced(source))
        {
            // A disc whose end is missing must not pass for the small disk that a hybrid also is.
            defect = isoDefect;
            return false;
        }

        bool isDisk = new DiskTreeReader(source).TryRead(out tree, out IsoDefect? diskDefect, cancellationToken);
        defect = isDisk ? null : diskDefect ?? new IsoDefect(
            "there is no ISO 9660 volume descriptor in it, nor a UDF or FAT volume",
            VolumeDescriptor.FirstSector * VolumeDescriptor.SectorLength);
        return isDisk;
    }

    private bool TryReadBridge(
        IsoVolume? volume, [NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect)
    {
        ImageTree? iso = null;
        if (volume is { Naming: IsoNaming.RockRidge } && TryReadIso(volume, out iso, out _) && !IsStub(iso))
        {
            (tree, defect) = (iso, null);
            return true;
        }

        if (TryReadUdf(volume, out tree, out defect) && tree.Count > (iso?.Count ?? 1))
        {
            return true;
        }

        return TryFallBack(volume, iso, ref tree, ref defect);
    }

    /// <summary>
    /// Takes the ISO 9660 side of an image whose UDF side is empty or broken; but not a stub in place of a broken one:
    /// an image whose end is missing would seem to be whole and to hold a README.TXT.
    /// </summary>
    private bool TryFallBack(
        IsoVolume? volume, ImageTree? iso, [NotNullWhen(true)] ref ImageTree? tree, [NotNullWhen(false)] ref IsoDefect? defect)
    {
        if (iso is null && volume is not null)
        {
            TryReadIso(volume, out iso, out _);
        }

        if (iso is not null && (defect is null || !IsStub(iso)))
        {
            tree = defect is null ? iso : iso.With(defect);
            defect = null;
        }

        return tree is not null;
    }

    private static bool IsStub(ImageTree tree) => tree.Count <= MaxStubNodes;

    private bool TryReadIso(IsoVolume volume, [NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect) =>
        TryBuild(ImageFacts.Of(volume), new IsoDirectoryReader(volume), out tree, out defect);

    private bool TryReadUdf(IsoVolume? iso, [NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect)
    {
        tree = null;
        return UdfVolume.TryOpen(source, out UdfVolume? volume, out defect)
            && TryBuild(ImageFacts.Of(volume, iso), new UdfDirectoryReader(volume), out tree, out defect);
    }

    private bool TryBuild(
        ImageFacts facts, IDirectoryReader reader, [NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect)
    {
        facts = facts with { EfiLoaders = new DiskTreeReader(source).FindEfiLoaders(facts.BootEntries) };
        return new ImageTreeBuilder(facts, reader).TryBuild(out tree, out defect, cancellationToken);
    }
}
