using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// Builds an <see cref="ImageTree"/> breadth first: the list of nodes is itself the queue of directories still to read,
/// and the children of each directory come to lie side by side.
/// </summary>
internal sealed class ImageTreeBuilder(ImageFacts facts, IDirectoryReader reader)
{
    /// <summary>Nodes of one tree. 524,288 (half of what the design allows): with all names full, it stays under 64 MiB.</summary>
    public const int MaxNodes = 1 << 19;

    /// <summary>Directories inside each other, the root being the first. 64: real trees have up to 20.</summary>
    public const int MaxDepth = 64;

    /// <summary>Bytes of all names and link targets. 16 MiB: 32 for each of the nodes.</summary>
    public const int MaxTextBytes = 16 << 20;

    /// <summary>
    /// Extents of all files that have more than one. 1,048,576, which take 16 MiB: a file of 4 GiB has four to six in UDF,
    /// which cannot describe more than 1 GiB at a time; only a disc written in many small steps has more.
    /// </summary>
    public const int MaxExtents = 1 << 20;

    /// <summary>How many entries are read between two looks at the cancellation token.</summary>
    private const int CancellationStride = 1024;

    private readonly HashSet<long> _visited = [];
    private readonly List<IsoExtent> _extents = [];
    private TreeRecord[] _records = new TreeRecord[64];
    private byte[] _text = new byte[1024];
    private int _count;
    private int _textLength;
    private int _unknownCompressions;

    /// <exception cref="IOException">The medium could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool TryBuild(
        [NotNullWhen(true)] out ImageTree? tree, [NotNullWhen(false)] out IsoDefect? defect, CancellationToken cancellationToken)
    {
        tree = null;
        AddRoot();
        int depth = 1;
        int endOfLevel = _count;
        for (int index = 0; index < _count; index++)
        {
            if (index == endOfLevel)
            {
                depth++;
                endOfLevel = _count;
            }

            if (_records[index].Kind == ImageNodeKind.Directory
                && !TryReadDirectory(index, depth, out defect, cancellationToken))
            {
                return false;
            }
        }

        Array.Resize(ref _records, _count);
        Array.Resize(ref _text, _textLength);
        tree = new ImageTree(facts with { Warnings = Warnings() }, _records, _text, [.. _extents]);
        defect = null;
        return true;
    }

    private void AddRoot()
    {
        _records[0] = new TreeRecord { Start = reader.Root.Start, Length = reader.Root.Length };
        _records[0].SetKind(ImageNodeKind.Directory, 0x16d);
        _count = 1;
    }

    private bool TryReadDirectory(
        int index, int depth, [NotNullWhen(false)] out IsoDefect? defect, CancellationToken cancellationToken)
    {
        var address = new DirectoryAddress(_records[index].Start, _records[index].Length);
        if (depth > MaxDepth)
        {
            defect = new IsoDefect("its directories are more than 64 deep", reader.OffsetOf(address));
            return false;
        }

        if (address.Length > 0 && !_visited.Add(address.Start))
        {
            defect = new IsoDefect("a directory appears twice in the tree, perhaps inside itself", reader.OffsetOf(address));
            return false;
        }

        if (!reader.TryOpen(address, out defect))
        {
            return false;
        }

        int first = _count;
        while (reader.TryReadEntry(out defect))
        {
            if (!TryAddEntry(out string? reason))
            {
                defect = new IsoDefect(reason, reader.OffsetOf(address));
                return false;
            }

            if (_count % CancellationStride == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        if (defect is not null)
        {
            return false;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _records.AsSpan(first, _count - first).Sort(CompareByName);
        ref TreeRecord directory = ref _records[index];
        (directory.Start, directory.Length, directory.Count) = (first, 0, _count - first);
        return true;
    }

    private bool TryAddEntry([NotNullWhen(false)] out string? reason)
    {
        ReadOnlySpan<byte> name = reader.Name;
        ReadOnlySpan<byte> link = reader.Kind == IsoEntryKind.SymbolicLink ? reader.Link : default;
        bool tooManyExtents = reader.Extents.Count > MaxExtents - _extents.Count;
        if (_count == MaxNodes || tooManyExtents || name.Length + link.Length > MaxTextBytes - _textLength)
        {
            reason = "it holds more files than can be listed";
            return false;
        }

        var record = new TreeRecord
        {
            NameOffset = AddText(name),
            NameLength = (ushort)name.Length,
            Modified = (uint)Math.Clamp(reader.ModifiedUnixSeconds, 0, uint.MaxValue),
        };
        switch (reader.Kind)
        {
            case IsoEntryKind.Directory:
                record.SetKind(ImageNodeKind.Directory, reader.Permissions);
                (record.Start, record.Length) = (reader.Directory.Start, reader.Directory.Length);
                break;
            case IsoEntryKind.SymbolicLink:
                record.SetKind(ImageNodeKind.SymbolicLink, reader.Permissions);
                (record.Start, record.Length) = (AddText(link), link.Length);
                break;
            default:
                record.SetKind(ImageNodeKind.File, reader.Permissions);
                SetExtents(ref record, reader.Extents, reader.Compression);
                break;
        }

        if (_count == _records.Length)
        {
            Array.Resize(ref _records, Math.Min(2 * _count, MaxNodes));
        }

        _records[_count++] = record;
        reason = null;
        return true;
    }

    private void SetExtents(ref TreeRecord record, IReadOnlyList<IsoExtent> extents, ZisofsEntry? compression)
    {
        record.Count = extents.Count;
        if (extents.Count == 1 && compression is null)
        {
            (record.Start, record.Length) = (extents[0].Offset, extents[0].Length);
            return;
        }

        record.Start = _extents.Count;
        foreach (IsoExtent extent in extents)
        {
            record.Length = checked(record.Length + extent.Length);
            _extents.Add(extent);
        }

        if (compression is { } entry)
        {
            record.SetCompressed();
            record.Length = entry.Length;
            _unknownCompressions += entry.IsKnown ? 0 : 1;
        }
    }

    private int AddText(ReadOnlySpan<byte> bytes)
    {
        int offset = _textLength;
        if (bytes.Length > _text.Length - offset)
        {
            Array.Resize(ref _text, Math.Min(Math.Max(2 * _text.Length, offset + bytes.Length), MaxTextBytes));
        }

        bytes.CopyTo(_text.AsSpan(offset));
        _textLength = offset + bytes.Length;
        return offset;
    }

    /// <summary>Names written earlier in the text were recorded earlier, which decides between two of the same name.</summary>
    private int CompareByName(TreeRecord left, TreeRecord right)
    {
        int names = TreeNameComparer.Compare(NameBytes(left), NameBytes(right));
        return names != 0 ? names : left.NameOffset.CompareTo(right.NameOffset);
    }

    private ReadOnlySpan<byte> NameBytes(in TreeRecord record) => _text.AsSpan(record.NameOffset, record.NameLength);

    private ImmutableArray<IsoDefect> Warnings()
    {
        ImmutableArray<IsoDefect> warnings = [.. facts.Warnings, .. reader.Warnings];
        return _unknownCompressions == 0 ? warnings : warnings.Add(new IsoDefect(
            $"{_unknownCompressions} of its files are compressed in an unknown way (zisofs) and cannot be served",
            reader.OffsetOf(reader.Root)));
    }
}
