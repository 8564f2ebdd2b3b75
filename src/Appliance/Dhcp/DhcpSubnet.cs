using System.Net;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>One network that is served: its mask, the addresses that are handed out, and what it needs to reach us.</summary>
/// <param name="Server">Our address, here or beyond a router.</param>
/// <param name="Network">Its network address.</param>
/// <param name="PrefixLength">Bits of the network part, 1 to 30.</param>
/// <param name="First">First address of the pool.</param>
/// <param name="Last">Last address of the pool, included.</param>
/// <param name="Router">Default router told to clients, or null.</param>
public sealed record DhcpSubnet(
    Ipv4Address Server, Ipv4Address Network, int PrefixLength, Ipv4Address First, Ipv4Address Last, Ipv4Address? Router)
{
    public uint Mask => uint.MaxValue << (32 - PrefixLength);

    public Ipv4Address DirectedBroadcast => new(Network.Value | ~Mask);

    /// <summary>Our own wire.</summary>
    public static DhcpSubnet From(ApplianceOptions options)
    {
        Ipv4Address server = From(options.Network.Address);
        return new DhcpSubnet(
            server,
            new Ipv4Address(server.Value & (uint.MaxValue << (32 - options.Network.PrefixLength))),
            options.Network.PrefixLength,
            From(options.Dhcp.PoolStart),
            From(options.Dhcp.PoolEnd),
            options.Dhcp.Router is { } router ? From(router) : null);
    }

    /// <summary>A network behind a relay agent.</summary>
    public static DhcpSubnet From(DhcpRelaySubnet subnet, Ipv4Address server) => new(
        server, From(subnet.Network), subnet.PrefixLength, From(subnet.PoolStart), From(subnet.PoolEnd), From(subnet.Router));

    /// <summary>Whether the address belongs to this network.</summary>
    public bool Contains(Ipv4Address address) => ((address.Value ^ Network.Value) & Mask) == 0;

    /// <summary>Whether the address may be leased: in the pool, and no address that has another meaning.</summary>
    public bool IsInPool(Ipv4Address address) =>
        address >= First && address <= Last && Contains(address)
        && address != Server && address != Router && address != Network && address != DirectedBroadcast;

    /// <summary>An IPv4 address of the framework's type as a value.</summary>
    public static Ipv4Address From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Ipv4Address.Length];
        return address.TryWriteBytes(bytes, out int written) && written == Ipv4Address.Length
            ? Ipv4Address.Read(bytes)
            : throw new ArgumentException($"{address} is not an IPv4 address", nameof(address));
    }

    /// <summary>An address as the framework's type.</summary>
    public static IPAddress ToIPAddress(Ipv4Address address)
    {
        Span<byte> bytes = stackalloc byte[Ipv4Address.Length];
        address.Write(bytes);
        return new IPAddress(bytes);
    }
}
