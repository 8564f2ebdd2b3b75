using System.Buffers.Binary;
using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcp;

/// <summary>
/// Writes the reply to a request: the fields that a server must repeat are repeated (RFC 2131 §4.3.1, table 3), options
/// are added in the order in which they matter, and one that does not fit any more is left out.
/// </summary>
public ref struct DhcpMessageWriter
{
    /// <summary>Shortest reply: BOOTP clients and relays drop less (RFC 1542 §2.1).</summary>
    public const int MinimumLength = 300;

    private const byte BootReply = 2;
    private const int MaximumPart = 255;

    private readonly Span<byte> _buffer;
    private readonly ReadOnlySpan<byte> _relayAgentInformation;

    /// <summary>Where the options must end so that the relay's option and the end option still fit.</summary>
    private readonly int _limit;
    private int _length;

    /// <param name="buffer">Where the reply goes; its length is the most that it can be, at least <see cref="MinimumLength"/>.</param>
    /// <param name="request">The request; its option 57 limits the reply too.</param>
    public DhcpMessageWriter(Span<byte> buffer, in DhcpMessage request)
    {
        _buffer = buffer[..Math.Min(buffer.Length, MaximumLength(request))];
        _length = DhcpMessage.OptionsAt;
        _limit = _buffer.Length - 1;
        request.Header.CopyTo(_buffer);
        _buffer[DhcpMessage.OpAt] = BootReply;
        _buffer[DhcpMessage.HopsAt] = 0;
        _buffer.Slice(DhcpMessage.SecsAt, 2).Clear();
        _buffer[DhcpMessage.YiaddrAt..DhcpMessage.GiaddrAt].Clear();
        _buffer[DhcpMessage.SnameAt..DhcpMessage.CookieAt].Clear();

        if (request.TryGetOption(DhcpOptionCode.RelayAgentInformation, out ReadOnlySpan<byte> relay)
            && SpaceFor(relay.Length) <= _limit - DhcpMessage.OptionsAt - RoomForOurOptions)
        {
            _relayAgentInformation = relay;
            _limit -= SpaceFor(relay.Length);
        }
    }

    /// <summary>
    /// Space that a relay's option may not take, in bytes: message type, server, lease, mask and times need 36. A relay
    /// that fills more breaks its own duty to leave room (RFC 3046 §2.1) and gets nothing back.
    /// </summary>
    private const int RoomForOurOptions = 64;

    public readonly Ipv4Address Ciaddr
    {
        set => value.Write(_buffer[DhcpMessage.CiaddrAt..]);
    }

    public readonly Ipv4Address Yiaddr
    {
        set => value.Write(_buffer[DhcpMessage.YiaddrAt..]);
    }

    public readonly Ipv4Address Siaddr
    {
        set => value.Write(_buffer[DhcpMessage.SiaddrAt..]);
    }

    /// <summary>Sets the broadcast flag, which a NAK through a relay must carry (RFC 2131 §4.3.2).</summary>
    public readonly void SetBroadcast() => _buffer[DhcpMessage.FlagsAt] |= 0x80;

    /// <summary>Puts a boot file name into its fixed field; false, and nothing is written, when it is longer than 127 bytes.</summary>
    public readonly bool TrySetFile(ReadOnlySpan<byte> name) =>
        name.Length < DhcpMessage.FileLength && name.TryCopyTo(_buffer[DhcpMessage.FileAt..]);

    /// <summary>Whether the option was added already.</summary>
    public readonly bool Contains(DhcpOptionCode wanted)
    {
        var reader = new DhcpOptionReader(_buffer[DhcpMessage.OptionsAt.._length]);
        while (reader.TryRead(out DhcpOptionCode code, out _))
        {
            if (code == wanted)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds an option, in parts when it is longer than 255 bytes (RFC 3396 §6); false when it does not fit.</summary>
    public bool TryAdd(DhcpOptionCode code, scoped ReadOnlySpan<byte> value)
    {
        if (SpaceFor(value.Length) > _limit - _length)
        {
            return false;
        }

        Append(code, value);
        return true;
    }

    public bool TryAdd(DhcpOptionCode code, byte value) => TryAdd(code, [value]);

    public bool TryAdd(DhcpOptionCode code, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return TryAdd(code, bytes);
    }

    public bool TryAdd(DhcpOptionCode code, Ipv4Address value) => TryAdd(code, value.Value);

    /// <summary>Adds the relay's option "as the last option" (RFC 3046 §2.1), the end and the padding; returns the length.</summary>
    public int Finish()
    {
        if (!_relayAgentInformation.IsEmpty)
        {
            Append(DhcpOptionCode.RelayAgentInformation, _relayAgentInformation);
        }

        _buffer[_length++] = (byte)DhcpOptionCode.End;
        if (_length < MinimumLength)
        {
            _buffer[_length..MinimumLength].Clear();
            _length = MinimumLength;
        }

        return _length;
    }

    private void Append(DhcpOptionCode code, scoped ReadOnlySpan<byte> value)
    {
        do
        {
            ReadOnlySpan<byte> part = value[..Math.Min(value.Length, MaximumPart)];
            _buffer[_length] = (byte)code;
            _buffer[_length + 1] = (byte)part.Length;
            part.CopyTo(_buffer[(_length + 2)..]);
            _length += 2 + part.Length;
            value = value[part.Length..];
        }
        while (!value.IsEmpty);
    }

    private static int SpaceFor(int valueLength) =>
        valueLength + (2 * Math.Max(1, (valueLength + MaximumPart - 1) / MaximumPart));

    /// <summary>
    /// Longest datagram that the client takes. Option 57 counts the whole IP datagram in RFC 2132 §9.10, and only the UDP
    /// payload in OVMF, which sends 1472: the smaller reading suits both. Less than 576 is not legal and treated as 576.
    /// </summary>
    private static int MaximumLength(in DhcpMessage request)
    {
        const int minimumDatagram = 576;
        const int ipAndUdp = 28;
        int told = request.TryGetOption(DhcpOptionCode.MaximumMessageSize, out ReadOnlySpan<byte> value) && value.Length == 2
            ? BinaryPrimitives.ReadUInt16BigEndian(value)
            : minimumDatagram;
        return Math.Max(told, minimumDatagram) - ipAndUdp;
    }
}
