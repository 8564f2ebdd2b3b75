using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Options;

/// <summary>The wire that Plugboot serves, and its own address on it.</summary>
public sealed record NetworkOptions
{
    /// <summary>Interface to serve; null takes the one that carries <see cref="Address"/>.</summary>
    public string? Interface { get; init; }

    /// <summary>Our address. 192.168.100.1 because the founding menus and every printed sticker name it.</summary>
    public IPAddress Address { get; init; } = new([192, 168, 100, 1]);

    /// <summary>
    /// Whether the address comes from the network's DHCP server, and <see cref="Address"/> is what the box takes where there is
    /// none. Off: a cable to one PC has none, and that is the common case.
    /// </summary>
    public bool AddressByDhcp { get; init; }

    /// <summary>Bits of the network part of <see cref="Address"/>, 8 to 30.</summary>
    public int PrefixLength { get; init; } = 24;

    /// <summary>
    /// Whether solicitations get a router advertisement of lifetime 0. On by default: iPXE otherwise waits 13 to 15 s for
    /// an IPv6 router after IPv4 is ready, and lifetime 0 makes nobody use us as one (RFC 4861 §6.2.3).
    /// </summary>
    public bool RouterAdvertisement { get; init; } = true;

    /// <summary>
    /// The prefix of 64 bits, unique to this wire (RFC 4193), of which clients get addresses by DHCPv6; null serves no IPv6. Off:
    /// all firmware of today boots over IPv4, and a wire that nobody gave IPv6 to should not find it there.
    /// </summary>
    public IPAddress? Ipv6Prefix { get; init; }

    /// <summary>Our own address of <see cref="Ipv6Prefix"/>, its first; null where IPv6 is not served.</summary>
    public IPAddress? Ipv6Address
    {
        get
        {
            byte[]? bytes = Ipv6Prefix?.GetAddressBytes();
            if (bytes is null)
            {
                return null;
            }

            bytes[^1] = 1;
            return new IPAddress(bytes);
        }
    }

    /// <summary>All addresses that clients reach us at.</summary>
    public IEnumerable<IPAddress> Addresses => Ipv6Address is { } second ? [Address, second] : [Address];

    /// <summary>The address of everyone in our network.</summary>
    public IPAddress Broadcast
    {
        get
        {
            byte[] bytes = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, Bits(Address) | ~Mask);
            return new IPAddress(bytes);
        }
    }

    private uint Mask => uint.MaxValue << (32 - PrefixLength);

    /// <summary>Whether an address is in the network of <see cref="Address"/>, or in <see cref="Ipv6Prefix"/>.</summary>
    public bool Contains(IPAddress other) => other.AddressFamily == AddressFamily.InterNetworkV6
        ? Ipv6Prefix is not null && other.GetAddressBytes().AsSpan(0, sizeof(ulong)).SequenceEqual(Ipv6Prefix.GetAddressBytes().AsSpan(0, sizeof(ulong)))
        : other.AddressFamily == Address.AddressFamily && ((Bits(other) ^ Bits(Address)) & Mask) == 0;

    private static uint Bits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length) && length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
    }
}
