using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Dhcp;
using Appliance.Options;

namespace Appliance;

/// <summary>
/// The box's own address, where it is not a fixed one: by the network's DHCP server, and the fixed one where there is none.
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
        if (_lease is null)
        {
            var fallback = DhcpSubnet.From(options);
            Log.Fallback(_log, options.Network.Interface!, options.Network.Address);
            _client.Set(fallback.Server, fallback.Mask);
            return options;
        }

        return options with
        {
            Network = options.Network with { Address = DhcpSubnet.ToIPAddress(_lease.Address), PrefixLength = _lease.PrefixLength },
            Dhcp = options.Dhcp with { Mode = options.Dhcp.Mode is DhcpMode.Off ? DhcpMode.Off : DhcpMode.Proxy },
        };
    }

    /// <summary>Keeps the address until it is cancelled; ends at once where it is a fixed one.</summary>
    /// <exception cref="Status.StartException">The address is lost.</exception>
    public Task KeepAsync(CancellationToken cancellation) =>
        _client is not null && _lease is not null ? _client.KeepAsync(_lease, cancellation) : Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "no DHCP server gave {Interface} an address: taking {Address}; address = {Address} saves the wait")]
        public static partial void Fallback(ILogger log, string @interface, IPAddress address);
    }
}
