using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>Slim images, as those fetch them who boot from them, from the published daemon.</summary>
[Collection(RigSuite.Name)]
public sealed class SlimJourneys(RigFixture rig) : IAsyncLifetime
{
    private const string Url = $"http://{Wire.ServerAddress}/slim/ubuntu.iso";
    private const int LayerLength = 20_000_001;

    private const string SlimProfile =
        """
        {
          "id": "slim-live",
          "name": "Slim live system",
          "base": "live-boot",
          "detect": [{ "label": ["SLIM_LIVE"] }],
          "ways": [{ "id": "slim", "title": "copy its slim image to memory", "parameters": "boot=live components {own} fetch={slim}" }]
        }
        """;

    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-slim-").FullName;

    private string Original => Path.Combine(_folder, "ubuntu");

    private string Received => Path.Combine(_folder, "received.iso");

    public async Task InitializeAsync()
    {
        foreach (string folder in new[] { "casper", ".disk", "pool" })
        {
            Directory.CreateDirectory(Path.Combine(Original, folder));
        }

        byte[] layer = new byte[LayerLength];
        new Random(26_04).NextBytes(layer);
        await File.WriteAllBytesAsync(Path.Combine(Original, "casper/minimal.squashfs"), layer);
        await File.WriteAllBytesAsync(Path.Combine(Original, "pool/package.deb"), layer);
        await File.WriteAllTextAsync(Path.Combine(Original, "casper/minimal.size"), "20000001\n");
        await File.WriteAllTextAsync(Path.Combine(Original, ".disk/casper-uuid-generic"), "f01d0b93-4f0e-4e95-93ae-e3d0e114d4f7\n");
        await MakeImageAsync("ubuntu.iso", "-as", "mkisofs", "-quiet", "-R", "-V", "Ubuntu", "-o", PathOf("ubuntu.iso"), Original);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>casper calls <c>wget URL -O name</c>, which is BusyBox's in an initial RAM disk.</summary>
    [Fact]
    public async Task Busybox_wget_fetches_an_image_that_xorriso_and_7z_find_whole()
    {
        await using Daemon daemon = await StartAsync("ubuntu.iso");
        await rig.Wire.RunOnClientAsync("busybox", "wget", "-q", Url, "-O", Received);
        string extracted = Path.Combine(_folder, "extracted");
        await HostCommand.RunAsync("xorriso", "-indev", Received, "-check_media", "what=disc", "--");
        await HostCommand.RunAsync("xorriso", "-osirrox", "on:auto_chmod_on", "-indev", Received, "-extract", "/", extracted);
        await HostCommand.RunAsync("7z", "t", Received);
        Assert.False(Directory.Exists(Path.Combine(extracted, "pool")));
        foreach (string file in new[] { "casper/minimal.squashfs", "casper/minimal.size", ".disk/casper-uuid-generic" })
        {
            byte[] original = await File.ReadAllBytesAsync(Path.Combine(Original, file));
            Assert.Equal(original, await File.ReadAllBytesAsync(Path.Combine(extracted, file)));
        }
    }

    [Fact]
    public async Task Curl_puts_it_together_from_ranges()
    {
        await using Daemon daemon = await StartAsync("ubuntu.iso");
        string whole = Path.Combine(_folder, "whole.iso");
        await rig.Wire.RunOnClientAsync("curl", "--silent", "--show-error", "--fail", "--output", whole, Url);
        byte[] expected = await File.ReadAllBytesAsync(whole);
        var received = new List<byte>();
        foreach (string range in new[] { "0-40959", "40960-7000000", "7000001-" })
        {
            await rig.Wire.RunOnClientAsync("curl", "--silent", "--show-error", "--fail", "--range", range, "--output", Received, Url);
            received.AddRange(await File.ReadAllBytesAsync(Received));
        }

        Assert.Equal(expected, received);
        string head = await rig.Wire.RunOnClientAsync("curl", "--silent", "--head", Url);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $"(?i)content-length: {expected.Length}\r"), head);
        Assert.InRange(expected.Length, LayerLength, LayerLength + 200_000);
    }

    [Fact]
    public async Task Curl_is_told_why_an_image_has_no_slim_form()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "slim-none");
        await daemon.Log.WaitForAsync($"Image {Regex.Escape(SampleLibrary.GrubRescue)}", TimeSpan.FromSeconds(15));
        string url = $"http://{Wire.ServerAddress}/slim/{Path.ChangeExtension(SampleLibrary.GrubRescue, ".iso")}";
        string answer = await rig.Wire.RunOnClientAsync("curl", "--silent", "--write-out", "%{http_code}", url);
        Assert.Matches("^This image has no slim form: it holds no live system .*\n404$", answer);
    }

    /// <summary>
    /// live-boot fetches the slim image, Linux mounts it and the system runs from its squashfs. The shipped profile fetches the
    /// squashfs alone, so this is also a profile of the user's own.
    /// </summary>
    [Fact]
    [Trait("Suite", "all")]
    public async Task A_live_system_comes_up_out_of_its_slim_image()
    {
        await SampleLibrary.BuildAsync("live");
        string live = Path.Combine(SampleLibrary.LiveMedia, "isos", SampleLibrary.Live);
        await MakeImageAsync("live.iso", "-indev", live, "-outdev", PathOf("live.iso"), "-volid", "SLIM_LIVE");
        Directory.CreateDirectory(Path.Combine(_folder, "profiles"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "profiles/slim-live.json"), SlimProfile);
        await using Daemon daemon = await StartAsync("live.iso", "menu-default = live.iso", "menu-timeout = 1");
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Bios, "slim-live");
        int seen = await pc.WaitForAsync("Linux version [0-9]", StageDeadline, 0);
        await pc.WaitForAsync("LIVE SYSTEM UP", StageDeadline, seen);
        await daemon.Log.WaitForAsync(@"/slim/live\.iso [0-9]+ bytes", TimeSpan.FromSeconds(5));
    }

    private string PathOf(string image) => Path.Combine(_folder, "isos", image);

    private async Task<Daemon> StartAsync(string image, params string[] settings)
    {
        Daemon daemon = await Daemon.StartAsync(rig.Wire, "slim", ["media = " + _folder, .. settings]);
        await daemon.Log.WaitForAsync($"Image {Regex.Escape(image)}", TimeSpan.FromSeconds(15));
        return daemon;
    }

    /// <summary>Runs xorriso; the image is as old as if nobody were writing it any more.</summary>
    private async Task MakeImageAsync(string image, params string[] arguments)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(image))!);
        await HostCommand.RunAsync("xorriso", ["-report_about", "WARNING", .. arguments]);
        File.SetLastWriteTimeUtc(PathOf(image), DateTime.UtcNow.AddMinutes(-1));
    }
}
