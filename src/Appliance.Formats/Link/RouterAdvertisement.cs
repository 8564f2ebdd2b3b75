using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>
/// The answer of a station that is no router: lifetime 0. It ends the wait for one (RFC 4861 §4.2). Where DHCPv6 is served it
/// says so, and which prefix is on the wire (§4.6.2).
/// </summary>
/// <remarks>
/// <code>
///   0    1    2          4           5       6          8            12           16
///   +----+----+----------+-----------+-------+----------+------------+------------+--------------------+
///   |134 | 0  | checksum | hop limit | flags | lifetime | reachable  | retransmit | 1, 1, our MAC      |
///   +----+----+----------+-----------+-------+----------+------------+------------+--------------------+
///
///   0   1   2        3       4                8                    12         16
///   +---+---+--------+-------+----------------+--------------------+----------+---------+
///   | 3 | 4 | length | flags | valid lifetime | preferred lifetime | reserved | prefix  |
///   +---+---+--------+-------+----------------+--------------------+----------+---------+
/// </code>
/// </remarks>
public static class RouterAdvertisement
{
    /// <summary>Bytes of the frame without a prefix, Ethernet header included.</summary>
    public const int FrameLength = Ipv6Frame.Icmp + IcmpLength;

    /// <summary>Bytes of the frame with a prefix.</summary>
    public const int MaximumFrameLength = FrameLength + PrefixLength;

    private const byte Type = 134;
    private const int SourceLinkLayerAddressAt = 16;
    private const int IcmpLength = SourceLinkLayerAddressAt + 2 + MacAddress.Length;

    private const int FlagsAt = 5;
    private const byte AddressesAndOptionsByDhcp = 0xc0;
    private const byte PrefixInformation = 3;
    private const int PrefixLength = 32;
    private const int PrefixAt = 16;

    /// <summary>On the wire, but nobody makes an address of it by himself: those come by DHCPv6.</summary>
    private const byte OnLink = 0x80;

    private static ReadOnlySpan<byte> AllNodes => [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <summary>
    /// Writes the answer to a solicitation, always to the station that asked: a station without an address hears the
    /// multicast address, but in a frame of its own, which spares everyone else (RFC 6085). Returns the frame's length.
    /// </summary>
    /// <param name="frame">Room for <see cref="MaximumFrameLength"/>.</param>
    /// <param name="from">Our station.</param>
    /// <param name="linkLocal">Our link-local address, 16 bytes.</param>
    /// <param name="prefix">The prefix of 64 bits that DHCPv6 gives addresses of, 16 bytes; empty where it is not served.</param>
    public static int Write(
        Span<byte> frame, in RouterSolicitation solicitation, MacAddress from, ReadOnlySpan<byte> linkLocal, ReadOnlySpan<byte> prefix = default)
    {
        int icmpLength = IcmpLength + (prefix.IsEmpty ? 0 : PrefixLength);
        frame = frame[..(Ipv6Frame.Icmp + icmpLength)];
        frame.Clear();
        solicitation.SourceMac.Write(frame);
        from.Write(frame[Ipv6Frame.SourceMac..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.EtherType..], Ipv6Frame.EtherTypeIpv6);
        frame[Ipv6Frame.Ip] = Ipv6Frame.Version6;
        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.PayloadLength..], (ushort)icmpLength);
        frame[Ipv6Frame.NextHeader] = Ipv6Frame.NextHeaderIcmp;
        frame[Ipv6Frame.HopLimit] = Ipv6Frame.HopLimitOfNeighbours;
        linkLocal.CopyTo(frame[Ipv6Frame.Source..Ipv6Frame.Destination]);
        (solicitation.IsSourceUnspecified ? AllNodes : solicitation.Source).CopyTo(frame[Ipv6Frame.Destination..]);

        // Hop limit, lifetime and timers stay 0: unspecified, not a router (RFC 4861 §4.2).
        Span<byte> icmp = frame[Ipv6Frame.Icmp..];
        icmp[0] = Type;
        icmp[SourceLinkLayerAddressAt] = 1;
        icmp[SourceLinkLayerAddressAt + 1] = 1;
        from.Write(icmp[(SourceLinkLayerAddressAt + 2)..]);
        if (!prefix.IsEmpty)
        {
            icmp[FlagsAt] = AddressesAndOptionsByDhcp;
            WritePrefix(icmp[IcmpLength..], prefix);
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.IcmpChecksum..], Ipv6Frame.Checksum(frame, icmpLength));
        return frame.Length;
    }

    private static void WritePrefix(Span<byte> option, ReadOnlySpan<byte> prefix)
    {
        const int bits = 64;

        // For ever: the wire is the box's own, and each answer says it anew.
        const uint infinity = uint.MaxValue;
        option[0] = PrefixInformation;
        option[1] = PrefixLength / 8;
        option[2] = bits;
        option[3] = OnLink;
        BinaryPrimitives.WriteUInt32BigEndian(option[4..], infinity);
        BinaryPrimitives.WriteUInt32BigEndian(option[8..], infinity);
        prefix[..(bits / 8)].CopyTo(option[PrefixAt..]);
    }
}
