using System.Text;
using Appliance.Formats.Dhcp;

namespace Appliance.Dhcp;

/// <summary>How DHCP looks in a log line.</summary>
internal static class DhcpText
{
    /// <summary>Longest client text that is logged, in bytes.</summary>
    private const int MaximumText = 64;

    public static string Name(DhcpMessageType type) => type switch
    {
        DhcpMessageType.None => "bootp",
        DhcpMessageType.Discover => "discover",
        DhcpMessageType.Request => "request",
        DhcpMessageType.Decline => "decline",
        DhcpMessageType.Release => "release",
        DhcpMessageType.Inform => "inform",
        _ => $"type-{(byte)type}",
    };

    public static string Name(DhcpOutcome outcome) => outcome switch
    {
        DhcpOutcome.Offer => "offer",
        DhcpOutcome.Ack => "ack",
        DhcpOutcome.Nak => "nak",
        DhcpOutcome.Released => "released",
        DhcpOutcome.Declined => "quarantined",
        DhcpOutcome.ProxyOffer => "proxy-offer",
        DhcpOutcome.ProxyAck => "proxy-ack",
        DhcpOutcome.Watched => "watched: takes another server's",
        DhcpOutcome.Held => "held: listening for other servers",
        DhcpOutcome.ForeignServer => "dropped: left to the server",
        DhcpOutcome.NotBooting => "dropped: does not boot",
        DhcpOutcome.NoLoader => "dropped: no loader",
        DhcpOutcome.Malformed => "dropped: malformed",
        DhcpOutcome.NotARequest => "dropped: not from a client",
        DhcpOutcome.RateLimited => "dropped: asks too often",
        DhcpOutcome.UnknownRelay => "dropped: relay of an unknown wire",
        DhcpOutcome.NoIdentity => "dropped: no identity",
        DhcpOutcome.Bootp => "dropped: BOOTP",
        DhcpOutcome.UnexpectedType => "dropped: not for servers",
        DhcpOutcome.OtherServer => "dropped: took the offer of",
        DhcpOutcome.NoAddress => "dropped: no usable address",
        DhcpOutcome.NotHolder => "dropped: not its address",
        DhcpOutcome.PoolExhausted => "dropped: no free address",
        DhcpOutcome.DiskBusy => "dropped: the disk is busy",
        _ => "socket failed",
    };

    /// <summary>A hardware address of any kind, such as 52:54:00:12:34:56.</summary>
    public static string Hardware(ReadOnlySpan<byte> chaddr)
    {
        var text = new StringBuilder(3 * chaddr.Length);
        foreach (byte value in chaddr)
        {
            text.Append(text.Length == 0 ? "" : ":").Append(Hex(value));
        }

        return text.Length == 0 ? "none" : text.ToString();
    }

    /// <summary>Bytes of a client as printable text: what is not plain ASCII, and quote and backslash, as \xNN.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(MaximumText);
        foreach (byte value in bytes[..Math.Min(bytes.Length, MaximumText)])
        {
            if (value is >= 0x20 and < 0x7f and not (byte)'"' and not (byte)'\\')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append("\\x").Append(Hex(value));
            }
        }

        return bytes.Length > MaximumText ? text.Append("...").ToString() : text.ToString();
    }

    private static string Hex(byte value) => Convert.ToHexStringLower([value]);
}
