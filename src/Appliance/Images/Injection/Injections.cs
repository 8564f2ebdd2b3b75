using System.Collections.Frozen;
using System.Collections.Immutable;
using Appliance.Interop;

namespace Appliance.Images.Injection;

/// <summary>
/// The owner's files for initial RAM file systems: those in the folder <c>{image's path}/</c> below one folder for all, such
/// as <c>inject/linux/debian.iso/etc/motd</c>. A table made by looking at the folder; a client's name is only ever looked
/// up in it. Refreshed by one thread, asked by many.
/// </summary>
/// <param name="folder">The folder for all images; it need not exist.</param>
public sealed class Injections(string folder)
{
    /// <summary>Files of one image. 1,000: nobody builds a distribution by hand, and a file costs a lookup at each boot.</summary>
    public const int MaxFiles = 1000;

    /// <summary>Bytes of one image's files. 512 MiB: BIOS loaders have less than 4 GiB, in which all lies twice for a moment.</summary>
    public const long MaxLength = 512L << 20;

    /// <summary>Names looked at in all: as many as in the folder of images.</summary>
    private const int MaxNames = LibraryLister.MaxNames;

    /// <summary>How a script (<c>#!</c>) and a program (ELF) begin.</summary>
    private static readonly byte[][] ExecutableStarts = [[(byte)'#', (byte)'!'], [0x7f, (byte)'E', (byte)'L', (byte)'F']];

    private List<ListedFile> _seen = [];
    private volatile FrozenDictionary<string, ImageInjection> _byImage = FrozenDictionary<string, ImageInjection>.Empty;

    /// <summary>No files for any image.</summary>
    public static Injections None { get; } = new("");

    /// <summary>What goes into this image.</summary>
    public ImageInjection Of(LibraryImage image) => _byImage.GetValueOrDefault(image.RelativePath, ImageInjection.None);

    /// <summary>Opens the archive of an image's files; null when there are none.</summary>
    public Payload? OpenArchive(LibraryImage image) => Of(image).Files is { IsEmpty: false } files ? InjectionArchive.Open(files) : null;

    /// <summary>Opens one of an image's files; null when there is none of that path.</summary>
    /// <exception cref="IOException">It cannot be read; the message names its path.</exception>
    public Payload? OpenFile(LibraryImage image, string path) =>
        Of(image).Files.FirstOrDefault(file => file.Path.Equals(path, StringComparison.OrdinalIgnoreCase)) is { } found
            ? InjectionArchive.OpenFile(found)
            : null;

    /// <summary>Looks at the folder; true when anything in it has changed. One that is missing or cannot be read counts as empty.</summary>
    public bool Refresh()
    {
        var found = new List<ListedFile>();
        if (folder.Length > 0)
        {
            Walk(folder, "", found, depth: 0);
        }

        if (found.SequenceEqual(_seen))
        {
            return false;
        }

        _seen = found;
        _byImage = found.Select(static file => (Split: Split(file.RelativePath), File: file))
            .Where(static item => item.Split is not null)
            .GroupBy(static item => item.Split!.Value.Image, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(
                static files => files.Key,
                static files => Make([.. files.Select(static item => (item.Split!.Value.Path, item.File))]),
                StringComparer.OrdinalIgnoreCase);
        return true;
    }

    /// <summary>The image and the path in its RAM file system; null for a file that lies in no image's folder.</summary>
    private static (string Image, string Path)? Split(string relativePath)
    {
        string[] names = relativePath.Split('/');
        int image = Array.FindIndex(names, LibraryLister.IsImage);
        return image < 0 || image == names.Length - 1 || !SafePath.TryNormalize(relativePath, out _, out _)
            ? null
            : (string.Join('/', names[..(image + 1)]), string.Join('/', names[(image + 1)..]));
    }

    private static ImageInjection Make(ImmutableArray<(string Path, ListedFile File)> files)
    {
        long length = files.Sum(static file => file.File.Identity.Length);
        return files.Length > MaxFiles ? new ImageInjection([], $"more than {MaxFiles} files are to be injected: put them into one archive")
            : length > MaxLength ? new ImageInjection([], $"more than {MaxLength >> 20} MiB are to be injected: leave some out")
            : new ImageInjection(
                [.. files.Select(static file => new InjectedFile(file.Path, file.File, IsExecutable(file.File)))
                    .OrderBy(static file => file.Path, StringComparer.Ordinal)],
                null);
    }

    private static bool IsExecutable(ListedFile file)
    {
        try
        {
            SharedFile open = SharedFile.Open(file.FullPath);
            Span<byte> start = stackalloc byte[4];
            start = start[..open.Read(0, start)];
            open.Release();
            foreach (byte[] known in ExecutableStarts)
            {
                if (start.StartsWith(known))
                {
                    return true;
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // The client's request says so.
        }

        return false;
    }

    /// <summary>Plain files only: a link could publish anything. Hidden ones are what Windows and macOS leave behind.</summary>
    private static void Walk(string folder, string prefix, List<ListedFile> found, int depth)
    {
        foreach (string name in NamesIn(folder))
        {
            string path = Path.Combine(folder, name);
            if (!FileStatus.TryGet(path, followLink: false, out FileStatus status) || found.Count == MaxNames)
            {
                continue;
            }

            if (status.Kind is FileKind.Regular)
            {
                found.Add(new ListedFile(prefix + name, path, FileIdentity.Of(status)));
            }
            else if (status.Kind is FileKind.Directory && depth < SafePath.MaxDepth)
            {
                Walk(path, $"{prefix}{name}/", found, depth + 1);
            }
        }
    }

    private static List<string> NamesIn(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(folder).Take(MaxNames).Select(static path => Path.GetFileName(path))
                    .Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
