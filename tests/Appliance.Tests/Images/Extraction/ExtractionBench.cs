using System.Text;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using Appliance.Images.Extraction;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Images.Extraction;

/// <summary>The power was cut here: nothing in the program may catch it.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>A library with one image, <c>tool.iso</c>, that holds <c>vmlinuz</c> and <c>initrd</c>.</summary>
internal sealed class ExtractionBench : IDisposable
{
    private readonly TestFolder _media = new();

    public ExtractionBench(string content = "content") => PutImage(content);

    public static ExtractionOrder Order { get; } = new(["vmlinuz", "/initrd"], "test system", "vmlinuz", ["initrd"], "quiet splash");

    public StorageOptions Storage => new() { Media = _media.Path };

    public string Isos => _media["isos"];

    public string Manual => _media["isos/tool"];

    public ExtractionFolder Folder => new(Manual);

    public void PutImage(string content, double ageHours = 1)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("INITRD.;1", 30, bytes.Length), iso.File("VMLINUZ.;1", 30, bytes.Length));
        bytes.CopyTo(iso.Sector(30));
        Write("isos/arriving", iso.Bytes);
        File.SetLastWriteTimeUtc(_media["isos/arriving"], DateTime.UtcNow.AddHours(-ageHours));
        File.Move(_media["isos/arriving"], _media["isos/tool.iso"], overwrite: true);
    }

    public void Write(string path, ReadOnlySpan<byte> content) => _media.Write(path, content);

    public void Write(string path, string content)
    {
        _media.Write(path, content);
        File.SetLastWriteTimeUtc(_media[path], DateTime.UtcNow.AddHours(-1));
    }

    /// <summary>What a scan finds now.</summary>
    public async Task<LibraryImage> ScanAsync()
    {
        using var library = new ImageLibrary(Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        return Assert.Single(library.Current.Images);
    }

    public ImageExtractor Extractor(Action<string>? atStep = null, VolumeSpace? space = null) =>
        new(Storage, new FreeSpace(space is { } room ? _ => room : null), atStep ?? (static _ => { }));

    public async Task<bool> ExtractAsync(ExtractionOrder? order = null) =>
        await Extractor().ExtractAsync(await ScanAsync(), order ?? Order, null, CancellationToken.None);

    public static string? Open(LibraryImage image, string path)
    {
        using Payload? payload = image.OpenFile(path);
        if (payload is null)
        {
            return null;
        }

        byte[] content = new byte[payload.Length];
        Assert.Equal(content.Length, payload.Read(0, content));
        return Encoding.UTF8.GetString(content);
    }

    /// <summary>Every file and folder below the library, but the image.</summary>
    public string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(Isos, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Isos, path)).Where(static path => path != "tool.iso").Order(StringComparer.Ordinal)];

    public void Dispose() => _media.Dispose();
}
