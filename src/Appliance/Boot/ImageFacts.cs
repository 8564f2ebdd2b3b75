using System.Collections.Immutable;
using System.Text;
using Appliance.Formats.Ipxe;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Linux;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>What the planner wants to know of an image: which files there are, and how some of them begin.</summary>
internal sealed class ImageFacts(LibraryImage image)
{
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

    /// <summary>Names in a folder of the image; empty when there is no such folder.</summary>
    public IEnumerable<string> List(string folder) =>
        image.Tree is { } tree && tree.TryFind(folder, out ImageNode node) ? node.Children.Select(static child => child.Name) : [];

    public long Length => image.Length;

    /// <summary>Published name of the whole image.</summary>
    public string Image => ImagePath(image);

    public static string ImagePath(LibraryImage image) => $"/isos/{image.RelativePath}";

    /// <summary>Published name of the image's slim form, and its length in bytes; null when it has none.</summary>
    public (string Path, long Length)? Slim =>
        image.TryFindSlim(out SlimImage? slim, out _) ? ($"/slim/{image.Id}.iso", slim.Length) : null;

    /// <summary>Published name of a file inside the image.</summary>
    public string Path(string path) => $"/boot/{image.Id}{path}";

    /// <summary>The same, percent-encoded.</summary>
    public string UrlPath(string path) => IpxeText.UrlPath(Path(path));

    public bool Exists(string path)
    {
        using Payload? file = image.OpenFile(path);
        return file is not null;
    }

    /// <summary>A text file, or null when there is none. Bytes that are no UTF-8 become replacement characters.</summary>
    public string? ReadText(string path)
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

    private bool HasBoot(ElToritoPlatform platform) => image.Tree is { } tree && tree.BootEntries.Any(entry =>
        entry is { IsBootable: true, Media: ElToritoMedia.NoEmulation } && entry.Platform == platform);
}
