using System.Globalization;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// The NBD tools that people have, unmodified, against the published daemon: every byte of an image and of a file inside it.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class NbdJourneys(RigFixture rig) : IAsyncLifetime
{
    /// <summary>The image by its id.</summary>
    private const string Image = "tools/grub-rescue";

    /// <summary>A file that every image made by grub-mkrescue has, of a length that is no multiple of a sector.</summary>
    private const string Inside = "boot/grub/i386-pc/normal.mod";

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-nbd-").FullName;
    private Daemon _daemon = null!;

    private string Received => Path.Combine(_folder, "received");

    public async Task InitializeAsync() => _daemon = await Daemon.StartAsync(rig.Wire, "nbd");

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Nbdinfo_lists_the_images()
    {
        string list = await rig.Wire.RunOnClientAsync("nbdinfo", "--list", Url(""));
        Assert.Contains($"export=\"{Image}\"", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Image)]
    [InlineData(SampleLibrary.GrubRescue)]
    public async Task Nbdinfo_sees_a_read_only_image_of_its_size(string export)
    {
        string info = await rig.Wire.RunOnClientAsync("nbdinfo", Url(export));
        string length = new FileInfo(ImagePath).Length.ToString(CultureInfo.InvariantCulture);
        string[] expected = ["newstyle-fixed", "structured", "export-size: " + length, "is_read_only: true", "can_multi_conn: true"];
        Assert.All(expected, words => Assert.Contains(words, info, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--connections=1", "--requests=1", "--request-size=32768")]
    [InlineData("--connections=4", "--requests=64", "--request-size=262144")]
    [InlineData("--connections=1", "--requests=2", "--request-size=33554432")]
    public async Task Nbdcopy_reads_an_image_byte_for_byte(params string[] options)
    {
        await rig.Wire.RunOnClientAsync("nbdcopy", [.. options, Url(Image), Received]);
        Assert.Equal(await File.ReadAllBytesAsync(ImagePath), await File.ReadAllBytesAsync(Received));
    }

    [Fact]
    public async Task Nbdcopy_reads_a_file_inside_an_image_byte_for_byte()
    {
        string expected = Path.Combine(_folder, "expected");
        await HostCommand.RunAsync("xorriso", "-osirrox", "on", "-indev", ImagePath, "-extract", "/" + Inside, expected);
        await rig.Wire.RunOnClientAsync("nbdcopy", Url($"{Image}/{Inside}"), Received);
        Assert.Equal(await File.ReadAllBytesAsync(expected), await File.ReadAllBytesAsync(Received));
    }

    [Fact]
    public async Task Qemu_img_compares_an_image_as_identical()
    {
        string output = await rig.Wire.RunOnClientAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", Url(Image), ImagePath);
        Assert.Contains("identical", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_is_told_that_an_export_is_unknown()
    {
        CommandResult result = await HostCommand.TryRunAsync(
            "ip", "netns", "exec", rig.Wire.Client, "nbdinfo", Url("no-such-image"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("No such file", result.Output, StringComparison.Ordinal);
        await _daemon.Log.WaitForAsync("refused: no-such-image: no image", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_session_is_one_line_of_the_log()
    {
        await rig.Wire.RunOnClientAsync("nbdcopy", "--connections=1", Url(Image), Received);
        string length = new FileInfo(ImagePath).Length.ToString(CultureInfo.InvariantCulture);
        await _daemon.Log.WaitForAsync(
            $"NbdServer: [0-9.:]+ {Image} [0-9]+ reads, {length} bytes in [0-9.]+ s: disconnected", TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// The client's machine is switched off: nothing says so but its silence. The server asks after 30 s, three times, ten
    /// seconds apart; what is left is a place that another can have.
    /// </summary>
    [Fact]
    [Trait("Suite", "all")]
    public async Task A_guest_that_is_killed_is_dropped_after_a_minute()
    {
        await using (LinuxGuest guest = await LinuxGuest.StartAsync(rig.Wire, "nbd-killed"))
        {
            await guest.RunAsync($"nbd-client {Wire.ServerAddress} /dev/nbd0 -N {Image} && head -c 65536 /dev/nbd0 > /dev/null");
        }

        await _daemon.Log.WaitForAsync(
            $"NbdServer: 192.168.100.70:[0-9]+ {Image} [1-9][0-9]* reads, [0-9]+ bytes in [0-9.]+ s: (Connection timed out|No route to host)",
            TimeSpan.FromSeconds(90));
    }

    private static string ImagePath => SampleLibrary.PathOf(SampleLibrary.GrubRescue);

    private static string Url(string export) => $"nbd://{Wire.ServerAddress}/{export}";
}
