using System.Collections.Immutable;
using Appliance.Images;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>A list of a real image's paths (tests/testdata/images), made into an ISO image without its payload.</summary>
internal sealed class TreeImage
{
    private readonly ImmutableArray<string> _lines;

    private TreeImage(string name, ImmutableArray<string> lines)
    {
        Name = name;
        _lines = lines;
    }

    public string Name { get; }

    public string Label => Header("label").FirstOrDefault("");

    public string Profile => Header("profile").Single();

    public string? Release => Header("release").Single() is { Length: > 0 } release ? release : null;

    /// <summary>All trees, by name.</summary>
    public static IEnumerable<TreeImage> All => Directory.EnumerateFiles(TestData.Path("images/trees"), "*.txt")
        .Order(StringComparer.Ordinal).Select(static path => Read(Path.GetFileNameWithoutExtension(path)));

    public static TreeImage Read(string name) => new(name, [.. File.ReadAllLines(TestData.Path($"images/trees/{name}.txt"))]);

    /// <summary>Builds the image and reads it as the library does.</summary>
    /// <param name="folder">Where to build it.</param>
    /// <param name="complete">Whether with what the list lacks; otherwise only the paths that were read.</param>
    /// <param name="sizes">Sizes of files, and of the image under the path <c>/</c>; nothing of them is stored.</param>
    public LibraryImage Build(TestFolder folder, bool complete = true, IReadOnlyDictionary<string, long>? sizes = null)
    {
        string root = $"{Name}.tree";
        foreach (string line in _lines.Where(static line => !line.StartsWith('#')).Concat(complete ? Header("adds") : []))
        {
            WriteEntry(folder, root, line.Split('\t')[0]);
        }

        foreach (string text in complete ? Header("text") : [])
        {
            string[] parts = text.Split(' ', 2);
            folder.Write($"{root}/{parts[0]}", parts[1].Replace("\\n", "\n", StringComparison.Ordinal));
        }

        string image = folder[$"{Name}.iso"];
        // Every one of them boots as a disc under both kinds of firmware; the lists do not say by which file.
        folder.Write($"{root}/boot.record", new byte[2048]);
        Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-as", "mkisofs", "-quiet", "-R", "-J", "-joliet-long", "-V", Label,
            "-b", "boot.record", "-no-emul-boot", "-eltorito-alt-boot", "-e", "boot.record", "-no-emul-boot", "-o", image, folder[root]);
        return Open(folder, image, sizes ?? ImmutableDictionary<string, long>.Empty);
    }

    /// <summary>
    /// Opens the image with files of the given sizes beside it in its manual folder, which come first; they are holes, as
    /// is the end of the image.
    /// </summary>
    private LibraryImage Open(TestFolder folder, string image, IReadOnlyDictionary<string, long> sizes)
    {
        var manual = ImmutableArray.CreateBuilder<ListedFile>();
        foreach ((string path, long size) in sizes)
        {
            string file = path == "/" ? image : folder[$"{Name}.manual/{path}"];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using FileStream stream = File.Open(file, FileMode.OpenOrCreate);
            stream.SetLength(size);
            stream.Close();
            if (path != "/")
            {
                manual.Add(Listed(path, file));
            }
        }

        LibraryImage plain = SingleImage.Read(image, CancellationToken.None);
        Assert.Null(plain.BrokenReason);
        return new LibraryImage(
            new ListedImage(Listed($"{Name}.iso", image), plain.ManualFolder, manual.ToImmutable()), Name, plain.Content, plain.Integrity);
    }

    private static ListedFile Listed(string name, string path)
    {
        Assert.True(FileIdentity.TryGet(path, out FileIdentity identity));
        return new ListedFile(name, path, identity);
    }

    private void WriteEntry(TestFolder folder, string root, string path)
    {
        string[] link = path.Split(" -> ");
        if (link.Length == 2)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"{root}/{link[0]}"])!);
            File.CreateSymbolicLink(folder[$"{root}/{link[0]}"], link[1]);
        }
        else if (_lines.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)) || Header("adds").Concat(Header("text")).Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)))
        {
            Directory.CreateDirectory(folder[$"{root}/{path}"]);
        }
        else
        {
            folder.Write($"{root}/{path}", Content(path));
        }
    }

    /// <summary>Kernels and EFI programs begin as such; everything else is a few bytes.</summary>
    private byte[] Content(string path)
    {
        bool isArm = Label.Contains("arm64", StringComparison.OrdinalIgnoreCase);
        string name = path[(path.LastIndexOf('/') + 1)..].ToLowerInvariant();
        bool isKernel = name.StartsWith("vmlinuz", StringComparison.Ordinal) || name is "linux" or "linux26" or "bzimage" or "gentoo";
        return name.EndsWith(".efi", StringComparison.Ordinal) ? SampleKernels.Pe((ushort)(isArm ? 0xAA64 : name.Contains("ia32", StringComparison.Ordinal) ? 0x14C : 0x8664))
            : isKernel ? isArm ? SampleKernels.Arm64 : SampleKernels.X64 : "x"u8.ToArray();
    }

    private IEnumerable<string> Header(string name) =>
        _lines.Where(line => line.StartsWith($"# {name}: ", StringComparison.Ordinal) || line == $"# {name}:").Select(line => line[Math.Min(name.Length + 4, line.Length)..].Trim());
}
