using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Formats;
using Appliance.Formats.Fat;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// The directories, files and links of one image, read once from its directory sectors and never changed. Knows where
/// each file's bytes are; holds no file open and reads none.
/// </summary>
public sealed class ImageTree
{
    /// <summary>Links followed for one path. 40: as Linux does, before it says ELOOP (<c>ubuntu -> .</c> is one per use).</summary>
    public const int MaxLinks = 40;

    /// <summary>Bytes of one path segment that is looked up: the longest name of any reader, FAT's 255 letters.</summary>
    private const int MaxSegmentBytes = 3 * FatLimits.NameLetters;

    private readonly TreeRecord[] _records;
    private readonly byte[] _text;
    private readonly IsoExtent[] _extents;

    internal ImageTree(ImageFacts facts, TreeRecord[] records, byte[] text, IsoExtent[] extents)
    {
        _records = records;
        _text = text;
        _extents = extents;
        Facts = facts;
    }

    /// <summary>Label, publisher and the like.</summary>
    public IsoIdentity Identity => Facts.Identity;

    /// <summary>Which set of names the tree was read from.</summary>
    public IsoNaming Naming => Facts.Naming;

    /// <summary>What firmware can boot from the disc.</summary>
    public ImmutableArray<ElToritoEntry> BootEntries => Facts.BootEntries;

    /// <summary>
    /// Names in <c>/EFI/BOOT</c> of the EFI system partition that a disc's boot catalogue or partition table leads to; null
    /// when it leads to none that can be read.
    /// </summary>
    public ImmutableArray<string>? EfiLoaders => Facts.EfiLoaders;

    /// <summary>Length in bytes that the image claims.</summary>
    public long DeclaredLength => Facts.DeclaredLength;

    /// <summary>Oddities that do no harm.</summary>
    public ImmutableArray<IsoDefect> Warnings => Facts.Warnings;

    public string Label => Identity.Label;

    public ImageNode Root => new(this, 0);

    /// <summary>Nodes in the tree, the root included.</summary>
    public int Count => _records.Length;

