using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>The network interface itself: one that goes and comes back.</summary>
[Collection(RigSuite.Name)]
public sealed class LinkJourneys(RigFixture rig)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_adapter_that_is_pulled_and_plugged_in_again_is_served_as_before()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "replug", "log-level = debug");
        string before = await ObtainAsync(first: 1);

        await rig.Wire.ReplugBridgeAsync();
        int seen = await daemon.Log.WaitForAsync("DhcpServer: br0 is back: serving again", Deadline);
        await daemon.Log.WaitForAsync("RouterAdvertiser: br0 is back: serving again", Deadline);

        Assert.Contains(" " + Wire.ServerAddress, before, StringComparison.Ordinal);
        Assert.Equal(before, await ObtainAsync(first: 1));
        Assert.DoesNotContain(before.Split(' ')[1], await ObtainAsync(first: 2), StringComparison.Ordinal);
        await rig.Wire.ReplugClientAsync();
        await daemon.Log.WaitForAsync("ra br0: answered", Deadline, seen);
        Assert.Equal(0, await daemon.StopAsync());
    }

    private Task<string> ObtainAsync(int first) => rig.Wire.RunOnClientAsync(
        "dotnet", [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(first, 1)]);
}
