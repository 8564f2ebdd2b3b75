using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>TFTP on a wire that loses packets (T-03, T-07): every tool gets its file, whatever its own patience; how soon, `make bench` tells.</summary>
[Collection(RigSuite.Name)]
public sealed class TftpLossJourneys(RigFixture rig) : IAsyncLifetime
{
    /// <summary>A loader of a megabyte: 700 packets of the largest size, so that dozens are lost of five in a hundred.</summary>
    private const string Loader = "ipxe-amd64.efi";

    private static readonly TimeSpan ReportDeadline = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-loss-").FullName;
    private Daemon _daemon = null!;

    private string Received => Path.Combine(_folder, "received");

    public async Task InitializeAsync() => _daemon = await Daemon.StartAsync(rig.Wire, "tftp-loss");

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1, "atftp")]
    [InlineData(5, "atftp")]
    [InlineData(5, "atftp-window")]
    [InlineData(1, "curl")]
    [InlineData(5, "curl")]
    [InlineData(1, "busybox")]
    [InlineData(5, "busybox")]
    [InlineData(1, "tftp-hpa")]
    [InlineData(5, "tftp-hpa")]
    public async Task T_03_T_07_a_file_arrives_whole_although_packets_are_lost_each_way(int percent, string tool)
    {
        await using (await PacketLoss.StartAsync(rig.Wire, percent))
        {
            string[] command = Command(tool);
            await rig.Wire.RunOnClientAsync(command[0], command[1..]);
        }

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Repository.Loaders, Loader)), await File.ReadAllBytesAsync(Received));
        await _daemon.Log.WaitForAsync($"/{Loader} [0-9]+ bytes .* [1-9][0-9]* retransmissions: Complete", ReportDeadline);
        Assert.DoesNotMatch("ClientAborted|TimedOut", _daemon.Log.Text);
    }

    private string[] Command(string tool) => tool switch
    {
        "atftp" => ["atftp", "--option", "blksize 1468", "--get", "--remote-file", Loader, "--local-file", Received, Wire.ServerAddress],
        "atftp-window" =>
            ["atftp", "--option", "blksize 1468", "--option", "windowsize 8", "--get", "--remote-file", Loader, "--local-file", Received, Wire.ServerAddress],
        "curl" => ["curl", "--silent", "--show-error", "--tftp-blksize", "1468", "--output", Received, $"tftp://{Wire.ServerAddress}/{Loader}"],
        "busybox" => ["busybox", "tftp", "-g", "-b", "1468", "-r", Loader, "-l", Received, Wire.ServerAddress],
        _ => ["tftp", "-m", "binary", Wire.ServerAddress, "-c", "get", Loader, Received],
    };
}
