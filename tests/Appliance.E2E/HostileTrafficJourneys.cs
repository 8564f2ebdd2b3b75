using System.Diagnostics;
using System.Globalization;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>A wire full of garbage: the daemon neither ends nor grows nor floods its log, and serves as before.</summary>
[Collection(RigSuite.Name)]
public sealed class HostileTrafficJourneys(RigFixture rig)
{
    private const int Packets = 100_000;
    private const int ManyPackets = 1_000_000;
    private const int Fragments = 200_000;

    private static readonly TimeSpan ServiceDeadline = TimeSpan.FromSeconds(20);

    /// <summary>What a busy machine may add to a measured time; a server that was hurt needs a time-out for each file.</summary>
    private static readonly TimeSpan SpeedTolerance = TimeSpan.FromSeconds(2);

    /// <summary>KiB by which the daemon may grow.</summary>
    private const int MaxGrowthKibibytes = 10 * 1024;

    /// <summary>Characters of log for all packets together: a line for each would be twice that and more.</summary>
    private const int MaxLogCharacters = 4 * 1024 * 1024;

    [Theory]
    [InlineData("dhcp", 20250701)]
    [InlineData("tftp", 20250702)]
    public Task V_01_a_flood_of_broken_packets_changes_nothing(string protocol, int seed) => FloodAndServeAsync(protocol, seed, Packets);

    /// <summary>Each in a minute or two. The log may be no longer for ten times the packets.</summary>
    [Theory]
    [Trait("Suite", "all")]
    [InlineData("dhcp", 20250703)]
    [InlineData("tftp", 20250704)]
    public Task V_01_a_million_broken_packets_change_nothing_and_leave_the_speed_as_it_was(string protocol, int seed) =>
        FloodAndServeAsync(protocol, seed, ManyPackets);

    private async Task FloodAndServeAsync(string protocol, int seed, int packets)
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "flood-" + protocol);
        await AssertServesAsync();
        TimeSpan usual = await MeasureAsync();
        // A first tenth fills caches and pools, so that growth after it is a leak.
        await FloodAsync(daemon, protocol, seed, packets / 10);
        int before = daemon.ResidentKibibytes;
        await FloodAsync(daemon, protocol, seed + 1, packets);
        int growth = daemon.ResidentKibibytes - before;

        await AssertServesAsync();
        Assert.InRange(await MeasureAsync(), TimeSpan.Zero, (2 * usual) + SpeedTolerance);
        Assert.InRange(growth, int.MinValue, MaxGrowthKibibytes);
        Assert.InRange(daemon.Log.Text.Length, 0, MaxLogCharacters);
        Assert.DoesNotContain("Unhandled exception", daemon.Log.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Fact]
    public async Task V_20_overlapping_and_endless_fragments_change_nothing()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "flood-fragments");
        await AssertServesAsync();
        await FragmentsAsync(seed: 20, Fragments / 10);
        int before = daemon.ResidentKibibytes;
        await FragmentsAsync(seed: 21, Fragments);

        await AssertServesAsync();
        Assert.InRange(daemon.ResidentKibibytes - before, int.MinValue, MaxGrowthKibibytes);
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Fact]
    public async Task V_05_a_flood_of_made_up_clients_leaves_a_known_one_its_address_and_the_disk_alone()
    {
        const string name = "starvation";
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, name);
        string[] known = [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(first: 1, count: 1)];
        string before = await rig.Wire.RunOnClientAsync("dotnet", known);

        // Offers to 65,000 machines, 1,000 a second; it takes no offer (-i), so that all addresses are on offer for ever.
        using Process flood = rig.Wire.StartOnClient(
            "perfdhcp", "-4", "-i", "-l", Wire.ClientInterface, "-R", "65000", "-r", "1000", "-p", "30");
        await daemon.Log.WaitForAsync("pool 192.168.100.100 to 192.168.100.199 is exhausted", ServiceDeadline);
        string during = await rig.Wire.RunOnClientAsync("dotnet", known);
        flood.Kill();
        await flood.WaitForExitAsync();

        Assert.Contains(Wire.ServerAddress, before, StringComparison.Ordinal);
        Assert.Equal(before, during);
        long written = Directory.GetFiles(Daemon.StateFolder(name)).Sum(static file => new FileInfo(file).Length);
        Assert.InRange(written, 1, 256 * 1024);
    }

    private Task FragmentsAsync(int seed, int count) => rig.Wire.RunOnClientAsync(
        "dotnet", typeof(FragmentFlood).Assembly.Location, "flood", "fragments",
        seed.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture));

    private async Task FloodAsync(Daemon daemon, string protocol, int seed, int count)
    {
        string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        await rig.Wire.RunOnClientAsync(
            "dotnet", typeof(PacketFlood).Assembly.Location, "flood", protocol, Number(seed), Number(count), Number(daemon.ProcessId));
    }

    /// <summary>The time for a loader a few times over, block by block.</summary>
    private async Task<TimeSpan> MeasureAsync()
    {
        const int times = 5;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            await FetchLoaderAsync();
        }

        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>The client that has a lease gets it again, and a loader arrives whole.</summary>
    private async Task AssertServesAsync()
    {
        string lease = await rig.Wire.RunOnClientAsync(
            "busybox", "udhcpc", "-i", Wire.ClientInterface, "-f", "-q", "-n", "-s", Repository.Script("tests/rig/print-lease.sh"));
        Assert.Contains("bound ip=192.168.100.", lease, StringComparison.Ordinal);

        string received = await FetchLoaderAsync();
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Repository.Loaders, "snponly.efi")), await File.ReadAllBytesAsync(received));
    }

    private async Task<string> FetchLoaderAsync()
    {
        string received = Path.Combine(Repository.Logs, "flood-received");
        await rig.Wire.RunOnClientAsync(
            "curl", "--silent", "--show-error", "--interface", Wire.ClientAddress, "--output", received,
            $"tftp://{Wire.ServerAddress}/snponly.efi");
        return received;
    }
}
