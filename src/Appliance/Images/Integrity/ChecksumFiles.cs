using System.Collections.Immutable;
using Appliance.Formats.Checksums;
using Appliance.Options;

namespace Appliance.Images.Integrity;

/// <summary>What the lists beside an image say that its sum should be.</summary>
/// <param name="ListName">The list that names it.</param>
/// <param name="Sums">Sums that would do, 64 hex digits in lower case.</param>
internal readonly record struct ExpectedSum(string ListName, ImmutableArray<string> Sums);

/// <summary>
/// Finds the lists of sums that projects publish and people copy beside their images. Each list is read once per state of
/// its file. What cannot be a list (too long, a device, unreadable) is passed over.
/// </summary>
internal sealed class ChecksumFiles
{
    /// <summary>Lists looked at in one folder, and names looked at to find them: one list for each image, and some more.</summary>
    private const int MaxLists = 2000;
    private const int MaxNames = LibraryLister.MaxNames;

    /// <summary>Names of lists: Debian and Ubuntu, GNU's manual, Mint, Arch, Rocky. Fedora's end with <c>-CHECKSUM</c>.</summary>
    private static readonly ImmutableArray<string> ListNames =
        ["SHA256SUMS", "SHA256SUM", "SHA256SUMS.txt", "SHA256SUM.txt", "CHECKSUM", "CHECKSUMS"];

    private Dictionary<string, CachedList> _cache = new(StringComparer.Ordinal);

    private sealed record CachedList(FileIdentity Identity, ChecksumList List);

    /// <summary>
    /// What is expected of each of these images that a list names. An image's own list (<c>name.iso.sha256</c>,
    /// <c>name.sha256</c>), which may be nothing but the sum, comes before the folder's.
    /// </summary>
    public Dictionary<LibraryImage, ExpectedSum> Find(IEnumerable<LibraryImage> images)
    {
        var read = new Dictionary<string, CachedList>(StringComparer.Ordinal);
        var expected = new Dictionary<LibraryImage, ExpectedSum>();
        foreach (IGrouping<string, LibraryImage> folder in images.GroupBy(static image => Path.GetDirectoryName(image.FullPath)!))
        {
            SortedDictionary<string, ChecksumList> lists = ReadLists(folder.Key, read);
            foreach (LibraryImage image in folder)
            {
                if (Find(lists, Path.GetFileName(image.FullPath)) is { } sum)
                {
                    expected[image] = sum;
                }
            }
        }

        _cache = read;
        return expected;
    }

    private static ExpectedSum? Find(SortedDictionary<string, ChecksumList> lists, string image)
    {
        string title = Path.GetFileNameWithoutExtension(image);
        foreach (string own in (string[])[$"{image}.sha256", $"{image}.sha256sum", $"{title}.sha256", $"{title}.sha256sum"])
        {
            ImmutableArray<string> sums = lists.TryGetValue(own, out ChecksumList? list) ? list.Find(image) : [];
            sums = sums.IsEmpty && list is not null ? list.Nameless : sums;
            if (!sums.IsEmpty)
            {
                return new ExpectedSum(own, sums);
            }
        }

        foreach ((string name, ChecksumList list) in lists.Where(static candidate => !IsOfOneImage(candidate.Key)))
        {
            if (list.Find(image) is { IsEmpty: false } sums)
            {
                return new ExpectedSum(Printable.Text(name), sums);
            }
        }

        return null;
    }

    private static bool IsOfOneImage(string name) =>
        name.EndsWith(".sha256", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".sha256sum", StringComparison.OrdinalIgnoreCase);

    private static bool IsList(string name) =>
        IsOfOneImage(name) || ListNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || name.EndsWith("-CHECKSUM", StringComparison.OrdinalIgnoreCase);

    private SortedDictionary<string, ChecksumList> ReadLists(string folder, Dictionary<string, CachedList> read)
    {
        var lists = new SortedDictionary<string, ChecksumList>(StringComparer.OrdinalIgnoreCase);
        foreach (string path in ListsIn(folder))
        {
            if (FileIdentity.TryGet(path, out FileIdentity identity) && identity.Length <= ChecksumList.MaxLength)
            {
                bool isKnown = _cache.TryGetValue(path, out CachedList? known) && known.Identity == identity;
                CachedList? list = isKnown ? known : Read(path, identity);
                if (list is not null)
                {
                    read[path] = list;
                    lists.TryAdd(Path.GetFileName(path), list.List);
                }
            }
        }

        return lists;
    }

    private static ImmutableArray<string> ListsIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Take(MaxNames).Where(static path => IsList(Path.GetFileName(path)))
                .Take(MaxLists).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The card was pulled; the library notices.
            return [];
        }
    }

    private static CachedList? Read(string path, FileIdentity identity)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] text = new byte[identity.Length];
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return new CachedList(identity, ChecksumList.Read(text.AsSpan(0, length)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
