using System.Buffers;
using System.Collections.Immutable;
using Appliance.Images.Extraction;
using Appliance.Interop;

namespace Appliance.Images;

/// <summary>
/// Lists what lies in the folder of images, by one walk. Sub-folders are groups, except a folder beside an image that
/// bears its name: that is its manual folder, and a group only of the discs in it. Links are followed to regular files only, so that no folder is listed
/// twice and none runs in a circle.
/// </summary>
internal sealed class LibraryLister(string root)
{
    private sealed record ManualFolder(string Path, ImmutableArray<ListedFile> Files);

    /// <summary>Folders inside each other. 8: nobody pages through deeper menus.</summary>
    public const int MaxDepth = 8;

    /// <summary>Images listed. 1,000: a disk of 4 TB full of them.</summary>
    public const int MaxImages = 1000;

    /// <summary>Names looked at in one walk. 100,000: somebody extracted a few distributions here.</summary>
    public const int MaxNames = 100_000;

    // Control characters and broken UTF-8 cannot be asked for in a request line; a backslash is a slash to TFTP clients.
    private static readonly SearchValues<char> UnusableInNames = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code), '\x7f', '\\', '\ufffd']);

    private readonly List<ListedImage> _images = [];
    private int _names;

    /// <summary>Images in the order of their paths.</summary>
    public ImmutableArray<ListedImage> Images =>
        [.. _images.OrderBy(static image => image.File.RelativePath, StringComparer.OrdinalIgnoreCase)
            .ThenBy(static image => image.File.RelativePath, StringComparer.Ordinal)];

    /// <summary>Why something is missing from the list: a limit, a folder that cannot be read, a name nobody can ask for.</summary>
    public string? Problem { get; private set; }

    public void Walk() => WalkGroup(root, "", depth: 0, IsImage);

    public static bool IsDisc(string name) => name.EndsWith(".iso", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The script in a folder of netboot files, such as NixOS publishes them instead of a disc that could be booted over the
    /// network: such a folder is one image.
    /// </summary>
    public static bool IsNetboot(string name) => Path.GetFileName(name).Equals("netboot.ipxe", StringComparison.OrdinalIgnoreCase);

    public static bool IsImage(string name) => IsDisc(name) || name.EndsWith(".img", StringComparison.OrdinalIgnoreCase);

    /// <param name="isListed">Tells from a name whether it is an image here.</param>
    private void WalkGroup(string folder, string prefix, int depth, Func<string, bool> isListed)
    {
        List<string> names = NamesIn(folder);
        if (depth > 0 && names.Find(IsNetboot) is { } script)
        {
            var netboot = new List<ListedFile>();
            WalkManualFolder(folder, "", depth, netboot);
            AddImage(Path.Combine(folder, script), prefix + script, new ManualFolder(folder, [.. netboot]));
            return;
        }

        var manual = new Dictionary<string, ManualFolder>(StringComparer.OrdinalIgnoreCase);
        HashSet<string> titles = new(names.Where(IsImage).Select(Path.GetFileNameWithoutExtension)!, StringComparer.OrdinalIgnoreCase);
        var groups = new List<(string Name, Func<string, bool> IsListed)>();
        foreach (string name in names.Where(name => IsFolder(Path.Combine(folder, name))))
        {
            if (titles.Contains(name))
            {
                var files = new List<ListedFile>();
                WalkManualFolder(Path.Combine(folder, name), "", depth + 1, files);
                ImmutableArray<ListedFile> plain = [.. files.Where(static file => !IsDisc(file.RelativePath))];
                manual[name] = new ManualFolder(Path.Combine(folder, name), plain);

                // An initrd.img is a manual file; a disc is none, so such a folder is a group as well.
                if (files.Count > plain.Length)
                {
                    groups.Add((name, IsDisc));
                }
            }
            else
            {
                groups.Add((name, isListed));
            }
        }

        foreach (string name in names.Where(isListed))
        {
            AddImage(Path.Combine(folder, name), prefix + name, manual.GetValueOrDefault(Path.GetFileNameWithoutExtension(name)));
        }

        foreach ((string name, Func<string, bool> isListedThere) in groups)
        {
            if (depth < MaxDepth)
            {
                WalkGroup(Path.Combine(folder, name), $"{prefix}{name}/", depth + 1, isListedThere);
            }
            else
            {
                Problem = $"folders are more than {MaxDepth} deep";
            }
        }
    }

    /// <param name="beside">Its manual folder, or null.</param>
    private void AddImage(string fullPath, string relativePath, ManualFolder? beside)
    {
        if (!FileIdentity.TryGet(fullPath, out FileIdentity identity))
        {
            return;
        }

        if (_images.Count == MaxImages)
        {
            Problem = $"there are more than {MaxImages} images";
            return;
        }

        var image = new ListedFile(relativePath, fullPath, identity);
        string folder = Path.Combine(Path.GetDirectoryName(fullPath)!, Path.GetFileNameWithoutExtension(fullPath));
        _images.Add(beside is not null
            ? new ListedImage(image, beside.Path, beside.Files) { ExtractedFiles = ExtractedFiles(beside.Path, identity) }
            : new ListedImage(image, folder, []));
    }

    /// <summary>None where there was no extraction, or one of an image that has been replaced since.</summary>
    private ImmutableArray<ListedFile> ExtractedFiles(string manualFolder, FileIdentity image)
    {
        var extraction = new ExtractionFolder(manualFolder);
        if (!extraction.TryReadManifest(out ExtractionManifest? manifest) || !manifest.IsOf(image))
        {
            return [];
        }

        var files = new List<ListedFile>();
        WalkManualFolder(extraction.Files, "", depth: 0, files);
        return [.. files];
    }

    /// <summary>Only plain files: a link here could publish anything.</summary>
    private void WalkManualFolder(string folder, string prefix, int depth, List<ListedFile> files)
    {
        foreach (string name in NamesIn(folder))
        {
            string fullPath = Path.Combine(folder, name);
            if (!FileStatus.TryGet(fullPath, followLink: false, out FileStatus status))
            {
                continue;
            }

            if (status.Kind == FileKind.Regular)
            {
                files.Add(new ListedFile(prefix + name, fullPath, FileIdentity.Of(status)));
            }
            else if (status.Kind == FileKind.Directory && depth < MaxDepth)
            {
                WalkManualFolder(fullPath, $"{prefix}{name}/", depth + 1, files);
            }
        }
    }

    private static bool IsFolder(string path) =>
        FileStatus.TryGet(path, followLink: false, out FileStatus status) && status.Kind == FileKind.Directory;

    /// <summary>Names in a folder, sorted, without hidden ones and those that no client could ask for.</summary>
    private List<string> NamesIn(string folder)
    {
        var names = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder))
            {
                string name = Path.GetFileName(path);
                if (_names == MaxNames)
                {
                    Problem = $"there are more than {MaxNames} files";
                    break;
                }

                _names++;
                if (name.AsSpan().ContainsAny(UnusableInNames))
                {
                    Problem = "a name holds a control character, a backslash or broken UTF-8: rename it";
                }
                else if (!name.StartsWith('.'))
                {
                    names.Add(name);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Problem = exception.Message;
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
