using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>Reads a directory through a window: identifiers lie one after the other, over the ends of blocks and extents.</summary>
internal sealed class UdfNameWindow
{
    private const int WindowLength = 32 << 10;

    private readonly UdfSpace _space;
    private readonly List<IsoExtent> _extents = [];
    private readonly ExtentReader _reader;
    private readonly byte[] _window = new byte[WindowLength];
    private long _entryOffset;
    private long _position;
    private long _length;
    private int _start;
    private int _end;

    public UdfNameWindow(UdfSpace space)
    {
        _space = space;
        _reader = new ExtentReader(space.Source, _extents);
    }

    /// <summary>Byte offset in the image of the directory's file entry, to name the place of a defect.</summary>
    public long Offset => _entryOffset;

    public bool TryOpen(FileEntry entry, long offset, UdfPartition home, [NotNullWhen(false)] out string? reason)
    {
        (_entryOffset, _length, _position, _start, _end) = (offset, 0, 0, 0, 0);
        _reader.Reset();
        if (entry.Type != UdfFileType.Directory)
        {
            reason = "a directory is none";
            return false;
        }

        _length = entry.InformationLength;
        return _space.TryGather(entry, offset, home, _extents, out reason)
            && _space.Budget.TrySpend(_length, out reason);
    }

    /// <summary>
    /// Takes the next identifier; valid until the next call. False at the directory's end, with <paramref name="defect"/> null.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryTake(out FileIdentifier identifier, out IsoDefect? defect)
    {
        identifier = default;
        defect = null;
        if (_position - (_end - _start) >= _length)
        {
            return false;
        }

        string? reason = "a name in a directory is cut off";
        if (TryFill(FileIdentifier.HeaderLength))
        {
            int length = FileIdentifier.LengthOf(_window.AsSpan(_start));
            if (length > _space.BlockSize)
            {
                // UDF 2.60 §2.3.4: it shall not exceed the size of one logical block.
                reason = "a name in a directory is longer than a block";
            }
            else if (TryFill(length) && FileIdentifier.TryParse(_window.AsSpan(_start, length), out identifier, out reason))
            {
                _start += length;
                return true;
            }
        }

        defect = new IsoDefect(reason!, _entryOffset);
        return false;
    }

    /// <summary>Makes sure that so many bytes are in the window; false when the directory ends before.</summary>
    private bool TryFill(int count)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        _window.AsSpan(_start, _end - _start).CopyTo(_window);
        (_start, _end) = (0, _end - _start);
        int wanted = (int)Math.Min(_window.Length - _end, _length - _position);
        int read = _reader.Read(_position, _window.AsSpan(_end, wanted));
        _position += read;
        _end += read;
        return _end >= count;
    }
}
