using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;

namespace Appliance.Formats.Dhcp;

/// <summary>A DHCP message over the datagram that holds it.</summary>
/// <remarks>
/// <code>
///   0    1       2      3      4     8      10      12       16       20       24       28       44      108    236
///   +----+-------+------+------+-----+------+-------+--------+--------+--------+--------+--------+-------+------+--------+
///   | op | htype | hlen | hops | xid | secs | flags | ciaddr | yiaddr | siaddr | giaddr | chaddr | sname | file | cookie |
///   +----+-------+------+------+-----+------+-------+--------+--------+--------+--------+--------+-------+------+--------+
///   followed by the options (RFC 2131 §2)
/// </code>
/// </remarks>
public readonly ref struct DhcpMessage
{
    internal const int OpAt = 0;
    internal const int HtypeAt = OpAt + 1;
    internal const int HlenAt = HtypeAt + 1;
    internal const int HopsAt = HlenAt + 1;
    internal const int XidAt = HopsAt + 1;
    internal const int SecsAt = XidAt + 4;
    internal const int FlagsAt = SecsAt + 2;
    internal const int CiaddrAt = FlagsAt + 2;
    internal const int YiaddrAt = CiaddrAt + Ipv4Address.Length;
    internal const int SiaddrAt = YiaddrAt + Ipv4Address.Length;
    internal const int GiaddrAt = SiaddrAt + Ipv4Address.Length;
    internal const int ChaddrAt = GiaddrAt + Ipv4Address.Length;
    internal const int SnameAt = ChaddrAt + MaximumHlen;
    internal const int FileAt = SnameAt + SnameLength;
    internal const int CookieAt = FileAt + FileLength;
    internal const int OptionsAt = CookieAt + 4;

    internal const int SnameLength = 64;
    internal const int FileLength = 128;

    /// <summary>Shortest datagram that can be DHCP: the fixed part and the cookie.</summary>
    public const int MinimumLength = OptionsAt;

    private const byte BootRequest = 1;
    private const byte BootReply = 2;
    private const byte HtypeEthernet = 1;
    private const byte HtypeIeee802 = 6;
    private const int MaximumHlen = 16;

    // RFC 1542 §4.1.1: a relay must discard messages whose hops field exceeds 16.
    private const byte MaximumHops = 16;
    private const ushort BroadcastFlag = 0x8000;
    private const byte OverloadFile = 1;
    private const byte OverloadSname = 2;

    private readonly ReadOnlySpan<byte> _datagram;
    private readonly byte _overload;

    private DhcpMessage(ReadOnlySpan<byte> datagram)
    {
        _datagram = datagram;
        _overload = ReadOverload(datagram);
    }

    /// <summary>"Magic cookie": the options that follow are DHCP's (RFC 2131 §3).</summary>
    internal static ReadOnlySpan<byte> Cookie => [99, 130, 83, 99];

    /// <summary>Whether a client sent it; otherwise a server did.</summary>
    public bool IsRequest => _datagram[OpAt] == BootRequest;

    public byte Htype => _datagram[HtypeAt];

    public byte Hlen => _datagram[HlenAt];

    /// <summary>Transaction, chosen by the client.</summary>
    public uint Xid => BinaryPrimitives.ReadUInt32BigEndian(_datagram[XidAt..]);

    /// <summary>Seconds that the client has been trying; firmware is seldom honest about it.</summary>
    public ushort Secs => BinaryPrimitives.ReadUInt16BigEndian(_datagram[SecsAt..]);

    /// <summary>Whether the client cannot receive unicast before it is configured (RFC 2131 §4.1).</summary>
    public bool IsBroadcast => (BinaryPrimitives.ReadUInt16BigEndian(_datagram[FlagsAt..]) & BroadcastFlag) != 0;

    public Ipv4Address Ciaddr => Ipv4Address.Read(_datagram[CiaddrAt..]);

    public Ipv4Address Yiaddr => Ipv4Address.Read(_datagram[YiaddrAt..]);

    public Ipv4Address Siaddr => Ipv4Address.Read(_datagram[SiaddrAt..]);

    public Ipv4Address Giaddr => Ipv4Address.Read(_datagram[GiaddrAt..]);

    /// <summary>The client's hardware address, <see cref="Hlen"/> bytes.</summary>
    public ReadOnlySpan<byte> Chaddr => _datagram.Slice(ChaddrAt, Hlen);

    /// <summary>The hardware address when it is an Ethernet address, else <see cref="MacAddress.None"/>.</summary>
    public MacAddress Mac => IsEthernet(_datagram) ? MacAddress.Read(_datagram[ChaddrAt..]) : MacAddress.None;

    /// <summary>Boot file name in its fixed field, up to its NUL; empty when the field holds options.</summary>
    public ReadOnlySpan<byte> File => (_overload & OverloadFile) != 0
        ? default
        : UntilNul(_datagram.Slice(FileAt, FileLength));

    /// <summary><see cref="DhcpMessageType.None"/> when it is BOOTP; may be a value that the enumeration does not name.</summary>
    public DhcpMessageType Type =>
        TryGetOption(DhcpOptionCode.MessageType, out ReadOnlySpan<byte> value) && value.Length == 1
            ? (DhcpMessageType)value[0]
            : DhcpMessageType.None;

    /// <summary>Everything up to the options, for a reply that repeats fields of its request.</summary>
    internal ReadOnlySpan<byte> Header => _datagram[..OptionsAt];

    /// <summary>Checks a datagram: afterwards no property or option lies outside of it.</summary>
    /// <param name="reason">Why it is not a DHCP message; for a log.</param>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out DhcpMessage message, [NotNullWhen(false)] out string? reason)
    {
        message = default;
        reason = CheckHeader(datagram);
        if (reason is not null)
        {
            return false;
        }

        message = new DhcpMessage(datagram);
        for (int field = 0; field < FieldCount; field++)
        {
            var reader = new DhcpOptionReader(message.OptionField(field));
            while (reader.TryRead(out _, out _))
            {
            }

            if (reader.IsTruncated)
            {
                message = default;
                reason = "an option runs past its field";
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Finds an option. One that comes in parts is joined first, in the order options, file, sname (RFC 3396 §5 and §7);
    /// only that costs an allocation.
    /// </summary>
    public bool TryGetOption(DhcpOptionCode wanted, out ReadOnlySpan<byte> value)
    {
        value = default;
        int parts = 0;
        int total = 0;
        for (int field = 0; field < FieldCount; field++)
        {
            var reader = new DhcpOptionReader(OptionField(field));
            while (reader.TryRead(out DhcpOptionCode code, out ReadOnlySpan<byte> part))
            {
                if (code == wanted)
                {
                    value = part;
                    total += part.Length;
                    parts++;
                }
            }
        }

        if (parts > 1)
        {
            value = Join(wanted, total);
        }

        return parts > 0;
    }

    /// <summary>Finds an option that holds one address; false when it is absent or of another length.</summary>
    public bool TryGetAddress(DhcpOptionCode code, out Ipv4Address address)
    {
        bool found = TryGetOption(code, out ReadOnlySpan<byte> value) && value.Length == Ipv4Address.Length;
        address = found ? Ipv4Address.Read(value) : default;
        return found;
    }

    /// <summary>Fields that can hold options, in the order in which they are read.</summary>
    private const int FieldCount = 3;

    private ReadOnlySpan<byte> OptionField(int field) => field switch
    {
        0 => _datagram[OptionsAt..],
        1 when (_overload & OverloadFile) != 0 => _datagram.Slice(FileAt, FileLength),
        2 when (_overload & OverloadSname) != 0 => _datagram.Slice(SnameAt, SnameLength),
        _ => default,
    };

    private byte[] Join(DhcpOptionCode wanted, int total)
    {
        byte[] joined = new byte[total];
        int length = 0;
        for (int field = 0; field < FieldCount; field++)
        {
            var reader = new DhcpOptionReader(OptionField(field));
            while (reader.TryRead(out DhcpOptionCode code, out ReadOnlySpan<byte> part))
            {
                if (code == wanted)
                {
                    part.CopyTo(joined.AsSpan(length));
                    length += part.Length;
                }
            }
        }

        return joined;
    }

    private static string? CheckHeader(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < MinimumLength)
        {
            return "shorter than 240 bytes";
        }

        if (datagram[OpAt] is not (BootRequest or BootReply))
        {
            return "op is neither request nor reply";
        }

        if (datagram[HlenAt] > MaximumHlen)
        {
            return "hlen exceeds 16";
        }

        if (datagram[HtypeAt] is HtypeEthernet or HtypeIeee802 && datagram[HlenAt] != MacAddress.Length)
        {
            return "hlen does not fit htype";
        }

        if (IsEthernet(datagram) && MacAddress.Read(datagram[ChaddrAt..]).IsGroup)
        {
            return "chaddr is a group address";
        }

        if (datagram[HopsAt] > MaximumHops)
        {
            return "more than 16 hops";
        }

        return datagram.Slice(CookieAt, Cookie.Length).SequenceEqual(Cookie) ? null : "no DHCP cookie";
    }

    private static bool IsEthernet(ReadOnlySpan<byte> datagram) => datagram[HtypeAt] is HtypeEthernet or HtypeIeee802;

    /// <summary>Only the options field itself can tell that the other two hold options; a value other than 1 to 3 tells nothing.</summary>
    private static byte ReadOverload(ReadOnlySpan<byte> datagram)
    {
        var reader = new DhcpOptionReader(datagram[OptionsAt..]);
        while (reader.TryRead(out DhcpOptionCode code, out ReadOnlySpan<byte> value))
        {
            if (code == DhcpOptionCode.Overload)
            {
                return value.Length == 1 && value[0] is >= OverloadFile and <= (OverloadFile | OverloadSname) ? value[0] : (byte)0;
            }
        }

        return 0;
    }

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }
}
