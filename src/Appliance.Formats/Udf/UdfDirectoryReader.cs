using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>Reads directories of one UDF volume: file identifiers, and of each the file entry that it leads to.</summary>
public sealed class UdfDirectoryReader : IDirectoryReader
{
    private readonly UdfSpace _space;
    private readonly List<IsoExtent> _extents = [];
    private readonly byte[] _name = new byte[UdfText.MaxNameBytes];
    private readonly UdfLink _link = new();
    private readonly UdfNameWindow _names;
    private int _nameLength;

    public UdfDirectoryReader(UdfVolume volume)
    {
        _space = volume.Space;
        _names = new UdfNameWindow(_space);
        Root = volume.Root;
    }

    public DirectoryAddress Root { get; }

    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    public IsoEntryKind Kind { get; private set; }

    public int Permissions { get; private set; }

    public long ModifiedUnixSeconds { get; private set; }

    public IReadOnlyList<IsoExtent> Extents => _extents;

    public ZisofsEntry? Compression => null;

    public DirectoryAddress Directory { get; private set; }

    public ReadOnlySpan<byte> Link => _link.Target;

    public IEnumerable<IsoDefect> Warnings => [];

    public long OffsetOf(DirectoryAddress directory) =>
        _space.TryFind(LogicalAddress.Unpack(directory.Start), out long offset, out _) ? offset : 0;

    public bool TryOpen(DirectoryAddress directory, [NotNullWhen(false)] out IsoDefect? defect)
    {
        var address = LogicalAddress.Unpack(directory.Start);
        bool opened = TryReadEntry(address, out FileEntry entry, out UdfPartition? home, out long offset, out string? reason)
            && _names.TryOpen(entry, offset, home, out reason);
        defect = opened ? null : new IsoDefect(reason!, offset);
        return opened;
    }

    public bool TryReadEntry(out IsoDefect? defect)
    {
        while (_names.TryTake(out FileIdentifier identifier, out defect))
        {
            const FileCharacteristics Skipped =
                FileCharacteristics.Deleted | FileCharacteristics.Parent | FileCharacteristics.Metadata;
            if ((identifier.Characteristics & Skipped) != 0)
            {
                continue;
            }

            if (!UdfText.TryDecode(identifier.Name, _name, out _nameLength))
            {
                defect = new IsoDefect("a name is in an unknown character set", _names.Offset);
                return false;
            }

            long offset = _names.Offset;
            if (RecordedName.TryMakeUsable(_name.AsSpan(0, _nameLength)))
            {
                if (!TryTakeEntry(identifier.Icb, ref offset, out bool isServable, out string? reason))
                {
                    defect = new IsoDefect(reason, offset);
                    return false;
                }

                if (isServable)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <param name="offset">Of the name; after a failure, of what is wrong.</param>
    /// <param name="isServable">False for devices, pipes and other things without bytes.</param>
    private bool TryTakeEntry(AllocationDescriptor icb, ref long offset, out bool isServable, [NotNullWhen(false)] out string? reason)
    {
        isServable = true;
        _extents.Clear();
        _link.Clear();
        if (icb.Length == 0)
        {
            reason = "a name leads to no file";
            return false;
        }

        if (!TryReadEntry(icb.Address, out FileEntry entry, out UdfPartition? home, out long entryOffset, out reason))
        {
            offset = entryOffset > 0 ? entryOffset : offset;
            return false;
        }

        offset = entryOffset;
        ModifiedUnixSeconds = entry.ModifiedUnixSeconds;
        switch (entry.Type)
        {
            case UdfFileType.Directory:
                Kind = IsoEntryKind.Directory;
                Permissions = entry.Permissions != 0 ? entry.Permissions : 0x16d;
                Directory = new DirectoryAddress(icb.Address.Packed, _space.BlockSize);
                return true;
            case UdfFileType.File or UdfFileType.RealTimeFile or UdfFileType.Unspecified:
                Kind = IsoEntryKind.File;
                Permissions = entry.Permissions != 0 ? entry.Permissions : 0x124;
                return _space.TryGather(entry, offset, home, _extents, out reason);
            case UdfFileType.SymbolicLink:
                Kind = IsoEntryKind.SymbolicLink;
                Permissions = 0x1ff;
                return _space.TryGather(entry, offset, home, _extents, out reason)
                    && _link.TryRead(_space.Source, _extents, entry.InformationLength, out reason);
            default:
                isServable = false;
                return true;
        }
    }

    private bool TryReadEntry(
        LogicalAddress address,
        out FileEntry entry,
        [NotNullWhen(true)] out UdfPartition? home,
        out long offset,
        [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        offset = 0;
        return _space.TryGetPartition(address.Partition, out home, out reason)
            && _space.TryReadEntry(home, address.Block, out entry, out offset, out reason);
    }
}
