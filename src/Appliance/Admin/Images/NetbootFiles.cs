using System.Collections.Immutable;
using Appliance.Boot;
using Appliance.Formats.Checksums;
using Appliance.Images;
using Appliance.Images.Archives;
using Appliance.Images.Transfers;
using Appliance.Options;

namespace Appliance.Admin.Images;

/// <summary>
/// Debian's installer discs hold a RAM disk that asks for its disc. The netboot pair of the same release, put beside the image,
/// installs over the network instead (configs/profiles/debian-installer-disc.json). Ubuntu has published none since 20.04.
/// </summary>
internal sealed class NetbootFiles(StorageOptions storage, AdminOptions options, Downloads downloads, ImageLibrary library, BootMenus menus) : IDisposable
{
    private const string Profile = "debian-installer-disc";

    /// <summary>Names of Debian's releases by their numbers: the archive's folders bear them.</summary>
    private static readonly ImmutableDictionary<string, string> Suites = ImmutableDictionary.CreateRange(new Dictionary<string, string>
    {
        ["10"] = "buster",
        ["11"] = "bullseye",
        ["12"] = "bookworm",
        ["13"] = "trixie",
        ["14"] = "forky",
    });

    /// <summary>The folder of a disc that has its kernel, and the archive's name of that architecture.</summary>
    private static readonly ImmutableArray<(string Folder, string Architecture)> Folders =
        [("install.amd", "amd64"), ("install.a64", "arm64"), ("install.386", "i386")];

    private readonly SemaphoreSlim _turn = new(1);

    public static bool IsRequired(BootPlan plan) => plan.Profile == Profile;

    public static bool AreThere(LibraryImage image) => image.ManualFiles.Any(static file =>
        file.Path.StartsWith("install", StringComparison.Ordinal) && file.Path.EndsWith("/initrd.gz", StringComparison.Ordinal));

    /// <summary>Where the archive is in Debian's own; null when that cannot be told from the image.</summary>
    public static Uri? UrlFor(LibraryImage image, BootPlan plan) => UrlFor(image, plan, AdminOptions.Debian);

    /// <summary>Fetches the archive, compares it with its sum, and puts its two files beside the image.</summary>
    /// <exception cref="ApiException">The image needs none, has them, or it cannot be told which.</exception>
    /// <exception cref="IOException">It failed; the message says why. Nothing is left of it.</exception>
    public async Task FetchAsync(LibraryImage image, CancellationToken cancellationToken)
    {
        if (menus.PlanOf(image) is not { } plan || !IsRequired(plan))
        {
            throw ApiException.Conflict($"{image.Id} needs no netboot files");
        }

        string folder = FolderOf(image)?.Folder ?? "";
        string target = Path.Combine(image.ManualFolder, folder);
        if (UrlFor(image, plan, options.DebianMirror) is not { } url || folder.Length == 0)
        {
            throw ApiException.Conflict($"it cannot be told from {image.Id} which release's netboot files it needs");
        }

        if (Path.Exists(target))
        {
            throw ApiException.Conflict($"{Printable.Text(target)} is there already: remove it first");
        }

        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw ApiException.Conflict("other netboot files are being fetched: wait for their end");
        }

        try
        {
            await FetchAsync(url, folder, target, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        await library.ScanAsync(cancellationToken);
    }

    public void Dispose() => _turn.Dispose();

    private async Task FetchAsync(Uri url, string folder, string target, CancellationToken cancellationToken)
    {
        const string Work = ".netboot";
        string work = Path.Combine(storage.Isos, Work);
        try
        {
            string? sum = await ReadSumAsync(url, cancellationToken);
            await downloads.FetchAsync(new DownloadSource(url, sum), $"{Work}/netboot.tar.gz", cancellationToken);
            string unpacked = Path.Combine(work, "unpacked");
            await new ArchiveUnpacker().UnpackAsync(Path.Combine(work, "netboot.tar.gz"), unpacked, null, cancellationToken);
            string found = Path.Combine(unpacked, "debian-installer", Folders.First(item => item.Folder == folder).Architecture);
            Take(found, Path.Combine(work, folder));
            DurableFolder.Create(Path.GetDirectoryName(target)!);
            DurableFolder.Rename(Path.Combine(work, folder), target);
        }
        finally
        {
            DurableFolder.Delete(work);
        }
    }

    /// <summary>The two files under the names that they have on the disc.</summary>
    private static void Take(string found, string into)
    {
        if (!File.Exists(Path.Combine(found, "linux")) || !File.Exists(Path.Combine(found, "initrd.gz")))
        {
            throw new IOException("the archive holds no kernel and RAM disk where Debian's has them");
        }

        Directory.CreateDirectory(into);
        File.Move(Path.Combine(found, "linux"), Path.Combine(into, "vmlinuz"));
        File.Move(Path.Combine(found, "initrd.gz"), Path.Combine(into, "initrd.gz"));
        foreach (string file in Directory.EnumerateFiles(into))
        {
            // To the library a file that was just written is still being written.
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - SettledFiles.SettleTime);
        }

        DurableFolder.SyncNames(into);
    }

    /// <summary>The list lies two folders above the archive (…/images/SHA256SUMS names ./netboot/netboot.tar.gz).</summary>
    private async Task<string?> ReadSumAsync(Uri url, CancellationToken cancellationToken)
    {
        byte[] text = await downloads.ReadAsync(new Uri(url, "../SHA256SUMS"), ChecksumList.MaxLength, cancellationToken);
        ImmutableArray<string> sums = ChecksumList.Read(text).Find("netboot/netboot.tar.gz");
        return sums is [var only] ? only : throw new IOException($"the mirror's SHA256SUMS does not name {url}");
    }

    private static Uri? UrlFor(LibraryImage image, BootPlan plan, Uri mirror)
    {
        string number = (plan.Release ?? "").Split('.', ' ')[0];
        return IsRequired(plan) && Suites.TryGetValue(number, out string? suite) && FolderOf(image) is { } folder
            ? new Uri($"{mirror.ToString().TrimEnd('/')}/dists/{suite}/main/installer-{folder.Architecture}/current/images/netboot/netboot.tar.gz")
            : null;
    }

    private static (string Folder, string Architecture)? FolderOf(LibraryImage image)
    {
        foreach ((string Folder, string Architecture) folder in Folders)
        {
            if (image.Tree is { } tree && tree.TryFind($"{folder.Folder}/initrd.gz", out _))
            {
                return folder;
            }
        }

        return null;
    }
}
