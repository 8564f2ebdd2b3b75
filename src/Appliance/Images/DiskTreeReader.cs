using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Formats;
using Appliance.Formats.Disk;
using Appliance.Formats.Fat;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// Reads the FAT volume of a disk image: the image itself (a floppy, a card without partitions), else its EFI system
/// partition, since boot files lie there, else the first of its other partitions that is one.
/// </summary>
internal sealed class DiskTreeReader(SectorSource source)
{
    /// <summary>Names of boot programs that are kept. 32: there is one for each of a dozen processors.</summary>
    private const int MaxEfiLoaders = 32;

    /// <summary>Where firmware looks on a medium that nobody has installed (UEFI 2.10 §3.5.1.1).</summary>
    private static readonly ImmutableArray<string> EfiBootFolders = ["EFI", "BOOT"];

    /// <summary>Reads the tree; <paramref name="defect"/> is null when there is no FAT volume at all.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool TryRead([NotNullWhen(true)] out ImageTree? tree, out IsoDefect? defect, CancellationToken cancellationToken)
    {
        tree = null;
        if (!TryFindVolumes(out ImmutableArray<long> starts, out defect))
        {
            return false;
        }

        foreach (long start in starts)
        {
            if (FatVolume.TryOpen(source, start, out FatVolume? volume, out IsoDefect? problem)
                && new ImageTreeBuilder(ImageFacts.Of(volume), new FatDirectoryReader(volume))
                    .TryBuild(out tree, out problem, cancellationToken))
            {
                defect = null;
                return true;
            }

            defect ??= problem;
        }

        return false;
    }

    /// <summary>
    /// Names of the boot programs in a disc's EFI system partition; null when there is none that can be read.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public ImmutableArray<string>? FindEfiLoaders(ImmutableArray<ElToritoEntry> entries)
    {
        IEnumerable<long> starts = entries.Where(static entry => entry.Platform == ElToritoPlatform.Efi)
            .Select(static entry => (long)entry.LoadBlock * VolumeDescriptor.SectorLength);
        if (DiskPartitions.TryRead(source, out ImmutableArray<DiskPartition> partitions, out _))
        {
            starts = starts.Concat(
                partitions.Where(static partition => partition.IsEfiSystem).Select(static partition => partition.Offset));
        }

        foreach (long start in starts)
        {
            if (FatVolume.IsAnnounced(source, start) && FatVolume.TryOpen(source, start, out FatVolume? volume, out _))
            {
                return ListEfiLoaders(new FatDirectoryReader(volume));
            }
        }

        return null;
    }

    private bool TryFindVolumes(out ImmutableArray<long> starts, out IsoDefect? defect)
    {
        starts = [0];
        defect = null;
        if (FatVolume.IsAnnounced(source, 0))
        {
            return true;
        }

        if (!DiskPartitions.TryRead(source, out ImmutableArray<DiskPartition> partitions, out defect))
        {
            return false;
        }

        if (!partitions.IsEmpty && partitions.All(partition => partition.Offset >= source.Length))
        {
            defect = new IsoDefect("the image is cut off: its partitions lie past its end", partitions[0].Offset);
            return false;
        }

        starts = [.. partitions.OrderByDescending(static partition => partition.IsEfiSystem)
            .Select(static partition => partition.Offset)
            .Where(start => FatVolume.IsAnnounced(source, start))];
        return true;
    }

    private static ImmutableArray<string>? ListEfiLoaders(FatDirectoryReader reader)
    {
        DirectoryAddress folder = reader.Root;
        foreach (string name in EfiBootFolders)
        {
            if (!reader.TryOpen(folder, out _))
            {
                return null;
            }

            bool found = false;
            while (!found && reader.TryReadEntry(out _))
            {
                found = reader.Kind == IsoEntryKind.Directory && Ascii.EqualsIgnoreCase(reader.Name, name);
            }

            if (!found)
            {
                return [];
            }

            folder = reader.Directory;
        }

        return reader.TryOpen(folder, out _) ? ReadLoaderNames(reader) : null;
    }

    private static ImmutableArray<string> ReadLoaderNames(FatDirectoryReader reader)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        while (names.Count < MaxEfiLoaders && reader.TryReadEntry(out _))
        {
            string name = Encoding.UTF8.GetString(reader.Name);
            if (reader.Kind == IsoEntryKind.File && name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase))
            {
                names.Add(name);
            }
        }

        return names.ToImmutable();
    }
}
