using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Fat;

/// <summary>Reads the entries of a directory, one after the other, through a window.</summary>
internal sealed class FatDirectoryWindow
{
    private const int WindowLength = 32 << 10;

    private readonly FatVolume _volume;
    private readonly ReadBudget _budget = new(FatLimits.StructureBytes);
    private readonly List<IsoExtent> _extents = [];
    private readonly ExtentReader _reader;
    private readonly byte[] _window = new byte[WindowLength];
    private long _position;
    private int _next;
    private int _end;

    public FatDirectoryWindow(FatVolume volume)
    {
        _volume = volume;
        _reader = new ExtentReader(volume.Source, _extents);
        Table = new FatTable(volume.Source, volume.Geometry, _budget);
    }

    /// <summary>The table that the directory was found by, and that knows its clusters.</summary>
    public FatTable Table { get; }

    /// <summary>Byte offset in the image of the directory, to name the place of a defect.</summary>
    public long Offset { get; private set; }

    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryOpen(DirectoryAddress directory, [NotNullWhen(false)] out string? reason)
    {
        (_position, _next, _end) = (0, 0, 0);
        Offset = _volume.OffsetOf(directory);
        _reader.Reset();
        if (directory.Start != FatVolume.RootRegion)
        {
            return Table.TryGather((uint)directory.Start, null, _extents, out reason);
        }

        var root = new IsoExtent(_volume.Geometry.RootOffset, _volume.Geometry.RootLength);
        _extents.Clear();
        _extents.Add(root);
        reason = root.IsInside(_volume.Source.Length) ? null : "the image is cut off: its root directory lies past its end";
        return reason is null;
    }

    /// <summary>
    /// Takes the next entry; valid until the next call. False at the directory's end, with <paramref name="reason"/> null.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryTake(out FatDirectoryEntry entry, out string? reason)
    {
        entry = default;
        reason = null;
        if (_end - _next < FatDirectoryEntry.Length)
        {
            (_next, _end) = (0, _reader.Read(_position, _window));
            _position += _end;
            if (_end < FatDirectoryEntry.Length || !_budget.TrySpend(_end, out reason))
            {
                return false;
            }
        }

        entry = new FatDirectoryEntry(_window.AsSpan(_next, FatDirectoryEntry.Length));
        _next += FatDirectoryEntry.Length;
        return !entry.IsEnd;
    }
}
