using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// Who asks: "the 'client identifier' option if present, else htype and chaddr" (RFC 2131 §4.2), compared as opaque bytes.
/// A client that sends the usual identifier of type 1 and one that sends none are the same by this rule.
/// </summary>
public readonly ref struct ClientIdentity
{
    /// <summary>Room that <see cref="TryRead"/> needs for htype and chaddr.</summary>
    public const int BufferLength = 17;

    /// <param name="bytes">As <see cref="TryRead"/> found them once; not empty.</param>
    public ClientIdentity(ReadOnlySpan<byte> bytes, MacAddress chaddr)
    {
        Bytes = bytes;
        Chaddr = chaddr;
    }

    /// <summary>The identity; never empty in one that <see cref="TryRead"/> gave.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Hardware address, by which the stages of one machine's boot are known to be one machine; none if not Ethernet.</summary>
    public MacAddress Chaddr { get; }

    /// <summary>Reads the identity; false when the message has neither an identifier nor a hardware address.</summary>
    /// <param name="buffer">Holds htype and chaddr as long as the identity is used.</param>
    public static bool TryRead(in DhcpMessage message, Span<byte> buffer, out ClientIdentity identity)
    {
        if (!message.TryGetOption(DhcpOptionCode.ClientIdentifier, out ReadOnlySpan<byte> bytes) || bytes.IsEmpty)
        {
            buffer[0] = message.Htype;
            message.Chaddr.CopyTo(buffer[1..]);
            bytes = message.Hlen == 0 ? default : buffer[..(1 + message.Hlen)];
        }

        identity = new ClientIdentity(bytes, message.Mac);
        return !bytes.IsEmpty;
    }
}
