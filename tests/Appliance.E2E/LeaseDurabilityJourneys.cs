using System.Diagnostics;
using System.Globalization;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>What a client was promised survives the daemon's sudden end: conformance V-18, durability of leases.</summary>
[Collection(RigSuite.Name)]
public sealed class LeaseDurabilityJourneys(RigFixture rig)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task No_acknowledged_lease_is_lost_when_the_daemon_is_killed(int afterLeases)
    {
        const string name = "killed";
        List<string> promised = [];
        await using (Daemon daemon = await Daemon.StartAsync(rig.Wire, name))
        {
            using Process clients = rig.Wire.StartOnClient("dotnet", typeof(DhcpClients).Assembly.Location, "leases", "obtain", "1", "80");
            while (await clients.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.Split(' ') is [_, var address, Wire.ServerAddress])
                {
                    promised.Add(address);
                }

                if (promised.Count == afterLeases)
                {
                    // In the middle of the next client's exchange.
                    await daemon.KillAsync();
                    clients.Kill();
                }
            }

            await clients.WaitForExitAsync();
        }

        Assert.InRange(promised.Count, afterLeases, 80);
        await using Daemon restarted = await Daemon.RestartAsync(rig.Wire, name);
        string output = await rig.Wire.RunOnClientAsync(
            "dotnet", [typeof(DhcpClients).Assembly.Location, "leases", "claim", "1000", .. promised]);
        Assert.Equal(promised.Select(static address => address + " nak"), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Half a minute of them; POWER_CUTS sets another number, for a night.</summary>
    public static TheoryData<int> Cuts =>
        [Environment.GetEnvironmentVariable("POWER_CUTS") is { } cuts ? int.Parse(cuts, CultureInfo.InvariantCulture) : 50];

    /// <summary>
    /// A hundred machines at once, and the daemon killed in the middle: after each number of acknowledgements that chance gives,
    /// while others wait for the disk. All that was ever acknowledged is looked for at the end.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task V_18_no_acknowledged_lease_is_lost_however_often_the_daemon_is_killed_under_load(int cuts)
    {
        const string name = "power-cuts";
        const int machines = 100;
        string[] settings = ["address = 192.168.100.1/16", "dhcp-pool = 192.168.101.0-192.168.250.255", "dhcp-boot-lease-time = 1d"];
        var random = new Random(18);
        HashSet<string> promised = [];
        for (int cut = 0; cut < cuts; cut++)
        {
            await using Daemon daemon = cut == 0
                ? await Daemon.StartAsync(rig.Wire, name, settings)
                : await Daemon.RestartAsync(rig.Wire, name, settings);
            using Process clients = rig.Wire.StartOnClient(
                "dotnet", typeof(DhcpClients).Assembly.Location, "leases", "boot", Number(1 + (cut * machines)), Number(machines));
            int before = promised.Count;
            int last = before + random.Next(1, machines);
            while (promised.Count < last && await clients.StandardOutput.ReadLineAsync() is { } line)
            {
                Assert.True(promised.Add(line.Split(' ')[0]), $"{line}: given twice, in cut {cut}");
            }

            await daemon.KillAsync();
            clients.Kill();
            Assert.True(promised.Count > before, $"nobody got an address in cut {cut}");
            Assert.DoesNotContain("in memory only", daemon.Log.Text, StringComparison.Ordinal);
        }

        await using Daemon restarted = await Daemon.RestartAsync(rig.Wire, name, settings);
        string output = await rig.Wire.RunOnClientAsync(
            "dotnet", [typeof(DhcpClients).Assembly.Location, "leases", "claim", "1000000", .. promised]);
        Assert.Equal(promised.Select(static address => address + " nak"), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task On_a_full_disk_clients_are_served_and_the_log_says_so()
    {
        await using Daemon daemon = await Daemon.StartOnFullDiskAsync(rig.Wire, "full-disk");
        string output = await rig.Wire.RunOnClientAsync("dotnet", typeof(DhcpClients).Assembly.Location, "leases", "obtain", "1", "80");

        string[] clients = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(80, clients.Count(static line => line.EndsWith(Wire.ServerAddress, StringComparison.Ordinal)));
        await daemon.Log.WaitForAsync("leases are kept in memory only", Deadline);
    }

    [Fact]
    public async Task Perfdhcp_completes_300_durable_exchanges_a_second()
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, "durable", "address = 192.168.100.1/20", "dhcp-pool = 192.168.101.0-192.168.109.255");
        string output = await rig.Wire.RunOnClientAsync(
            "perfdhcp", "-4", "-l", Wire.ClientInterface, "-R", "1200", "-r", "300", "-n", "1200", "-W", "2000000");

        Assert.Contains("drops: 0", output, StringComparison.Ordinal);
        Assert.DoesNotMatch("drops: [1-9]", output);
        Assert.DoesNotContain("in memory only", daemon.Log.Text, StringComparison.Ordinal);
        long written = Directory.GetFiles(Daemon.StateFolder("durable")).Sum(static file => new FileInfo(file).Length);
        Assert.InRange(written, 1200 * 30, long.MaxValue);
        await File.WriteAllTextAsync(Path.Combine(Repository.Logs, "durable.perfdhcp"), output);
    }
}
