using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcpv6;

/// <summary>A message between a client and a server.</summary>
/// <remarks>
/// <code>
///   0      1                4
///   +------+----------------+-----------+
///   | type | transaction id | options   |   RFC 8415 §8
///   +------+----------------+-----------+
/// </code>
/// </remarks>
public readonly ref struct Dhcpv6Message
{
    public const int HeaderLength = 4;

    /// <summary>Longest identifier of a client or server (RFC 8415 §11.1), in bytes.</summary>
    public const int MaximumIdentifier = 130;

    /// <summary>Shortest: a type, and one byte of what it is about.</summary>
    private const int MinimumIdentifier = 3;

    private readonly ReadOnlySpan<byte> _bytes;

    private Dhcpv6Message(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public Dhcpv6MessageType Type => (Dhcpv6MessageType)_bytes[0];

    /// <summary>24 bits; the answer repeats them.</summary>
    public uint TransactionId => BinaryPrimitives.ReadUInt32BigEndian(_bytes) & 0x00ff_ffff;

    public Dhcpv6OptionReader Options => new(_bytes[HeaderLength..]);

    /// <summary>Who asks (DUID); empty when it does not say so.</summary>
    public ReadOnlySpan<byte> ClientIdentifier => TryGetOption(Dhcpv6OptionCode.ClientIdentifier, out ReadOnlySpan<byte> value) ? value : default;

    /// <summary>Which server is asked (DUID); empty when any is.</summary>
    public ReadOnlySpan<byte> ServerIdentifier => TryGetOption(Dhcpv6OptionCode.ServerIdentifier, out ReadOnlySpan<byte> value) ? value : default;

    /// <summary>The client's hardware address, where its identifier is made of one (RFC 8415 §11.2, §11.4); else none.</summary>
    public MacAddress ClientMac => ReadMac(ClientIdentifier);

    /// <summary>
    /// Reads a datagram. Relays' messages (RFC 8415 §9) are refused: a box on the wire of its clients needs no relay.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out Dhcpv6Message message, [NotNullWhen(false)] out string? reason)
    {
        message = default;
        reason = Check(datagram);
        if (reason is null)
        {
            message = new Dhcpv6Message(datagram);
        }

        return reason is null;
    }

    /// <summary>The first option of that code.</summary>
    public bool TryGetOption(Dhcpv6OptionCode wanted, out ReadOnlySpan<byte> value)
    {
        Dhcpv6OptionReader options = Options;
        while (options.TryRead(out Dhcpv6OptionCode code, out value))
        {
            if (code == wanted)
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private static string? Check(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < HeaderLength)
        {
            return "shorter than the header";
        }

        if (datagram[0] is < (byte)Dhcpv6MessageType.Solicit or > (byte)Dhcpv6MessageType.InformationRequest)
        {
            return "neither a client's nor a server's message";
        }

        var options = new Dhcpv6OptionReader(datagram[HeaderLength..]);
        while (options.TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value))
        {
            bool isIdentifier = code is Dhcpv6OptionCode.ClientIdentifier or Dhcpv6OptionCode.ServerIdentifier;
            if (isIdentifier && value.Length is < MinimumIdentifier or > MaximumIdentifier)
            {
                return "identifier of no legal length";
            }
        }

        return options.IsTruncated ? "option past the end" : null;
    }

    private static MacAddress ReadMac(ReadOnlySpan<byte> identifier)
    {
        const ushort linkLayerPlusTime = 1;
        const ushort linkLayer = 3;
        const ushort ethernet = 1;
        const int typesLength = 4;
        const int timeLength = 4;
        if (identifier.Length < typesLength || BinaryPrimitives.ReadUInt16BigEndian(identifier[2..]) != ethernet)
        {
            return MacAddress.None;
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(identifier), identifier.Length) switch
        {
            (linkLayerPlusTime, typesLength + timeLength + MacAddress.Length) => MacAddress.Read(identifier[(typesLength + timeLength)..]),
            (linkLayer, typesLength + MacAddress.Length) => MacAddress.Read(identifier[typesLength..]),
            _ => MacAddress.None,
        };
    }
}
