using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Fat;

/// <summary>Reads directories of one FAT volume, which knows neither links nor permissions.</summary>
public sealed class FatDirectoryReader(FatVolume volume) : IDirectoryReader
{
    private readonly FatDirectoryWindow _window = new(volume);
    private readonly FatNameDecoder _names = new();
    private readonly List<IsoExtent> _extents = [];

    public DirectoryAddress Root => volume.Root;

    public ReadOnlySpan<byte> Name => _names.Name;

    public IsoEntryKind Kind { get; private set; }

    public int Permissions => Kind == IsoEntryKind.Directory ? 0x16d : 0x124;

    public long ModifiedUnixSeconds { get; private set; }

    public IReadOnlyList<IsoExtent> Extents => _extents;

    public ZisofsEntry? Compression => null;

    public DirectoryAddress Directory { get; private set; }

    public ReadOnlySpan<byte> Link => default;

    public IEnumerable<IsoDefect> Warnings => [];

    public long OffsetOf(DirectoryAddress directory) => volume.OffsetOf(directory);

    public bool TryOpen(DirectoryAddress directory, [NotNullWhen(false)] out IsoDefect? defect)
    {
        _names.Clear();
        bool opened = _window.TryOpen(directory, out string? reason);
        defect = opened ? null : new IsoDefect(reason!, _window.Offset);
        return opened;
    }

    public bool TryReadEntry(out IsoDefect? defect)
    {
        string? reason;
        while (_window.TryTake(out FatDirectoryEntry entry, out reason))
        {
            if (entry.IsLongName && !entry.IsDeleted)
            {
                _names.AddPart(entry);
            }
            else if (entry.IsDeleted || entry.IsVolumeLabel || entry.IsDots)
            {
                _names.Clear();
            }
            else if (_names.TryDecode(entry))
            {
                bool taken = TryTakeEntry(entry, out reason);
                defect = taken ? null : new IsoDefect(reason!, _window.Offset);
                return taken;
            }
        }

        defect = reason is null ? null : new IsoDefect(reason, _window.Offset);
        return false;
    }

    private bool TryTakeEntry(FatDirectoryEntry entry, [NotNullWhen(false)] out string? reason)
    {
        uint cluster = entry.Cluster(volume.Geometry.EntryBits);
        ModifiedUnixSeconds = entry.WrittenUnixSeconds;
        _extents.Clear();
        reason = null;
        if (entry.IsDirectory)
        {
            // Cluster 0 means the root, which the entry of no other directory may.
            Kind = IsoEntryKind.Directory;
            Directory = cluster == 0 ? volume.Root : new DirectoryAddress(cluster, 1);
            return true;
        }

        Kind = IsoEntryKind.File;
        return entry.DataLength == 0 || _window.Table.TryGather(cluster, entry.DataLength, _extents, out reason);
    }
}
