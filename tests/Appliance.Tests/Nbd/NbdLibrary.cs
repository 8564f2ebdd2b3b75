using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Nbd;

/// <summary>A library with a raw disk of random bytes and a disc with files inside it.</summary>
internal sealed class NbdLibrary : IDisposable
{
    /// <summary>Id of the disk; longer than what is copied, gathered or received at once, and no multiple of anything.</summary>
    public const string Disk = "disks/random";

    /// <summary>Id of the disc.</summary>
    public const string Disc = "rescue/debian-12";

    private readonly TestFolder _media = new();

    private NbdLibrary()
    {
        new Random(1).NextBytes(Content);
        Add(Disk + ".img", Content);
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("INITRD.;1", 30, InitrdLength));
        Content.AsSpan(0, InitrdLength).CopyTo(iso.Bytes.AsSpan(30 * HandMadeIso.SectorLength));
        Add(Disc + ".iso", iso.Bytes);
        Library = new ImageLibrary(
            new StorageOptions { Media = _media.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
    }

    /// <summary>Bytes of the file INITRD inside the disc, which are the first of <see cref="Content"/>.</summary>
    public static int InitrdLength => 3001;

    public byte[] Content { get; } = new byte[1_300_001];

    public byte[] Slice(int offset, int length) => Content[offset..(offset + length)];

    public ImageLibrary Library { get; }

    public static async Task<NbdLibrary> CreateAsync()
    {
        var library = new NbdLibrary();
        await library.Library.ScanAsync(CancellationToken.None);
        return library;
    }

    /// <summary>Adds an image that has settled.</summary>
    public void Add(string path, ReadOnlySpan<byte> content) =>
        File.SetLastWriteTimeUtc(_media.Write("isos/" + path, content), DateTime.UtcNow.AddHours(-1));

    public void Remove(string path) => File.Delete(_media["isos/" + path]);

    /// <summary>Cuts a file short in place, as a failing medium seems to do.</summary>
    public void Truncate(string path, long length)
    {
        using var file = new FileStream(_media["isos/" + path], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    public void Dispose()
    {
        Library.Dispose();
        _media.Dispose();
    }
}
