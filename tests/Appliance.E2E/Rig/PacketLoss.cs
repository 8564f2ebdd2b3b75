using System.Globalization;

namespace Appliance.E2E.Rig;

/// <summary>
/// Makes a <see cref="Wire"/> lose IPv4 packets at random between the daemon and the client, each way alike, until it is
/// disposed. By nftables where packets come in: not every kernel has netem.
/// </summary>
internal sealed class PacketLoss : IAsyncDisposable
{
    private readonly Wire _wire;

    private PacketLoss(Wire wire) => _wire = wire;

    public static async Task<PacketLoss> StartAsync(Wire wire, int percent)
    {
        var loss = new PacketLoss(wire);
        try
        {
            await AddAsync(wire.Client, Wire.ClientInterface, percent);
            await AddAsync(wire.Server, Wire.ClientPort, percent);
            return loss;
        }
        catch (InvalidOperationException)
        {
            await loss.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await NftAsync(_wire.Client, "flush ruleset");
        await NftAsync(_wire.Server, "flush ruleset");
    }

    private static async Task AddAsync(string name, string device, int percent)
    {
        await NftAsync(name, "add table netdev loss");
        await NftAsync(name, $"add chain netdev loss in {{ type filter hook ingress device {device} priority 0; }}");
        await NftAsync(name, string.Create(CultureInfo.InvariantCulture, $"add rule netdev loss in meta protocol ip numgen random mod 100 < {percent} drop"));
    }

    private static Task<string> NftAsync(string name, string command) => HostCommand.RunAsync("ip", "netns", "exec", name, "nft", command);
}
