using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;

namespace Appliance.Dhcp.Ipv6;

/// <summary>
/// Addresses of the prefix: each client's is made of its identifier, always the same, so that nothing has to be kept, and no
/// flood can use them up. Two clients get the same one by an accident of one in 2^60.
/// </summary>
internal sealed class Ipv6Addresses(IPAddress prefix)
{
    public const int Length = 16;

    private const int PrefixLength = 8;

    private readonly byte[] _prefix = prefix.GetAddressBytes()[..PrefixLength];

    /// <summary>Writes the address of one of a client's interfaces.</summary>
    /// <param name="destination"><see cref="Length"/> bytes.</param>
    /// <param name="client">Its DUID, at most <see cref="Dhcpv6Message.MaximumIdentifier"/> bytes.</param>
    /// <param name="association">The number of the interface (IAID).</param>
    public void Write(Span<byte> destination, ReadOnlySpan<byte> client, uint association)
    {
        Span<byte> source = stackalloc byte[sizeof(uint) + Dhcpv6Message.MaximumIdentifier];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt32BigEndian(source, association);
        client.CopyTo(source[sizeof(uint)..]);
        SHA256.HashData(source[..(sizeof(uint) + client.Length)], hash);

        // Neither a hardware address in disguise (RFC 7136 §5), nor ours, ::1, nor a reserved one (RFC 5453).
        hash[0] = (byte)((hash[0] & 0xf0) | 0x0c);
        hash[1] &= 0x7f;
        _prefix.CopyTo(destination);
        hash[..(Length - PrefixLength)].CopyTo(destination[PrefixLength..]);
    }

    public bool Contains(ReadOnlySpan<byte> address) => address.StartsWith(_prefix);

    /// <summary>The hardware address that a link-local address is made of (RFC 4291 appendix A); none when it is not.</summary>
    public static MacAddress StationOf(IPAddress address)
    {
        const byte universalBit = 0x02;
        byte[] bytes = address.GetAddressBytes();
        return address.IsIPv6LinkLocal && bytes is [.., 0xff, 0xfe, _, _, _]
            ? MacAddress.Read([(byte)(bytes[8] ^ universalBit), bytes[9], bytes[10], bytes[13], bytes[14], bytes[15]])
            : MacAddress.None;
    }
}
