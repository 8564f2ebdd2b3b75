using System.Buffers.Binary;
using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcp;

/// <summary>Writes what this box sends as a DHCP client (RFC 2131 §4.4).</summary>
public static class ClientMessage
{
    /// <summary>Bytes of each message: BOOTP's old minimum, which some relays still demand (RFC 1542 §2.1).</summary>
    public const int Length = 300;

    private const byte BootRequest = 1;
    private const byte HtypeEthernet = 1;
    private const byte BroadcastFlag = 0x80;

    /// <summary>Writes a REQUEST for what a server has offered (SELECTING).</summary>
    public static void WriteSelecting(Span<byte> destination, MacAddress mac, uint xid, Ipv4Address offered, Ipv4Address server)
    {
        Span<byte> options = stackalloc byte[15];
        WriteType(options, DhcpMessageType.Request);
        WriteAddress(options[3..], DhcpOptionCode.RequestedAddress, offered);
        WriteAddress(options[9..], DhcpOptionCode.ServerIdentifier, server);
        Write(destination, mac, xid, secs: 0, Ipv4Address.Any, options);
    }

    /// <summary>Writes a REQUEST to any server to go on with an address (REBINDING).</summary>
    public static void WriteRebinding(Span<byte> destination, MacAddress mac, uint xid, Ipv4Address address)
    {
        Span<byte> options = stackalloc byte[3];
        WriteType(options, DhcpMessageType.Request);
        Write(destination, mac, xid, secs: 0, address, options);
    }

    /// <param name="first">Options before the list of those that are asked for.</param>
    internal static void Write(
        Span<byte> destination, MacAddress mac, uint xid, ushort secs, Ipv4Address ciaddr, scoped ReadOnlySpan<byte> first)
    {
        Span<byte> message = destination[..Length];
        message.Clear();
        message[DhcpMessage.OpAt] = BootRequest;
        message[DhcpMessage.HtypeAt] = HtypeEthernet;
        message[DhcpMessage.HlenAt] = MacAddress.Length;
        BinaryPrimitives.WriteUInt32BigEndian(message[DhcpMessage.XidAt..], xid);
        BinaryPrimitives.WriteUInt16BigEndian(message[DhcpMessage.SecsAt..], secs);

        // We listen on frames, and the kernel does not know the address yet: only a broadcast reaches us for sure.
        message[DhcpMessage.FlagsAt] = BroadcastFlag;
        ciaddr.Write(message[DhcpMessage.CiaddrAt..]);
        mac.Write(message[DhcpMessage.ChaddrAt..]);
        DhcpMessage.Cookie.CopyTo(message[DhcpMessage.CookieAt..]);
        first.CopyTo(message[DhcpMessage.OptionsAt..]);
        ReadOnlySpan<byte> last =
        [
            (byte)DhcpOptionCode.ParameterRequestList, 2, (byte)DhcpOptionCode.SubnetMask, (byte)DhcpOptionCode.Router,
            (byte)DhcpOptionCode.End,
        ];
        last.CopyTo(message[(DhcpMessage.OptionsAt + first.Length)..]);
    }

    private static void WriteType(Span<byte> option, DhcpMessageType type)
    {
        option[0] = (byte)DhcpOptionCode.MessageType;
        option[1] = 1;
        option[2] = (byte)type;
    }

    private static void WriteAddress(Span<byte> option, DhcpOptionCode code, Ipv4Address address)
    {
        option[0] = (byte)code;
        option[1] = Ipv4Address.Length;
        address.Write(option[2..]);
    }
}
