using System.Buffers.Binary;
using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcp;

/// <summary>A DISCOVER of our own, to see who answers.</summary>
public static class DiscoverMessage
{
    /// <summary>Bytes of the message: BOOTP's old minimum, which some relays still demand (RFC 1542 §2.1).</summary>
    public const int Length = 300;

    private const byte BootRequest = 1;
    private const byte HtypeEthernet = 1;
    private const byte BroadcastFlag = 0x80;

    /// <summary>
    /// A minute: of two servers that share their load, one answers a client at once and the other only when it "has been
    /// trying for long" (RFC 3074 §5). This client wants to hear either.
    /// </summary>
    private const ushort Secs = 60;

    /// <summary>Writes the message into the first <see cref="Length"/> bytes.</summary>
    /// <param name="mac">Of the interface that sends it: switches with port security shut a port that shows another.</param>
    public static void Write(Span<byte> destination, MacAddress mac, uint xid)
    {
        Span<byte> message = destination[..Length];
        message.Clear();
        message[DhcpMessage.OpAt] = BootRequest;
        message[DhcpMessage.HtypeAt] = HtypeEthernet;
        message[DhcpMessage.HlenAt] = MacAddress.Length;
        BinaryPrimitives.WriteUInt32BigEndian(message[DhcpMessage.XidAt..], xid);
        BinaryPrimitives.WriteUInt16BigEndian(message[DhcpMessage.SecsAt..], Secs);

        // The address of the offer is not ours: only a broadcast reaches us.
        message[DhcpMessage.FlagsAt] = BroadcastFlag;
        mac.Write(message[DhcpMessage.ChaddrAt..]);
        DhcpMessage.Cookie.CopyTo(message[DhcpMessage.CookieAt..]);
        ReadOnlySpan<byte> options =
        [
            (byte)DhcpOptionCode.MessageType, 1, (byte)DhcpMessageType.Discover,
            (byte)DhcpOptionCode.ParameterRequestList, 2, (byte)DhcpOptionCode.SubnetMask, (byte)DhcpOptionCode.Router,
            (byte)DhcpOptionCode.End,
        ];
        options.CopyTo(message[DhcpMessage.OptionsAt..]);
    }
}
