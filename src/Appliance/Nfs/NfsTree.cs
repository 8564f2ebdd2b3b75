using System.Text;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>
/// What an export shows: the image's tree and, in front of what it holds, the files of the manual folder beside the image,
/// as over HTTP. Nodes have numbers: those of the image's tree, then the files and folders that only the manual folder has.
/// Never changed: with other files beside it the image is another export.
/// </summary>
internal sealed class NfsTree
{
    private readonly ImageTree _image;
    private readonly List<Beside> _beside = [];

    /// <summary>What the manual folder adds to directories, by their numbers.</summary>
    private readonly Dictionary<int, Folder> _added = [];
    private readonly Lazy<int[]> _parents;

    public NfsTree(ImageTree image, IEnumerable<ManualFile> manual)
    {
        _image = image;
        _parents = new Lazy<int[]>(FindParents);
        foreach (ManualFile file in manual.OrderBy(static file => file.Path, StringComparer.Ordinal))
        {
            Add(file);
        }
    }

    public int Count => _image.Count + _beside.Count;

    public NfsNode Root => new(this, 0);

    public NfsNode ParentOf(NfsNode node) =>
        new(this, node.Index < _image.Count ? _parents.Value[node.Index] : BesideOf(node.Index).Parent);

    /// <summary>Finds the entry of exactly that name in a directory; a link is found itself, not what it leads to.</summary>
    /// <param name="name">In UTF-8, without slashes.</param>
    public bool TryFindEntry(NfsNode directory, ReadOnlySpan<byte> name, out NfsNode entry)
    {
        int index = _added.Count == 0 ? -1 : FindAdded(directory.Index, Encoding.UTF8.GetString(name));
        if (index < 0 && ImageNodeOf(directory) is { } node && _image.TryFindEntry(node, name, out ImageNode found))
        {
            index = found.Index;
        }

        entry = new NfsNode(this, index);
        return index >= 0;
    }

    /// <summary>Finds the directory or file that a path names. Links inside the image are followed.</summary>
    public bool TryFind(string path, out NfsNode found)
    {
        found = Root;
        foreach (string segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryFindEntry(found, Encoding.UTF8.GetBytes(segment), out found))
            {
                bool inImage = _image.TryFind(path, out ImageNode node);
                found = new NfsNode(this, inImage ? node.Index : -1);
                return inImage;
            }
        }

        if (found.Kind == ImageNodeKind.SymbolicLink && _image.TryFind(path, out ImageNode target))
        {
            found = new NfsNode(this, target.Index);
        }

        return true;
    }

    /// <summary>The node of the image's tree; null for manual ones.</summary>
    internal ImageNode? ImageNodeOf(NfsNode node) => node.Index < _image.Count ? new ImageNode(_image, node.Index) : null;

    /// <summary>What the manual folder says of a node that <see cref="ImageNodeOf"/> does not know.</summary>
    internal Beside BesideOf(int index) => _beside[index - _image.Count];

    internal IEnumerable<NfsNode> ChildrenOf(NfsNode directory)
    {
        IEnumerable<int> recorded = ImageNodeOf(directory) is { } node ? node.Children.Select(static child => child.Index) : [];
        if (_added.TryGetValue(directory.Index, out Folder? folder))
        {
            recorded = recorded.Where(index => FindAdded(directory.Index, new ImageNode(_image, index).Name) < 0).Concat(folder.Nodes);
        }

        return recorded.Select(index => new NfsNode(this, index));
    }

    private void Add(ManualFile file)
    {
        string[] segments = file.Path.Split('/');
        int directory = 0;
        string path = "";
        foreach (string segment in segments[..^1])
        {
            path += "/" + segment;
            directory = FindDirectory(directory, segment, path) ?? AddNode(new Beside(segment, directory, null));
        }

        AddNode(new Beside(segments[^1], directory, file));
    }

    /// <summary>
    /// The folder of that name, in any case, or that a link of that name leads to: what lies in it comes along with what the
    /// image has there.
    /// </summary>
    private int? FindDirectory(int directory, string name, string path)
    {
        int added = FindAdded(directory, name);
        if (added >= 0)
        {
            return BesideOf(added).File is null ? added : null;
        }

        return directory < _image.Count && _image.TryFind(path, out ImageNode node) && node.IsDirectory ? node.Index : null;
    }

    private int AddNode(Beside node)
    {
        int index = Count;
        _beside.Add(node);
        if (!_added.TryGetValue(node.Parent, out Folder? folder))
        {
            _added.Add(node.Parent, folder = new Folder());
        }

        folder.Nodes.Add(index);
        folder.Exact.TryAdd(node.Name, index);
        folder.Folded.TryAdd(node.Name, index);
        return index;
    }

    /// <summary>The manual entry of that name, or of one that differs in case, as over HTTP; or -1.</summary>
    private int FindAdded(int directory, string name) =>
        _added.TryGetValue(directory, out Folder? folder)
            && (folder.Exact.TryGetValue(name, out int index) || folder.Folded.TryGetValue(name, out index)) ? index : -1;

    private int[] FindParents()
    {
        int[] parents = new int[_image.Count];
        for (int index = 0; index < parents.Length; index++)
        {
            foreach (ImageNode child in new ImageNode(_image, index).Children)
            {
                parents[child.Index] = index;
            }
        }

        return parents;
    }

    /// <summary>What the manual folder adds to one directory.</summary>
    private sealed class Folder
    {
        public List<int> Nodes { get; } = [];

        public Dictionary<string, int> Exact { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, int> Folded { get; } = new(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A file of the manual folder, or, without one, a folder that leads to such.</summary>
    internal sealed record Beside(string Name, int Parent, ManualFile? File);
}

/// <summary>A file, directory or link of an export.</summary>
internal readonly record struct NfsNode(NfsTree Tree, int Index)
{
    /// <summary>What files and folders that are in no image may: r--r--r--; directories are opened to all anyway.</summary>
    private const int ManualPermissions = 0b100_100_100;

    public ImageNodeKind Kind =>
        Image is { } node ? node.Kind : Manual is null ? ImageNodeKind.Directory : ImageNodeKind.File;

    public bool IsFile => Kind == ImageNodeKind.File;

    public bool IsDirectory => Kind == ImageNodeKind.Directory;

    public string Name => Image is { } node ? node.Name : Tree.BesideOf(Index).Name;

    /// <summary>Length in bytes of a file; 0 for anything else.</summary>
    public long Length => Image is { } node ? node.Length : Manual?.Length ?? 0;

    public int Permissions => Image is { } node ? node.Permissions : ManualPermissions;

    public DateTimeOffset Modified => Image is { } node ? node.Modified : Manual?.LastModified ?? DateTimeOffset.UnixEpoch;

    /// <summary>Target of a symbolic link as recorded; empty for anything else.</summary>
    public string Link => Image is { } node ? node.Link : "";

    public IEnumerable<NfsNode> Children => Tree.ChildrenOf(this);

    /// <summary>Opens a file of that image; null as in <see cref="LibraryImage.OpenFile(ImageNode)"/>.</summary>
    /// <exception cref="IOException">It cannot be read; the message names its path.</exception>
    public Payload? Open(LibraryImage image) => Image is { } node ? image.OpenFile(node) : image.OpenFile(Manual!.Path);

    private ImageNode? Image => Tree.ImageNodeOf(this);

    private ManualFile? Manual => Tree.BesideOf(Index).File;
}
