using System.IO.Enumeration;
using System.Text.Json;
using Appliance.Boot;
using Appliance.Formats.Checksums;
using Appliance.Images.Transfers;
using Appliance.Options;

namespace Appliance.Admin.Images;

/// <summary>
/// Well-known images and where their makers publish them, as data: what came with the program, and then the owner's
/// <c>catalogue.json</c> on the media partition, whose entries take the place of those with the same id. Releases come and go:
/// which file it is now, the list of sums says.
/// </summary>
/// <param name="media">The media partition.</param>
internal sealed class ImageCatalogue(string media)
{
    public const string OwnFile = "catalogue.json";

    private const int MaxLength = 1 << 20;

    private readonly CatalogueEntry[] _shipped = ReadShipped();

    /// <summary>All entries, and what is wrong with the owner's file, or null.</summary>
    public (CatalogueEntry[] Entries, string? Mistake) Read()
    {
        string path = Path.Combine(media, OwnFile);
        try
        {
            CatalogueEntry[] own = File.Exists(path) ? Parse(ReadShort(path)) : [];
            return ([.. own, .. _shipped.ExceptBy(own.Select(static entry => entry.Id), static entry => entry.Id)], null);
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException)
        {
            return (_shipped, $"{Printable.Text(path)}: {Printable.Text(wrong.Message)}");
        }
    }

    /// <summary>The file that an entry stands for now, out of its list of sums.</summary>
    /// <exception cref="IOException">The list does not name one.</exception>
    public static DownloadSource Resolve(CatalogueEntry entry, ReadOnlySpan<byte> sums)
    {
        var list = ChecksumList.Read(sums);
        string? name = list.Names
            .Where(name => FileSystemName.MatchesSimpleExpression(entry.File, name, ignoreCase: false))
            .Max(NaturalComparer.Instance);
        return name is not null && list.Find(name) is [var sum]
            ? new DownloadSource(new Uri(entry.Folder ?? entry.Sums, Uri.EscapeDataString(name)), sum)
            : throw new IOException($"{entry.Sums} names no one {Printable.Text(entry.File)}: look there by hand, and fetch the image by its address");
    }

    private static byte[] ReadShort(string path) => new FileInfo(path).Length <= MaxLength
        ? File.ReadAllBytes(path)
        : throw new IOException($"longer than {MaxLength} bytes");

    /// <exception cref="JsonException">It is none, or an entry of it cannot be; the message says which.</exception>
    private static CatalogueEntry[] Parse(ReadOnlySpan<byte> json)
    {
        CatalogueEntry[] entries = JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueEntryArray) ?? [];
        foreach (CatalogueEntry entry in entries)
        {
            bool isFetched = ((Uri[])[entry.Sums, entry.Folder ?? entry.Sums]).All(static uri => uri is { IsAbsoluteUri: true, Scheme: "http" or "https" });
            bool isImage = entry.File.EndsWith(".iso", StringComparison.Ordinal) || entry.File.EndsWith(".img", StringComparison.Ordinal);
            if (!isFetched || !isImage || entry.Id.Length == 0 || (entry.Folder is { } folder && !folder.AbsolutePath.EndsWith('/')))
            {
                throw new JsonException(
                    $"entry '{entry.Id}': sums and folder take http:// or https:// addresses, folder one that ends in a slash, and file a name that ends in .iso or .img");
            }
        }

        return entries;
    }

    private static CatalogueEntry[] ReadShipped()
    {
        using Stream stream = typeof(ImageCatalogue).Assembly.GetManifestResourceStream(OwnFile)!;
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json);
    }
}
