using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>Walks the volume descriptor set and gathers from it what an <see cref="IsoVolume"/> is made of.</summary>
/// <param name="sessionStart">First sector of the session to read; 0 but on discs that were written to several times.</param>
internal sealed class IsoDescriptors(SectorSource source, long sessionStart)
{
    private readonly long _firstOffset = (sessionStart + VolumeDescriptor.FirstSector) * VolumeDescriptor.SectorLength;
    private readonly byte[] _sector = new byte[VolumeDescriptor.SectorLength];
    private readonly ImmutableArray<IsoDefect>.Builder _warnings = ImmutableArray.CreateBuilder<IsoDefect>();
    private Tree? _primary;
    private Tree? _joliet;
    private Tree? _enhanced;

    /// <summary>A descriptor's root, and where the descriptor itself is.</summary>
    private sealed record Tree(IsoExtent Root, int BlockSize, string Label, long Offset);

    public int BlockSize { get; private set; }

    public IsoNaming Naming { get; private set; }

    public IsoExtent Root { get; private set; }

    public int SystemUseSkip { get; private set; }

    public IsoIdentity Identity { get; private set; } = new("", "", "", "", "", null);

    public ImmutableArray<ElToritoEntry> BootEntries { get; private set; } = [];

    public long DeclaredLength { get; private set; }

    public ImmutableArray<IsoDefect> Warnings => _warnings.ToImmutable();

    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryRead([NotNullWhen(false)] out IsoDefect? defect)
    {
        if (!TryReadSet(out defect))
        {
            return false;
        }

        if (_primary is null)
        {
            defect = new IsoDefect("the image has no primary volume descriptor", _firstOffset);
            return false;
        }

        if (!TryDetectRockRidge(_primary, out bool hasRockRidge, out defect))
        {
            return false;
        }

        (Tree tree, Naming) =
            hasRockRidge ? (_primary, IsoNaming.RockRidge) :
            _joliet is not null ? (_joliet, IsoNaming.Joliet) :
            _enhanced is not null ? (_enhanced, IsoNaming.Enhanced) :
            (_primary, IsoNaming.Plain);
        Root = tree.Root;
        BlockSize = tree.BlockSize;
        Identity = Identity with { JolietLabel = _joliet?.Label ?? "" };
        defect = tree.Root.IsInside(source.Length)
            ? null
            : new IsoDefect("the image is cut off: its root directory lies past its end", tree.Offset);
        return defect is null;
    }

    /// <summary>Reads descriptors up to the terminator (ECMA-119 §8.3), or to the first sector that is none.</summary>
    private bool TryReadSet([NotNullWhen(false)] out IsoDefect? defect)
    {
        for (int index = 0; index < Iso9660Limits.VolumeDescriptors; index++)
        {
            long offset = _firstOffset + ((long)index * VolumeDescriptor.SectorLength);
            int count = source.Read(offset, _sector);
            if (!VolumeDescriptor.TryParse(_sector.AsSpan(0, count), out VolumeDescriptor descriptor, out string? reason))
            {
                // Some writers forget the terminator; what stands before it is whole.
                defect = _primary is null ? new IsoDefect(reason, offset) : null;
                return defect is null;
            }

            if (descriptor.Type == VolumeDescriptorType.Terminator)
            {
                defect = null;
                return true;
            }

            if (!TryAdd(descriptor, offset, out reason))
            {
                defect = new IsoDefect(reason, offset);
                return false;
            }
        }

        defect = new IsoDefect("the volume descriptors do not end", _firstOffset);
        return false;
    }

    private bool TryAdd(VolumeDescriptor descriptor, long offset, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        switch (descriptor.Type)
        {
            case VolumeDescriptorType.BootRecord:
                ReadBootCatalog(descriptor, offset);
                return true;
            case VolumeDescriptorType.Primary when _primary is null:
                Identity = new IsoIdentity(
                    descriptor.VolumeIdentifier,
                    "",
                    descriptor.SystemIdentifier,
                    descriptor.PublisherIdentifier,
                    descriptor.ApplicationIdentifier,
                    descriptor.Uuid);
                DeclaredLength = checked((long)descriptor.SpaceSize * descriptor.BlockSize);
                if (!descriptor.ByteOrdersAgree)
                {
                    _warnings.Add(new IsoDefect("the two recordings of the volume's size differ", offset));
                }

                return TryTakeTree(descriptor, offset, out _primary, out reason);
            case VolumeDescriptorType.Supplementary when descriptor.IsJoliet && _joliet is null:
                return TryTakeTree(descriptor, offset, out _joliet, out reason);
            case VolumeDescriptorType.Supplementary when descriptor.Version == 2 && _enhanced is null:
                return TryTakeTree(descriptor, offset, out _enhanced, out reason);
            default:
                return true;
        }
    }

    private static bool TryTakeTree(
        VolumeDescriptor descriptor, long offset, [NotNullWhen(true)] out Tree? tree, [NotNullWhen(false)] out string? reason)
    {
        tree = null;
        if (!DirectoryRecord.TryParse(descriptor.RootDirectoryRecord, out DirectoryRecord root, out reason))
        {
            return false;
        }

        tree = new Tree(root.Data(descriptor.BlockSize), descriptor.BlockSize, descriptor.VolumeIdentifier, offset);
        return true;
    }

    /// <summary>A broken catalogue is only a warning: nothing that we serve is booted by it.</summary>
    private void ReadBootCatalog(VolumeDescriptor descriptor, long descriptorOffset)
    {
        if (!ElToritoCatalog.TryLocate(descriptor, out uint sector) || !BootEntries.IsEmpty)
        {
            return;
        }

        byte[] catalog = new byte[ElToritoCatalog.MaxLength];
        int count = source.Read((long)sector * VolumeDescriptor.SectorLength, catalog);
        if (ElToritoCatalog.TryParse(catalog.AsSpan(0, count), out ImmutableArray<ElToritoEntry> entries, out string? reason))
        {
            BootEntries = entries;
        }
        else
        {
            _warnings.Add(new IsoDefect(reason, descriptorOffset));
        }
    }

    /// <summary>Rock Ridge is in use when the root's own record holds SUSP's indicator and Rock Ridge's attributes.</summary>
    private bool TryDetectRockRidge(Tree primary, out bool found, [NotNullWhen(false)] out IsoDefect? defect)
    {
        found = false;
        defect = null;
        int count = source.Read(primary.Root.Offset, _sector);
        if (!DirectoryRecord.TryParse(_sector.AsSpan(0, count), out DirectoryRecord self, out string? reason))
        {
            defect = new IsoDefect(count == 0 ? "the image is cut off before its root directory" : reason, primary.Root.Offset);
            return false;
        }

        if (!SharingProtocolIndicator.TryFind(self.SystemUse, out int skip, out int start))
        {
            return true;
        }

        var attributes = new RockRidgeAttributes(new ContinuationReader(source, primary.BlockSize, new ReadBudget()));
        if (!attributes.TryGather(self.SystemUse[start..], out reason))
        {
            defect = new IsoDefect(reason, primary.Root.Offset);
            return false;
        }

        SystemUseSkip = skip;
        found = attributes.Mode is not null;
        return true;
    }
}
