using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance;

/// <summary>
/// The box's own address, where it is not a fixed one: by the network's DHCP server. Where there is none the fixed one, but for a
/// box that is never to be a server itself (<c>dhcp-mode = proxy</c>): that takes a link-local one, which nobody else can have.
/// </summary>
internal sealed partial class BoxAddress(ApplianceOptions options, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger<BoxAddress>();
    private AddressClient? _client;
    private AddressLease? _lease;

    /// <summary>What a command beside the daemon takes for the address: the one that the interface has now.</summary>
    public static ApplianceOptions Current(ApplianceOptions options)
    {
        NetworkInterface? named = options.Network.AddressByDhcp
            ? Array.Find(NetworkInterface.GetAllNetworkInterfaces(), candidate => candidate.Name == options.Network.Interface)
            : null;
        UnicastIPAddressInformation? now = named?.GetIPProperties().UnicastAddresses
            .FirstOrDefault(static unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork);
        return now is null ? options : options with { Network = options.Network with { Address = now.Address, PrefixLength = now.PrefixLength } };
    }

    /// <summary>
    /// The options with the address that the box gets now. Who gets one from a server is no server of addresses himself, but a
    /// proxy beside it, for as long as he runs.
    /// </summary>
    /// <exception cref="Status.StartException">There is no such interface, or no right to give it an address.</exception>
    public async Task<ApplianceOptions> ResolveAsync(CancellationToken cancellation)
    {
        if (!options.Network.AddressByDhcp)
        {
            return options;
        }

        _client = new AddressClient(options.Network.Interface!, options.Dhcp, TimeProvider.System, logs.CreateLogger<AddressClient>());
        _lease = await _client.ObtainAsync(cancellation);
        if (_lease is not null)
        {
            ApplianceOptions given = At(_lease.Address, _lease.PrefixLength);
            return given with { Dhcp = given.Dhcp with { Mode = options.Dhcp.Mode is DhcpMode.Off ? DhcpMode.Off : DhcpMode.Proxy } };
        }

        if (options.Dhcp.Mode is DhcpMode.Proxy && await _client.TakeLinkLocalAsync(cancellation) is { } linkLocal)
        {
            Log.LinkLocal(_log, options.Network.Interface!, linkLocal);
            return At(linkLocal, LinkLocalCandidates.PrefixLength);
        }

        var fallback = DhcpSubnet.From(options);
        Log.Fallback(_log, options.Network.Interface!, options.Network.Address);
        _client.Set(fallback.Server, fallback.Mask);
        return options;
    }

    /// <summary>
    /// Keeps the address until it is cancelled, or looks for a server that gives one; ends at once where it is a fixed one.
    /// </summary>
    /// <exception cref="Status.StartException">The address is lost, or there is a better one.</exception>
    public Task KeepAsync(CancellationToken cancellation) =>
        _client is null ? Task.CompletedTask
        : _lease is null ? _client.SearchAsync(cancellation)
        : _client.KeepAsync(_lease, cancellation);

    private ApplianceOptions At(Ipv4Address address, int prefixLength) =>
        options with { Network = options.Network with { Address = DhcpSubnet.ToIPAddress(address), PrefixLength = prefixLength } };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "no DHCP server gave {Interface} an address: taking {Address}; address = {Address} saves the wait")]
        public static partial void Fallback(ILogger log, string @interface, IPAddress address);

        [LoggerMessage(LogLevel.Warning, "no DHCP server gave {Interface} an address: taking the link-local {Address} until one does")]
        public static partial void LinkLocal(ILogger log, string @interface, Ipv4Address address);
    }
}
