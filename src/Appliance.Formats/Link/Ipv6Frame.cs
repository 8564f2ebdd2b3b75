using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>What router solicitations and advertisements have in common: Ethernet, IPv6 without extensions, ICMPv6.</summary>
/// <remarks>
/// <code>
///   0        6        12     14            18      20   21    22        38        54
///   +--------+--------+------+-------------+-------+----+-----+---------+---------+--------------------------+
///   | to MAC | from   | 86dd | ver,tc,flow | length| 58 | 255 | source  | dest.   | type, code, checksum, .. |
///   +--------+--------+------+-------------+-------+----+-----+---------+---------+--------------------------+
///                            RFC 8200 §3                                            RFC 4443 §2.1
/// </code>
/// </remarks>
internal static class Ipv6Frame
{
    public const int SourceMac = MacAddress.Length;
    public const int EtherType = SourceMac + MacAddress.Length;
    public const int Ip = EtherType + 2;
    public const int PayloadLength = Ip + 4;
    public const int NextHeader = PayloadLength + 2;
    public const int HopLimit = NextHeader + 1;
    public const int Source = HopLimit + 1;
    public const int Destination = Source + AddressLength;
    public const int Icmp = Destination + AddressLength;
    public const int IcmpChecksum = Icmp + 2;

    public const int AddressLength = 16;
    public const ushort EtherTypeIpv6 = 0x86dd;
    public const byte Version6 = 0x60;
    public const byte NextHeaderIcmp = 58;

    /// <summary>Proof that no router forwarded it: it comes from this wire (RFC 4861 §6.1.1).</summary>
    public const byte HopLimitOfNeighbours = 255;

    /// <summary>
    /// Checksum over the pseudo header and the ICMPv6 message (RFC 8200 §8.1, RFC 4443 §2.3); 0 for a message that holds
    /// its own right one.
    /// </summary>
    public static ushort Checksum(ReadOnlySpan<byte> frame, int icmpLength)
    {
        var checksum = new InternetChecksum();
        checksum.Add(frame[Source..Icmp]);
        checksum.Add((uint)icmpLength);
        checksum.Add(NextHeaderIcmp);
        checksum.Add(frame.Slice(Icmp, icmpLength));
        return checksum.Result;
    }

    /// <summary>Length of the IPv6 payload as its header tells it, in bytes.</summary>
    public static int ReadPayloadLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[PayloadLength..]);
}
