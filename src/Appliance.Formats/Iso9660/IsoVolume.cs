using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>Which of an image's sets of names is read, best first.</summary>
public enum IsoNaming
{
    /// <summary>POSIX names, modes and links in the system use areas of the primary tree.</summary>
    RockRidge,

    /// <summary>UCS-2 names of up to 64 characters (103 where the writer stretched it), in a tree of their own.</summary>
    Joliet,

    /// <summary>Names of ISO 9660:1999, up to 207 bytes, taken as they stand.</summary>
    Enhanced,

    /// <summary>ECMA-119 names, lower-cased as Linux does, since the writer had to upper-case them.</summary>
    Plain,

    /// <summary>None of ISO 9660's: the Unicode names of the UDF side.</summary>
    Udf,

    /// <summary>None of ISO 9660's: the long names of a FAT volume, in a disk image.</summary>
    Fat,
}

/// <summary>What an image says about itself; empty text where it says nothing.</summary>
/// <param name="Label">Volume identifier, as boot lines name it (<c>CDLABEL=</c>, <c>archisolabel=</c>).</param>
/// <param name="JolietLabel">Volume identifier of the Joliet tree, which keeps lower case; empty without Joliet.</param>
/// <param name="Uuid">What udev shows as its UUID, or null.</param>
public sealed record IsoIdentity(
    string Label, string JolietLabel, string System, string Publisher, string Application, string? Uuid);

/// <summary>
/// An ISO 9660 volume whose descriptors have been read: where its root is and how its names are to be read. Its
/// directories are read by <see cref="IsoDirectoryReader"/>.
/// </summary>
public sealed class IsoVolume
{
    private IsoVolume(SectorSource source, IsoDescriptors descriptors)
    {
        Source = source;
        BlockSize = descriptors.BlockSize;
        Naming = descriptors.Naming;
        Root = new DirectoryAddress(descriptors.Root.Offset, descriptors.Root.Length);
        SystemUseSkip = descriptors.SystemUseSkip;
        Identity = descriptors.Identity;
        BootEntries = descriptors.BootEntries;
        DeclaredLength = descriptors.DeclaredLength;
        Warnings = descriptors.Warnings;
    }

    public SectorSource Source { get; }

    /// <summary>Logical block in bytes: 512, 1,024 or 2,048.</summary>
    public int BlockSize { get; }

    public IsoNaming Naming { get; }

    /// <summary>The root directory: byte offset and length in bytes.</summary>
    public DirectoryAddress Root { get; }

    public IsoIdentity Identity { get; }

    /// <summary>Entries of the boot catalogue, default first; empty when there is none or it is broken.</summary>
    public ImmutableArray<ElToritoEntry> BootEntries { get; }

    /// <summary>Length in bytes that the volume claims; hybrid images are longer, cut ones shorter.</summary>
    public long DeclaredLength { get; }

    /// <summary>Oddities that do not keep the image from being read.</summary>
    public ImmutableArray<IsoDefect> Warnings { get; }

    /// <summary>Bytes to skip in each system use area (SUSP 1.12 §5.3).</summary>
    internal int SystemUseSkip { get; }

    /// <summary>Whether the image says that it holds ISO 9660: a volume descriptor is where the first must be.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool IsAnnounced(SectorSource source)
    {
        // 0 type | 1 identifier (5)
        Span<byte> descriptor = stackalloc byte[6];
        return source.TryReadExactly(VolumeDescriptor.FirstSector * VolumeDescriptor.SectorLength, descriptor)
            && descriptor[1..].SequenceEqual("CD001"u8);
    }

    /// <summary>Reads the descriptors of the volume's last session and chooses the best names it has.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryOpen(
        SectorSource source, [NotNullWhen(true)] out IsoVolume? volume, [NotNullWhen(false)] out IsoDefect? defect)
    {
        var descriptors = new IsoDescriptors(source, IsoSessions.FindLast(source));
        volume = descriptors.TryRead(out defect) ? new IsoVolume(source, descriptors) : null;
        return volume is not null;
    }
}