    /// <summary>
    /// Reads the tree of an image. False, with the reason, when the image is broken or not complete; such an image is of
    /// no use to a client, so there is no part of a tree.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool TryRead(
        SectorSource source,
        [NotNullWhen(true)] out ImageTree? tree,
        [NotNullWhen(false)] out IsoDefect? defect,
        CancellationToken cancellationToken)
    {
        var reader = new ImageTreeReader(source, cancellationToken);
        return reader.TryRead(out tree, out defect);
    }

    /// <summary>
    /// Finds what <paramref name="path"/> names, following links inside the image; a link out of it ends at its root.
    /// Slashes at either end and repeated ones do not matter. Each name is looked for exactly first, then without regard
    /// to the case of ASCII letters.
    /// </summary>
    public bool TryFind(string path, out ImageNode node)
    {
        var steps = new List<int> { 0 };
        int links = 0;
        bool found = TryWalk(path, steps, ref links);
        node = found ? new ImageNode(this, steps[^1]) : default;
        return found;
    }

    /// <summary>Finds the entry of exactly that name in a directory; a link is found itself, not what it leads to.</summary>
    /// <param name="name">In UTF-8, without slashes.</param>
    public bool TryFindEntry(ImageNode directory, ReadOnlySpan<byte> name, out ImageNode entry)
    {
        bool found = TryFindChild(directory.Index, name, out int child) && NameBytes(_records[child]).SequenceEqual(name);
        entry = found ? new ImageNode(this, child) : default;
        return found;
    }

    /// <summary>The bytes of a file node. Takes over the caller's reference to <paramref name="file"/>, the image.</summary>
    /// <exception cref="IOException">It is compressed and damaged, or in an unknown way; the message names the image.</exception>
    public Payload OpenFile(ImageNode node, SharedFile file) => node.IsCompressed
        ? ZisofsSource.Open(node, file)
        : Payload.FromSegments([.. SegmentsOf(node, file)], file, MediaType.Of(node.Name));

    internal ImageFacts Facts { get; }

    /// <summary>The bytes of a file node as recorded in <paramref name="file"/>, the image; none is empty.</summary>
    internal static IEnumerable<PayloadSegment> SegmentsOf(ImageNode node, SharedFile file) =>
        node.Extents.Select(extent => extent.IsZeros
            ? PayloadSegment.OfZeros(extent.Length)
            : PayloadSegment.OfFile(file, extent.Offset, extent.Length));

    /// <summary>The same tree with a further warning.</summary>
    internal ImageTree With(IsoDefect warning) =>
        new(Facts with { Warnings = Facts.Warnings.Add(warning) }, _records, _text, _extents);

    internal TreeRecord RecordOf(int index) => _records[index];

    internal string NameOf(in TreeRecord record) => Encoding.UTF8.GetString(NameBytes(record));

    internal string LinkOf(in TreeRecord record) => record.Kind == ImageNodeKind.SymbolicLink
        ? Encoding.UTF8.GetString(_text, (int)record.Start, (int)record.Length)
        : "";

    internal ImmutableArray<IsoExtent> ExtentsOf(in TreeRecord record) => record switch
    {
        { Kind: not ImageNodeKind.File } or { Count: 0 } => [],
        { Count: 1, IsCompressed: false } => [new IsoExtent(record.Start, record.Length)],
        _ => ImmutableArray.Create(_extents, (int)record.Start, record.Count),
    };

    internal IEnumerable<ImageNode> ChildrenOf(TreeRecord record) => record.Kind == ImageNodeKind.Directory
        ? Enumerable.Range((int)record.Start, record.Count).Select(index => new ImageNode(this, index))
        : [];

    /// <summary>
    /// Walks on from the last of <paramref name="steps"/>, which are the nodes from the root to where the walk has come;
    /// they never hold a link, so going up is taking one away.
    /// </summary>
    private bool TryWalk(ReadOnlySpan<char> path, List<int> steps, ref int links)
    {
        if (path.StartsWith('/'))
        {
            steps.RemoveRange(1, steps.Count - 1);
        }

        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range];
            if (segment is "" or ".")
            {
                continue;
            }

            if (segment is "..")
            {
                steps.RemoveRange(Math.Max(1, steps.Count - 1), Math.Min(1, steps.Count - 1));
            }
            else if (!TryStep(segment, steps, ref links))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryStep(ReadOnlySpan<char> segment, List<int> steps, ref int links)
    {
        if (!TryFindChild(steps[^1], segment, out int child))
        {
            return false;
        }

        if (_records[child].Kind != ImageNodeKind.SymbolicLink)
        {
            steps.Add(child);
            return true;
        }

        return ++links <= MaxLinks && TryWalk(LinkOf(_records[child]), steps, ref links);
    }

    private bool TryFindChild(int directory, ReadOnlySpan<char> segment, out int child)
    {
        child = -1;
        Span<byte> buffer = stackalloc byte[MaxSegmentBytes];
        return Encoding.UTF8.TryGetBytes(segment, buffer, out int length) && TryFindChild(directory, buffer[..length], out child);
    }

    /// <summary>The entry of exactly that name, else one that differs in the case of ASCII letters.</summary>
    private bool TryFindChild(int directory, ReadOnlySpan<byte> name, out int child)
    {
        child = -1;
        TreeRecord parent = _records[directory];
        if (parent.Kind != ImageNodeKind.Directory)
        {
            return false;
        }

        int end = (int)parent.Start + parent.Count;
        for (int i = LowerBound((int)parent.Start, end, name); i < end; i++)
        {
            ReadOnlySpan<byte> candidate = NameBytes(_records[i]);
            if (TreeNameComparer.CompareFolded(candidate, name) != 0)
            {
                break;
            }

            if (candidate.SequenceEqual(name))
            {
                child = i;
                return true;
            }

            child = child < 0 ? i : child;
        }

        return child >= 0;
    }

    /// <summary>First of the records from <paramref name="start"/> whose folded name is not less than <paramref name="name"/>.</summary>
    private int LowerBound(int start, int end, ReadOnlySpan<byte> name)
    {
        while (start < end)
        {
            int middle = start + ((end - start) / 2);
            if (TreeNameComparer.CompareFolded(NameBytes(_records[middle]), name) < 0)
            {
                start = middle + 1;
            }
            else
            {
                end = middle;
            }
        }

        return start;
    }

    private ReadOnlySpan<byte> NameBytes(in TreeRecord record) => _text.AsSpan(record.NameOffset, record.NameLength);
}
