using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcp;

/// <summary>A DISCOVER of our own, to see who answers.</summary>
public static class DiscoverMessage
{
    /// <summary>Bytes of the message: BOOTP's old minimum, which some relays still demand (RFC 1542 §2.1).</summary>
    public const int Length = ClientMessage.Length;

    /// <summary>
    /// A minute: of two servers that share their load, one answers a client at once and the other only when it "has been
    /// trying for long" (RFC 3074 §5). This client wants to hear either.
    /// </summary>
    private const ushort Secs = 60;

    /// <summary>Writes the message into the first <see cref="Length"/> bytes.</summary>
    /// <param name="mac">Of the interface that sends it: switches with port security shut a port that shows another.</param>
    public static void Write(Span<byte> destination, MacAddress mac, uint xid) =>
        ClientMessage.Write(destination, mac, xid, Secs, Ipv4Address.Any, [(byte)DhcpOptionCode.MessageType, 1, (byte)DhcpMessageType.Discover]);
}
