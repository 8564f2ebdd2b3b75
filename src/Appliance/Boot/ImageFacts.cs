using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text;
using Appliance.Formats.Ipxe;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Linux;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>A file or folder of an image that a pattern names.</summary>
/// <param name="Path">With a slash at its start.</param>
/// <param name="Open">What the pattern's last segment left open: <c>-6.1</c> of <c>vmlinuz*</c>.</param>
internal readonly record struct FoundPath(string Path, string Open);

/// <summary>What the planner wants to know of an image: which files there are, and how some of them begin.</summary>
internal sealed class ImageFacts(LibraryImage image)
{
    private readonly Dictionary<string, string?> _texts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Largest text file that is read; boot configurations are a few kilobytes.</summary>
    private const int MaxTextLength = 256 * 1024;

    public string Label => image.Tree?.Label ?? "";

    /// <summary>
    /// Whether BIOS firmware can boot it as a disc through iPXE, which does without El Torito's floppy and disk emulation.
    /// </summary>
    public bool HasBiosBoot => HasBoot(ElToritoPlatform.X86Bios);

    /// <summary>
    /// Whether UEFI firmware finds a boot entry on the disc, and a boot program behind it; what cannot be looked into is
    /// believed.
    /// </summary>
    public bool HasEfiBoot => HasBoot(ElToritoPlatform.Efi) && image.Tree!.EfiLoaders is not { IsEmpty: true };

    /// <summary>The newest of what the pattern names, by the numbers in its name; null when there is nothing.</summary>
    public FoundPath? Find(string pattern)
    {
        FoundPath[] found = [.. Match(pattern).OrderByDescending(static item => item.Path, NaturalComparer.Instance)];
        return found.Length == 0 ? null : found[0];
    }

    /// <summary>Finds by the first pattern that names anything.</summary>
    public FoundPath? FindFirst(IEnumerable<string> patterns) => patterns.Select(Find).FirstOrDefault(static found => found is not null);

    /// <summary>
    /// Files and folders, those of the manual folder too, that a pattern names: <c>*</c> and <c>?</c> within a segment,
    /// letters in any case.
    /// </summary>
    public IEnumerable<FoundPath> Match(string pattern)
    {
        string[] segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> manual = image.ManualFiles.Select(static file => file.Path).Where(path => Fits(path.Split('/'), segments)).Select(static path => "/" + path);
        return manual.Concat(Walk("", segments, 0))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(path => new FoundPath(path, OpenPart(segments[^1], path[(path.LastIndexOf('/') + 1)..])));
    }

    /// <summary>Bytes of a file; 0 when there is none.</summary>
    public long LengthOf(string path)
    {
        using Payload? file = image.OpenFile(path);
        return file?.Length ?? 0;
    }

    /// <summary>Name of the image's file, without its folder.</summary>
    public string FileName => image.RelativePath[(image.RelativePath.LastIndexOf('/') + 1)..];

    public long Length => image.Length;

    /// <summary>Published name of the whole image.</summary>
    public string Image => ImagePath(image);

    public static string ImagePath(LibraryImage image) => $"/isos/{image.RelativePath}";

    /// <summary>Published name of the image's slim form, and its length in bytes; null when it has none.</summary>
    public (string Path, long Length)? Slim =>
        image.TryFindSlim(out SlimImage? slim, out _) ? ($"/slim/{image.Id}.iso", slim.Length) : null;

    /// <summary>Published name of its <c>boot.cfg</c> for ESXi's loader.</summary>
    public string EsxiConfig => EsxiFiles.PathOf(image.Id);

    /// <summary>Published name of a file inside the image.</summary>
    public string Path(string path) => $"/boot/{image.Id}{path}";

    /// <summary>Published name of the whole image, percent-encoded.</summary>
    public string UrlOfImage => IpxeText.UrlPath(Image);

    /// <summary>Published name of its slim form, percent-encoded.</summary>
    public string UrlOfSlim => IpxeText.UrlPath($"/slim/{image.Id}.iso");

