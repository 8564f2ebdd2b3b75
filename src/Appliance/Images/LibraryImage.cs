using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using Appliance.Images.Initrd;
using Appliance.Images.Integrity;

namespace Appliance.Images;

/// <summary>What reading an image came to: its tree, or why there is none.</summary>
internal sealed record ImageContent(ImageTree? Tree, string? Problem)
{
    /// <summary>The medium or its permissions failed, not the image: worth another try although the file is the same.</summary>
    public bool IsUnreadable { get; init; }
}

/// <summary>
/// One image on the card, in one state: when the file changes, another object takes its place. Opening it looks at the
/// file again, so nothing is read by a tree that is no longer true.
/// </summary>
public sealed class LibraryImage
{
    private readonly ListedImage _listed;
    private readonly Dictionary<string, ListedFile> _manualFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ListedFile> _manualFilesFolded = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Path, string Pattern), bool?> _initrds = new();
    private readonly Lock _gate = new();
    private SharedFile? _open;
    private WeakReference<SlimImage>? _slim;

    internal LibraryImage(ListedImage listed, string id, ImageContent content, ImageIntegrity integrity)
    {
        _listed = listed;
        Id = id;
        Content = content;
        Integrity = integrity;
        string[] segments = RelativePath.Split('/');
        int name = segments.Length - (IsNetboot ? 2 : 1);
        Group = [.. segments[..name]];
        Title = IsNetboot ? segments[name] : Path.GetFileNameWithoutExtension(segments[name]);
        foreach (ListedFile file in listed.ManualFiles)
        {
            _manualFiles.Add(file.RelativePath, file);
            _manualFilesFolded.TryAdd(file.RelativePath, file);
        }

        foreach (ListedFile file in listed.ExtractedFiles)
        {
            // The owner's own file of that name comes first.
            if (_manualFilesFolded.TryAdd(file.RelativePath, file))
            {
                _manualFiles.Add(file.RelativePath, file);
            }
        }
    }

    /// <summary>Name in URLs (<c>/boot/{id}/…</c>): <c>rescue/debian-12</c>. Unique in its snapshot.</summary>
    public string Id { get; }

    /// <summary>Path in the folder of images (<c>/isos/{path}</c>): <c>rescue/debian-12.iso</c>.</summary>
    public string RelativePath => _listed.File.RelativePath;

    /// <summary>Name for people: the file's, without extension, or the folder's of netboot files.</summary>
    public string Title { get; }

    /// <summary>The folders it lies in, outermost first.</summary>
    public ImmutableArray<string> Group { get; }

    /// <summary>Length of the file in bytes.</summary>
    public long Length => _listed.File.Identity.Length;

    /// <summary>Length for people: the file's, or of all netboot files.</summary>
    public long ShownLength => IsNetboot ? _listed.ManualFiles.Sum(static file => file.Identity.Length) : Length;

    public DateTimeOffset LastModified => _listed.File.Identity.Modified;

    /// <summary>
    /// Whether it is a disc (<c>.iso</c>); otherwise it is a raw disk (<c>.img</c>), which is of use without a tree too.
    /// </summary>
    public bool IsDisc => _listed.IsDisc;

    /// <summary>Whether it is a folder of netboot files with a script that starts them; it has no <see cref="Tree"/>.</summary>
    public bool IsNetboot => _listed.IsNetboot;

    /// <summary>What is inside; null for broken discs, and for raw disks without a FAT volume.</summary>
    public ImageTree? Tree => Content.Tree;

    /// <summary>Why a disc cannot be used, in words for its owner, or null.</summary>
    public string? BrokenReason => IsDisc ? Content.Problem : null;

    /// <summary>Why there is no <see cref="Tree"/>, in words for its owner, or null.</summary>
    public string? TreeProblem => Content.Problem;

    /// <summary>The files in the manual folder beside the image, which come before those inside it.</summary>
    public IEnumerable<ManualFile> ManualFiles => _listed.ManualFiles.Select(
        static file => new ManualFile(file.RelativePath, file.Identity.Length, file.Identity.Modified));

    /// <summary>The folder beside the image that bears its name; it need not exist.</summary>
    public string ManualFolder => _listed.ManualFolder;

    /// <summary>Whether files of the image as it is now lie extracted in the manual folder, and are served from there.</summary>
    public bool IsExtracted => !_listed.ExtractedFiles.IsEmpty;

    /// <summary>What reading it through has shown.</summary>
    public ImageIntegrity Integrity { get; }

    internal ImageContent Content { get; }

    internal FileIdentity Identity => _listed.File.Identity;

    /// <summary>Where it lies on this machine.</summary>
    internal string FullPath => _listed.File.FullPath;

    internal bool Is(ListedImage listed, string id) => Id == id && _listed.IsSame(listed);

    /// <summary>
    /// Opens a file of that path, from the manual folder first, then from inside the image. Null when there is none, or
    /// when the image was changed or removed since it was listed. The caller disposes the payload.
    /// </summary>
    /// <param name="path">Path from the image's root; slashes at its start do not matter.</param>
    /// <exception cref="IOException">It is there, but cannot be read; the message names the path.</exception>
    public Payload? OpenFile(string path)
    {
        string name = path.TrimStart('/');
        if (_manualFiles.TryGetValue(name, out ListedFile? manual) || _manualFilesFolded.TryGetValue(name, out manual))
        {
            SharedFile? file = OpenIfUnchanged(manual);
            return file is null ? null : Payload.FromFile(file, MediaType.Of(name));
        }

        return Tree is not null && Tree.TryFind(path, out ImageNode node) ? OpenFile(node) : null;
    }

    /// <summary>
    /// Whether an initial RAM disk in the image has an entry that a pattern (<c>*</c> and <c>?</c>, letters in any case) names;
    /// null when that cannot be told. Reads it through the first time, which takes seconds, and remembers.
    /// </summary>
    /// <param name="path">The RAM disk's path, as for <see cref="OpenFile(string)"/>.</param>
    /// <param name="pattern">Of the entry's whole path, without a slash at its start.</param>
    public bool? InitrdHas(string path, string pattern) => _initrds.GetOrAdd((path, pattern), _ =>
    {
        try
        {
            using Payload? initrd = OpenFile(path);
            return initrd is null ? null : InitrdSearch.Has(initrd, name => FileSystemName.MatchesSimpleExpression(pattern, name));
        }
        catch (IOException)
        {
            return null;
        }
    });

    /// <summary>Opens a file node of <see cref="Tree"/>; null for any other node, and as for a path.</summary>
    /// <exception cref="IOException">
    /// The image cannot be read, or the file is compressed in a way that cannot be; the message names its path.
    /// </exception>
    public Payload? OpenFile(ImageNode node)
    {
        if (Tree is null || node.Tree != Tree || !node.IsFile)
        {
            return null;
        }

        return Acquire() is SharedFile file ? Tree.OpenFile(node, file) : null;
    }

    /// <summary>
    /// The image's slim form; false with the reason when it has none. It is not kept when memory is needed: made anew from the
    /// tree, it is the same.
    /// </summary>
    public bool TryFindSlim([NotNullWhen(true)] out SlimImage? slim, [NotNullWhen(false)] out string? reason)
    {
        slim = null;
        if (Tree is null)
        {
            reason = IsDisc ? "it cannot be read" : "it is a raw disk";
            return false;
        }

        reason = null;
        if (_slim?.TryGetTarget(out slim) == true)
        {
            return true;
        }

        if (SlimImage.TryMake(Tree, out slim, out reason))
        {
            _slim = new WeakReference<SlimImage>(slim);
        }

        return slim is not null;
    }

    /// <summary>Opens the slim form of this image; null as for the image itself.</summary>
    /// <exception cref="IOException">The image cannot be read; the message names its path.</exception>
    public Payload? OpenSlim(SlimImage slim) => Acquire() is SharedFile file ? slim.Open(file) : null;

    /// <summary>Opens the image itself; null when it was changed or removed since it was listed.</summary>
    /// <exception cref="IOException">It cannot be read; the message names its path.</exception>
    public Payload? OpenImage() =>
        Acquire() is SharedFile file ? Payload.FromFile(file, MediaType.Of(RelativePath)) : null;

    /// <summary>The same for who reads it as a whole; the caller releases it.</summary>
    /// <exception cref="IOException">It cannot be read; the message names its path.</exception>
    internal SharedFile? OpenWhole() => Acquire();

    /// <summary>
    /// A reference to the open image. All who read it at one time share one descriptor; when nobody does it is closed, so
    /// that a card can be taken out of use.
    /// </summary>
    private SharedFile? Acquire()
    {
        lock (_gate)
        {
            bool unchanged = FileIdentity.TryGet(_listed.File.FullPath, out FileIdentity identity) && identity == _listed.File.Identity;
            if (unchanged && _open is not null && _open.TryAcquire())
            {
                return _open;
            }

            _open = unchanged ? OpenIfUnchanged(_listed.File) : null;
            return _open;
        }
    }

    /// <summary>
    /// Opens a file and looks afterwards whether it is the one that was listed: what was opened between two equal looks
    /// is that file.
    /// </summary>
    private static SharedFile? OpenIfUnchanged(ListedFile listed)
    {
        SharedFile file;
        try
        {
            file = SharedFile.Open(listed.FullPath);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{listed.FullPath} may not be read: give the service's user read permission.", exception);
        }

        if (FileIdentity.TryGet(listed.FullPath, out FileIdentity identity) && identity == listed.Identity)
        {
            return file;
        }

        file.Release();
        return null;
    }
}
