using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>
/// The answer of a station that is no router: lifetime 0, no prefix. It ends the wait for one (RFC 4861 §4.2).
/// </summary>
/// <remarks>
/// <code>
///   0    1    2          4           5       6          8            12           16
///   +----+----+----------+-----------+-------+----------+------------+------------+--------------------+
///   |134 | 0  | checksum | hop limit | flags | lifetime | reachable  | retransmit | 1, 1, our MAC      |
///   +----+----+----------+-----------+-------+----------+------------+------------+--------------------+
/// </code>
/// </remarks>
public static class RouterAdvertisement
{
    /// <summary>Bytes of the frame, Ethernet header included.</summary>
    public const int FrameLength = Ipv6Frame.Icmp + IcmpLength;

    private const byte Type = 134;
    private const int SourceLinkLayerAddressAt = 16;
    private const int IcmpLength = SourceLinkLayerAddressAt + 2 + MacAddress.Length;

    private static ReadOnlySpan<byte> AllNodes => [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <summary>
    /// Writes the answer to a solicitation, always to the station that asked: a station without an address hears the
    /// multicast address, but in a frame of its own, which spares everyone else (RFC 6085). Returns
    /// <see cref="FrameLength"/>.
    /// </summary>
    /// <param name="from">Our station.</param>
    /// <param name="linkLocal">Our link-local address, 16 bytes.</param>
    public static int Write(Span<byte> frame, in RouterSolicitation solicitation, MacAddress from, ReadOnlySpan<byte> linkLocal)
    {
        frame = frame[..FrameLength];
        frame.Clear();
        solicitation.SourceMac.Write(frame);
        from.Write(frame[Ipv6Frame.SourceMac..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.EtherType..], Ipv6Frame.EtherTypeIpv6);
        frame[Ipv6Frame.Ip] = Ipv6Frame.Version6;
        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.PayloadLength..], IcmpLength);
        frame[Ipv6Frame.NextHeader] = Ipv6Frame.NextHeaderIcmp;
        frame[Ipv6Frame.HopLimit] = Ipv6Frame.HopLimitOfNeighbours;
        linkLocal.CopyTo(frame[Ipv6Frame.Source..Ipv6Frame.Destination]);
        (solicitation.IsSourceUnspecified ? AllNodes : solicitation.Source).CopyTo(frame[Ipv6Frame.Destination..]);

        // Hop limit, flags, lifetime and timers stay 0: unspecified, not managed, not a router (RFC 4861 §4.2).
        Span<byte> icmp = frame[Ipv6Frame.Icmp..];
        icmp[0] = Type;
        icmp[SourceLinkLayerAddressAt] = 1;
        icmp[SourceLinkLayerAddressAt + 1] = 1;
        from.Write(icmp[(SourceLinkLayerAddressAt + 2)..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Ipv6Frame.IcmpChecksum..], Ipv6Frame.Checksum(frame, IcmpLength));
        return FrameLength;
    }
}