    /// <summary>Published name of a file inside the image, percent-encoded.</summary>
    public string UrlPath(string path) => IpxeText.UrlPath(Path(path));

    public bool Exists(string path)
    {
        using Payload? file = image.OpenFile(path);
        return file is not null;
    }

    /// <summary>See <see cref="LibraryImage.InitrdHas"/>.</summary>
    public bool? InitrdHas(string path, string pattern) => image.InitrdHas(path, pattern);

    /// <summary>A text file, or null when there is none. Bytes that are no UTF-8 become replacement characters.</summary>
    public string? ReadText(string path)
    {
        if (!_texts.TryGetValue(path, out string? text))
        {
            text = ReadFile(path);
            _texts.Add(path, text);
        }

        return text;
    }

    private string? ReadFile(string path)
    {
        using Payload? file = image.OpenFile(path);
        if (file is null)
        {
            return null;
        }

        byte[] bytes = new byte[Math.Min(file.Length, MaxTextLength)];
        return Encoding.UTF8.GetString(bytes, 0, file.Read(0, bytes));
    }

    /// <summary>What the file is, when it is a kernel or an EFI program; else null.</summary>
    public KernelImage? ReadKernel(string path)
    {
        using Payload? file = image.OpenFile(path);
        if (file is null)
        {
            return null;
        }

        Span<byte> header = stackalloc byte[KernelImage.HeaderLength];
        return KernelImage.TryIdentify(header[..file.Read(0, header)], out KernelImage kernel) ? kernel : null;
    }

    /// <summary>Names in the signature of an EFI program; none when it is not signed or not there.</summary>
    /// <param name="published">Its name as <see cref="Path"/> gives it.</param>
    public ImmutableArray<string> ReadSigners(string published)
    {
        string folder = Path("");
        using Payload? file = published.StartsWith(folder, StringComparison.Ordinal) ? image.OpenFile(published[folder.Length..]) : null;
        Span<byte> header = stackalloc byte[KernelImage.HeaderLength];
        if (file is null || !EfiSignature.TryFindTable(header[..file.Read(0, header)], out long offset, out int length))
        {
            return [];
        }

        byte[] table = new byte[length];
        return EfiSignature.ReadCommonNames(table.AsSpan(0, file.Read(offset, table)));
    }

    private IEnumerable<string> Walk(string folder, string[] segments, int depth)
    {
        if (image.Tree is not { } tree || depth == segments.Length)
        {
            return depth > 0 && depth == segments.Length ? [folder] : [];
        }

        string segment = segments[depth];
        if (!segment.AsSpan().ContainsAny('*', '?'))
        {
            string path = $"{folder}/{segment}";
            return tree.TryFind(path, out _) ? Walk(path, segments, depth + 1) : [];
        }

        // A link that leads nowhere is not there.
        return !tree.TryFind(folder, out ImageNode node) ? [] : node.Children
            .Where(child => FileSystemName.MatchesSimpleExpression(segment, child.Name) && tree.TryFind($"{folder}/{child.Name}", out _))
            .SelectMany(child => Walk($"{folder}/{child.Name}", segments, depth + 1));
    }

    private static bool Fits(string[] path, string[] segments) => path.Length == segments.Length
        && path.Zip(segments).All(static pair => FileSystemName.MatchesSimpleExpression(pair.Second, pair.First));

    /// <summary>What lies between the text before the first star and the text behind the last.</summary>
    private static string OpenPart(string pattern, string name)
    {
        int before = pattern.IndexOf('*', StringComparison.Ordinal);
        int behind = pattern.Length - pattern.LastIndexOf('*') - 1;
        return before < 0 || before + behind > name.Length ? "" : name[before..^behind];
    }

    private bool HasBoot(ElToritoPlatform platform) => image.Tree is { } tree && tree.BootEntries.Any(entry =>
        entry is { IsBootable: true, Media: ElToritoMedia.NoEmulation } && entry.Platform == platform);
}
