using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>Where a UDP datagram comes from or goes to, down to the station.</summary>
public readonly record struct UdpEnd(MacAddress Mac, Ipv4Address Address, ushort Port);

/// <summary>
/// An Ethernet frame that holds one UDP datagram over IPv4: written for receivers that have no address yet and therefore
/// answer no ARP, read for what is said to them.
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

    public const ushort EtherType = 0x0800;

    private const int SourceMac = MacAddress.Length;
    private const int EtherTypeAt = SourceMac + MacAddress.Length;
    private const int Ip = EtherTypeAt + 2;
    private const int IpLength = 20;
    private const int UdpLength = 8;

    private const byte Version4HeaderOf5Words = 0x45;
    private const byte Udp = 17;

    // Fragment offset and "more fragments" (RFC 791 §3.1).
    private const ushort FragmentMask = 0x3fff;

    // RFC 1700's recommended default.
    private const byte TimeToLive = 64;

    /// <summary>Bytes that tell datagrams between two ports, for a filter in the kernel: offset in the frame, and value.</summary>
    public static (int Offset, byte Value)[] Signature(ushort fromPort, ushort toPort) =>
    [
        (Ip, Version4HeaderOf5Words),
        (Ip + 9, Udp),
        (Ip + IpLength, (byte)(fromPort >> 8)),
        (Ip + IpLength + 1, (byte)fromPort),
        (Ip + IpLength + 2, (byte)(toPort >> 8)),
        (Ip + IpLength + 3, (byte)toPort),
    ];

    /// <summary>
    /// Reads a frame; false when it is no whole UDP datagram over IPv4 without options. Checksums are not looked at: between
    /// virtual machines nobody has filled them in.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, out UdpEnd from, out ReadOnlySpan<byte> payload)
    {
        from = default;
        payload = default;
        if (frame.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(frame[EtherTypeAt..]) != EtherType)
        {
            return false;
        }

        ReadOnlySpan<byte> ip = frame[Ip..];
        ReadOnlySpan<byte> udp = ip[IpLength..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (ip[0] != Version4HeaderOf5Words || ip[9] != Udp || length < UdpLength || length > udp.Length
            || (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentMask) != 0)
        {
            return false;
        }

        from = new UdpEnd(MacAddress.Read(frame[SourceMac..]), Ipv4Address.Read(ip[12..]), BinaryPrimitives.ReadUInt16BigEndian(udp));
        payload = udp[UdpLength..length];
        return true;
    }

    /// <summary>
    /// Writes the headers around a payload that already lies in <paramref name="frame"/> from <see cref="HeaderLength"/> on.
    /// </summary>
    /// <param name="frame">Exactly the headers and the payload; at most 65,535 + 14 bytes.</param>
    public static void WriteHeaders(Span<byte> frame, UdpEnd from, UdpEnd to)
    {
        to.Mac.Write(frame);
        from.Mac.Write(frame[SourceMac..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[EtherTypeAt..], EtherType);

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
