using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>A file that its image holds compressed (zisofs) arrives as it was before, by every protocol of the published daemon.</summary>
[Collection(RigSuite.Name)]
public sealed class ZisofsJourneys(RigFixture rig) : IAsyncLifetime
{
    private const string Name = "boot/packed/text.txt";

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-zisofs-").FullName;
    private Daemon _daemon = null!;

    private string Original => Path.Combine(_folder, "source/text.txt");

    private string Received => Path.Combine(_folder, "received");

    public async Task InitializeAsync()
    {
        string image = Path.Combine(_folder, "isos/packed.iso");
        Directory.CreateDirectory(Path.GetDirectoryName(Original)!);
        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        await File.WriteAllLinesAsync(Original, Enumerable.Range(0, 300_000).Select(static i => $"line {i}"));
        await HostCommand.RunAsync(
            "xorriso", "-report_about", "WARNING", "-outdev", image, "-map", Path.GetDirectoryName(Original)!, "/",
            "-set_filter_r", "--zisofs", "/", "--", "-commit");
        Assert.True(new FileInfo(image).Length < new FileInfo(Original).Length);
        File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddMinutes(-1));
        _daemon = await Daemon.StartAsync(rig.Wire, "zisofs", "media = " + _folder);
        await _daemon.Log.WaitForAsync(Regex.Escape("Image packed.iso"), TimeSpan.FromSeconds(15));
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("curl", "--silent", "--fail", "--output", "RECEIVED", $"http://{Wire.ServerAddress}/{Name}")]
    [InlineData("curl", "--silent", "--fail", "--output", "RECEIVED", $"tftp://{Wire.ServerAddress}/{Name}")]
    [InlineData("nfs-cp", $"nfs://{Wire.ServerAddress}/{Name}", "RECEIVED")]
    [InlineData("nbdcopy", $"nbd://{Wire.ServerAddress}/packed/text.txt", "RECEIVED")]
    public async Task It_arrives_byte_for_byte(string program, params string[] arguments)
    {
        await rig.Wire.RunOnClientAsync(program, [.. arguments.Select(argument => argument == "RECEIVED" ? Received : argument)]);
        Assert.Equal(await File.ReadAllBytesAsync(Original), await File.ReadAllBytesAsync(Received));
    }

    [Fact]
    public async Task Ranges_are_those_of_the_file_before()
    {
        string url = $"http://{Wire.ServerAddress}/{Name}";
        await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", "--range", "1000000-1999999", "--output", Received, url);
        Assert.Equal((await File.ReadAllBytesAsync(Original))[1_000_000..2_000_000], await File.ReadAllBytesAsync(Received));
    }
}
