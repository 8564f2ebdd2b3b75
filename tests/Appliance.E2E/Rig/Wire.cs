using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Appliance.E2E.Rig;

/// <summary>
/// A private network: one namespace with the bridge that the daemon serves and a tap for a PC, and one with a client on
/// the same bridge. Nothing of it touches the host's network, and it is gone with the test process.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    public const string Bridge = "br0";
    public const string Tap = "tap0";
    public const string ClientInterface = "eth0";

    /// <summary>The bridge's port to the client.</summary>
    public const string ClientPort = "port0";
    public const string ServerAddress = "192.168.100.1";

    /// <summary>Address of the client for tools that need one; below the pool.</summary>
    public const string ClientAddress = "192.168.100.50";

    /// <summary>Another address of the client, for what must not be taken for a guest.</summary>
    public const string HostileAddress = "192.168.100.60";

    /// <summary>Address of the other DHCP server.</summary>
    public const string OfficeAddress = "192.168.100.2";

    private const string Prefix = "plugboot-";

    private Wire(string name)
    {
        Server = name + "s";
        Client = name + "c";
        Office = name + "o";
    }

    /// <summary>Name of the namespace with the bridge.</summary>
    public string Server { get; }

    /// <summary>Name of the namespace with the client.</summary>
    public string Client { get; }

    /// <summary>Name of the namespace where somebody else's servers run.</summary>
    public string Office { get; }

    /// <exception cref="InvalidOperationException">Not allowed: namespaces need root.</exception>
    public static async Task<Wire> CreateAsync()
    {
        await RemoveLeftoversAsync();
        var wire = new Wire(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-"));
        await Ip("netns", "add", wire.Server);
        await Ip("netns", "add", wire.Client);
        await Ip("netns", "add", wire.Office);
        await Ip("-n", wire.Server, "link", "set", "lo", "up");
        await Ip("-n", wire.Server, "tuntap", "add", Tap, "mode", "tap");
        await Ip("-n", wire.Server, "link", "add", ClientPort, "type", "veth", "peer", "name", ClientInterface, "netns", wire.Client);
        await Ip("-n", wire.Server, "link", "add", "port1", "type", "veth", "peer", "name", ClientInterface, "netns", wire.Office);
        await wire.LayBridgeAsync();
        await Ip("-n", wire.Client, "link", "set", "lo", "up");
        await Ip("-n", wire.Client, "address", "add", ClientAddress + "/24", "dev", ClientInterface);
        await Ip("-n", wire.Client, "address", "add", HostileAddress + "/24", "dev", ClientInterface);
        await Ip("-n", wire.Client, "link", "set", ClientInterface, "up");
        await Ip("-n", wire.Office, "link", "set", "lo", "up");
        await Ip("-n", wire.Office, "address", "add", OfficeAddress + "/24", "dev", ClientInterface);
        await Ip("-n", wire.Office, "link", "set", ClientInterface, "up");
        return wire;
    }

    /// <summary>
    /// Takes the bridge away and lays another of the same name: to the daemon that is a USB adapter that is pulled and plugged
    /// in again.
    /// </summary>
    public async Task ReplugBridgeAsync()
    {
        await Ip("-n", Server, "link", "delete", Bridge);
        await LayBridgeAsync();
    }

    /// <summary>Unplugs the client and plugs it in again: its kernel then looks for a router.</summary>
    public async Task ReplugClientAsync()
    {
        await Ip("-n", Client, "link", "set", ClientInterface, "down");
        await Ip("-n", Client, "link", "set", ClientInterface, "up");
    }

    /// <summary>Hardware address of the client, as its frames bear it.</summary>
    public async Task<string> ReadClientMacAsync()
    {
        using JsonDocument links = JsonDocument.Parse(await Ip("-n", Client, "-json", "link", "show", "dev", ClientInterface));
        return links.RootElement[0].GetProperty("address").GetString()!;
    }

    /// <summary>Runs a client's tool on the wire and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public Task<string> RunOnClientAsync(string program, params string[] arguments) =>
        HostCommand.RunAsync("ip", ["netns", "exec", Client, program, .. arguments]);

    /// <summary>Starts a client's program on the wire; likewise the process itself.</summary>
    public Process StartOnClient(string program, params string[] arguments) =>
        HostCommand.Start("ip", ["netns", "exec", Client, program, .. arguments]);

    /// <summary>Starts a program on the machine of somebody else.</summary>
    public Process StartInOffice(string program, params string[] arguments) =>
        HostCommand.Start("ip", ["netns", "exec", Office, program, .. arguments]);

    /// <summary>Leaves the wire to a machine that has the address itself.</summary>
    public Task RemoveServerAddressAsync() => Ip("-n", Server, "address", "delete", ServerAddress + "/24", "dev", Bridge);

    /// <summary>Gives the client a further address, with its prefix length.</summary>
    public Task GiveClientAsync(string address) => Ip("-n", Client, "address", "replace", address, "dev", ClientInterface);

    public Task TakeFromClientAsync(string address) => Ip("-n", Client, "address", "delete", address, "dev", ClientInterface);

    /// <summary>A further socket of the bridge.</summary>
    public async Task AddTapAsync(string name)
    {
        await Ip("-n", Server, "tuntap", "add", name, "mode", "tap");
        await Ip("-n", Server, "link", "set", name, "master", Bridge, "up");
    }

    /// <summary>Bytes that have gone to the PC on the tap since the wire was laid, with all headers.</summary>
    public async Task<long> CountBytesToPcAsync()
    {
        using JsonDocument links = JsonDocument.Parse(await Ip("-n", Server, "-json", "-statistics", "link", "show", "dev", Tap));
        return links.RootElement[0].GetProperty("stats64").GetProperty("tx").GetProperty("bytes").GetInt64();
    }

    /// <summary>Starts a program beside the bridge. It is the process itself that is returned: ip replaces itself by it.</summary>
    public Process StartBesideBridge(string program, params string[] arguments) =>
        HostCommand.Start("ip", ["netns", "exec", Server, program, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await Ip("netns", "delete", Server);
        await Ip("netns", "delete", Client);
        await Ip("netns", "delete", Office);
    }

    private async Task LayBridgeAsync()
    {
        await Ip("-n", Server, "link", "add", Bridge, "type", "bridge");
        await Ip("-n", Server, "address", "add", ServerAddress + "/24", "dev", Bridge);
        foreach (string port in (string[])[ClientPort, "port1", Tap])
        {
            await Ip("-n", Server, "link", "set", port, "master", Bridge, "up");
        }

        await Ip("-n", Server, "link", "set", Bridge, "up");
    }

    private static Task<string> Ip(params string[] arguments) => HostCommand.RunAsync("ip", arguments);

    /// <summary>Removes what test processes left that were killed: their number is in the name.</summary>
    private static async Task RemoveLeftoversAsync()
    {
        foreach (string line in (await Ip("netns", "list")).Split('\n'))
        {
            string name = line.Split(' ')[0];
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(name[Prefix.Length..].Split('-')[0], out int owner)
                && !Directory.Exists($"/proc/{owner}"))
            {
                await Ip("netns", "delete", name);
            }
        }
    }
}
