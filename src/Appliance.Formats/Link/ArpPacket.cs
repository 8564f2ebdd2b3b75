using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>
/// An ARP packet for IPv4 over Ethernet, with its Ethernet header.
/// </summary>
/// <remarks>
/// <code>
///   0        6        12     14     16     18 19 20  22         28        32         38        42
///   +--------+--------+------+------+------+--+--+---+----------+---------+----------+---------+
///   | to MAC | from   | 0806 | 0001 | 0800 | 6| 4|op | sender   | sender  | target   | target  |
///   |        |        |      | htype| ptype|  |  |   | MAC      | address | MAC      | address |   RFC 826
///   +--------+--------+------+------+------+--+--+---+----------+---------+----------+---------+
/// </code>
/// </remarks>
public readonly record struct ArpPacket(MacAddress SenderMac, Ipv4Address SenderAddress, Ipv4Address TargetAddress)
{
    /// <summary>Bytes of the frame; Ethernet pads it to 60 on the wire.</summary>
    public const int Length = TargetAddressAt + Ipv4Address.Length;

    public const ushort EtherType = 0x0806;

    private const int SourceMacAt = MacAddress.Length;
    private const int EtherTypeAt = SourceMacAt + MacAddress.Length;
    private const int HardwareTypeAt = EtherTypeAt + 2;
    private const int OperationAt = HardwareTypeAt + 6;
    private const int SenderMacAt = OperationAt + 2;
    private const int SenderAddressAt = SenderMacAt + MacAddress.Length;
    private const int TargetMacAt = SenderAddressAt + Ipv4Address.Length;
    private const int TargetAddressAt = TargetMacAt + MacAddress.Length;

    private const ushort Request = 1;

    /// <summary>EtherType, hardware type, protocol type and both lengths, which never differ here.</summary>
    private static ReadOnlySpan<byte> Preamble => [0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4];

    /// <summary>Reads a frame; false when it is not ARP for IPv4 over Ethernet. Requests and replies alike name their sender.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, out ArpPacket packet)
    {
        packet = default;
        if (frame.Length < Length || !frame[EtherTypeAt..OperationAt].SequenceEqual(Preamble))
        {
            return false;
        }

        packet = new ArpPacket(
            MacAddress.Read(frame[SenderMacAt..]),
            Ipv4Address.Read(frame[SenderAddressAt..]),
            Ipv4Address.Read(frame[TargetAddressAt..]));
        return true;
    }

    /// <summary>
    /// Writes the question whether anyone uses <paramref name="address"/>. The sender's address is zero, "to avoid
    /// polluting ARP caches in other hosts" (RFC 5227 §2.1.1). Returns <see cref="Length"/>.
    /// </summary>
    public static int WriteProbe(Span<byte> frame, MacAddress from, Ipv4Address address) => Write(frame, from, Ipv4Address.Any, address);

    /// <summary>Writes that <paramref name="address"/> is used from now on (RFC 5227 §2.3). Returns <see cref="Length"/>.</summary>
    public static int WriteAnnouncement(Span<byte> frame, MacAddress from, Ipv4Address address) => Write(frame, from, address, address);

    private static int Write(Span<byte> frame, MacAddress from, Ipv4Address sender, Ipv4Address target)
    {
        frame[..Length].Clear();
        MacAddress.Broadcast.Write(frame);
        from.Write(frame[SourceMacAt..]);
        Preamble.CopyTo(frame[EtherTypeAt..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[OperationAt..], Request);
        from.Write(frame[SenderMacAt..]);
        sender.Write(frame[SenderAddressAt..]);
        target.Write(frame[TargetAddressAt..]);
        return Length;
    }
}
