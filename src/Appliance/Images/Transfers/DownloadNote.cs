using System.Globalization;

namespace Appliance.Images.Transfers;

/// <summary>
/// What a download remembers over a restart, in a hidden file beside the image's place (<c>.name.src</c>): where the bytes come
/// from, and of which state of the file those are that have come.
/// </summary>
/// <param name="Tag">Entity tag of that state (RFC 9110 §8.8.3), or null.</param>
/// <param name="Modified">Its time, or null.</param>
internal sealed record DownloadNote(DownloadSource Source, string? Tag = null, DateTimeOffset? Modified = null)
{
    private const string Title = "plugboot download 1";

    /// <summary>With the dot before the name, and the one of <see cref="DurableFolder.ReplaceFile"/>, six bytes: what names leave room for.</summary>
    private const string Suffix = ".src";

    /// <summary>Name of the note of an image.</summary>
    public static string PathOf(string target) => IncomingFile.HiddenBeside(target, Suffix);

    /// <summary>All notes in the folder of images, by the image's path in it. Walks through it.</summary>
    public static IEnumerable<(string Path, DownloadNote Note)> FindAll(string library)
    {
        foreach (string file in IncomingFile.FindHidden(library, Suffix))
        {
            if (TryRead(file) is { } note)
            {
                string folder = Path.GetDirectoryName(file)!;
                yield return (Path.GetRelativePath(library, Path.Combine(folder, Path.GetFileName(file)[1..^Suffix.Length])), note);
            }
        }
    }

    /// <summary>The note of an image, or null.</summary>
    public static DownloadNote? TryFind(string target) => TryRead(PathOf(target));

    /// <summary>Writes it; when this returns, it is there and durable.</summary>
    /// <exception cref="IOException">The medium failed or is full.</exception>
    public void Save(string target)
    {
        List<(string, string)> values = [("url", Source.Url.AbsoluteUri)];
        Add(values, "sha256", Source.Sha256);
        Add(values, "sums", Source.Sums?.AbsoluteUri);
        Add(values, "tag", Tag);
        Add(values, "modified", Modified?.ToString("O", CultureInfo.InvariantCulture));
        DurableFolder.ReplaceFile(PathOf(target), NamedLines.Write(Title, values));
    }

    /// <summary>Forgets it.</summary>
    public static void Delete(string target) => File.Delete(PathOf(target));

    private static void Add(List<(string, string)> values, string name, string? value)
    {
        if (value is not null)
        {
            values.Add((name, value));
        }
    }

    private static DownloadNote? TryRead(string file)
    {
        byte[] text;
        try
        {
            if (new FileInfo(file).Length > NamedLines.MaxLength)
            {
                return null;
            }

            text = File.ReadAllBytes(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        ILookup<string, string>? values = NamedLines.TryRead(Title, text);
        if (values is null || !Uri.TryCreate(values["url"].FirstOrDefault(), UriKind.Absolute, out Uri? url))
        {
            return null;
        }

        Uri.TryCreate(values["sums"].FirstOrDefault(), UriKind.Absolute, out Uri? sums);
        bool isTimed = DateTimeOffset.TryParseExact(
            values["modified"].FirstOrDefault(), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset modified);
        return new DownloadNote(
            new DownloadSource(url, values["sha256"].FirstOrDefault(), sums), values["tag"].FirstOrDefault(), isTimed ? modified : null);
    }
}
