using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>One network that is served: its addresses, who has them, and what its clients are told.</summary>
internal sealed record DhcpScope(DhcpSubnet Subnet, LeaseTable Leases, DhcpReplyOptions Options)
{
    public PoolAlarm Alarm { get; } = new();
}

/// <summary>All networks that are served: our own wire, and those behind relay agents.</summary>
public sealed class DhcpScopes
{
    private readonly DhcpScope[] _relayed;

    public DhcpScopes(ApplianceOptions options)
    {
        Home = Create(options.Dhcp, DhcpSubnet.From(options));
        _relayed = [.. options.Dhcp.RelaySubnets.Select(subnet => Create(options.Dhcp, DhcpSubnet.From(subnet, Home.Subnet.Server)))];
    }

    /// <summary>Our own wire.</summary>
    internal DhcpScope Home { get; }

    internal IEnumerable<DhcpScope> All => _relayed.Prepend(Home);

    /// <summary>
    /// The network that a client is in: "the server uses giaddr to determine the subnet" (RFC 2131 §4.3.1); a client that
    /// renews from behind a relay asks us directly, from its address. Null for a relay agent that we know nothing of.
    /// </summary>
    internal DhcpScope? Find(in DhcpMessage message) =>
        !message.Giaddr.IsAny ? Find(message.Giaddr)
        : !message.Ciaddr.IsAny ? Find(message.Ciaddr) ?? Home
        : Home;

    /// <summary>The network that an address belongs to, or null.</summary>
    internal DhcpScope? Find(Ipv4Address address) => All.FirstOrDefault(scope => scope.Subnet.Contains(address));

    private static DhcpScope Create(DhcpOptions options, DhcpSubnet subnet)
    {
        var reservations = new ReservationTable(
            options.Reservations.Where(reservation => subnet.Contains(DhcpSubnet.From(reservation.Address))));
        return new DhcpScope(subnet, new LeaseTable(subnet, reservations), new DhcpReplyOptions(options, subnet));
    }
}
