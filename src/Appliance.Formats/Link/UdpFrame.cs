using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>Where a UDP datagram comes from or goes to, down to the station.</summary>
public readonly record struct UdpEnd(MacAddress Mac, Ipv4Address Address, ushort Port);

/// <summary>
/// Writes an Ethernet frame that holds one UDP datagram over IPv4, for receivers that have no address yet and therefore
/// answer no ARP.
/// </summary>
/// <remarks>
/// <code>
///   0        6        12     14          34        42
///   +--------+--------+------+-----------+---------+----------+
///   | to MAC | from   | 0800 | IPv4 (20) | UDP (8) | payload  |   RFC 894, RFC 791 §3.1, RFC 768
///   +--------+--------+------+-----------+---------+----------+
/// </code>
/// </remarks>
public static class UdpFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = Ip + IpLength + UdpLength;

    private const int SourceMac = MacAddress.Length;
    private const int EtherType = SourceMac + MacAddress.Length;
    private const int Ip = EtherType + 2;
    private const int IpLength = 20;
    private const int UdpLength = 8;

    private const ushort EtherTypeIpv4 = 0x0800;
    private const byte Version4HeaderOf5Words = 0x45;
    private const byte Udp = 17;

    // RFC 1700's recommended default.
    private const byte TimeToLive = 64;

    /// <summary>
    /// Writes the headers around a payload that already lies in <paramref name="frame"/> from <see cref="HeaderLength"/> on.
    /// </summary>
    /// <param name="frame">Exactly the headers and the payload; at most 65,535 + 14 bytes.</param>
    public static void WriteHeaders(Span<byte> frame, UdpEnd from, UdpEnd to)
    {
        to.Mac.Write(frame);
        from.Mac.Write(frame[SourceMac..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[EtherType..], EtherTypeIpv4);

        Span<byte> ip = frame[Ip..];
        WriteIp(ip, from.Address, to.Address);
        WriteUdp(ip[IpLength..], from, to);
    }

    private static void WriteIp(Span<byte> ip, Ipv4Address from, Ipv4Address to)
    {
        ip[..IpLength].Clear();
        ip[0] = Version4HeaderOf5Words;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = TimeToLive;
        ip[9] = Udp;
        from.Write(ip[12..]);
        to.Write(ip[16..]);

        var checksum = new InternetChecksum();
        checksum.Add(ip[..IpLength]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], checksum.Result);
    }

    private static void WriteUdp(Span<byte> udp, UdpEnd from, UdpEnd to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(udp, from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        udp[6..UdpLength].Clear();

        var checksum = new InternetChecksum();
        checksum.Add(from.Address.Value);
        checksum.Add(to.Address.Value);
        checksum.Add(Udp);
        checksum.Add((uint)udp.Length);
        checksum.Add(udp);

        // "If the computed checksum is zero, it is transmitted as all ones" (RFC 768): zero means none was made.
        ushort result = checksum.Result;
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], result == 0 ? ushort.MaxValue : result);
    }
}
