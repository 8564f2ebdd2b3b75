using System.Net;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>One wire that is served: our address on it, its mask, and the addresses that are handed out.</summary>
/// <param name="Server">Our address.</param>
/// <param name="PrefixLength">Bits of the network part, 1 to 30.</param>
/// <param name="First">First address of the pool.</param>
/// <param name="Last">Last address of the pool, included.</param>
public sealed record DhcpSubnet(Ipv4Address Server, int PrefixLength, Ipv4Address First, Ipv4Address Last)
{
    public uint Mask => uint.MaxValue << (32 - PrefixLength);

    public Ipv4Address Network => new(Server.Value & Mask);

    public Ipv4Address DirectedBroadcast => new(Server.Value | ~Mask);

    public static DhcpSubnet From(ApplianceOptions options) => new(
        From(options.Network.Address),
        options.Network.PrefixLength,
        From(options.Dhcp.PoolStart),
        From(options.Dhcp.PoolEnd));

    /// <summary>Whether the address belongs to this wire.</summary>
    public bool Contains(Ipv4Address address) => ((address.Value ^ Server.Value) & Mask) == 0;

    /// <summary>Whether the address may be leased: in the pool, and no address that has another meaning.</summary>
    public bool IsInPool(Ipv4Address address) =>
        address >= First && address <= Last && Contains(address)
        && address != Server && address != Network && address != DirectedBroadcast;

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
