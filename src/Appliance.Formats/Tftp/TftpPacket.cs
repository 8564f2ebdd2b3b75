using System.Buffers.Binary;
using System.Buffers.Text;

namespace Appliance.Formats.Tftp;

/// <summary>
/// The packets that follow a request.
/// <code>
///  2 bytes    2 bytes    n bytes
/// +----------+----------+--~~--+
/// | 3 DATA   | block    | data |             RFC 1350 figure 5-2
/// +----------+----------+--~~--+
/// | 4 ACK    | block    |                    RFC 1350 figure 5-3
/// +----------+----------+--~~--+---+
/// | 5 ERROR  | code     | text | 0 |         RFC 1350 figure 5-4
/// +----------+----------+--~~--+---+
/// | 6 OACK   | name | 0 | value | 0 | ...    RFC 2347
/// +----------+------+---+-------+---+
/// </code>
/// </summary>
public static class TftpPacket
{
    /// <summary>Bytes before the data of a DATA packet, and all of an ACK.</summary>
    public const int HeaderLength = 4;

    /// <summary>Longest OACK that <see cref="WriteOptionAck"/> writes: opcode, four names, four numbers.</summary>
    public const int MaxOptionAckLength = 96;

    /// <summary>Longest text that <see cref="WriteError"/> writes; longer is cut. Firmware prints one line of it.</summary>
    public const int MaxErrorText = 120;

    private const int BlockOffset = 2;
    private const int ErrorTextOffset = HeaderLength;

    /// <summary>Opcode of a packet; false when it is too short to have one.</summary>
    public static bool TryReadOpcode(ReadOnlySpan<byte> packet, out TftpOpcode opcode)
    {
        bool found = BinaryPrimitives.TryReadUInt16BigEndian(packet, out ushort value);
        opcode = (TftpOpcode)value;
        return found;
    }

    /// <summary>Block number of an ACK. Bytes behind it are allowed: short frames are padded.</summary>
    public static bool TryParseAck(ReadOnlySpan<byte> packet, out ushort block)
    {
        block = 0;
        return TryReadOpcode(packet, out TftpOpcode opcode) && opcode == TftpOpcode.Ack
            && BinaryPrimitives.TryReadUInt16BigEndian(packet[BlockOffset..], out block);
    }

    /// <summary>Code and text of an ERROR; a text without its NUL, or none at all, is accepted.</summary>
    public static bool TryParseError(ReadOnlySpan<byte> packet, out TftpErrorCode code, out ReadOnlySpan<byte> text)
    {
        code = default;
        text = default;
        if (packet.Length < HeaderLength || !TryReadOpcode(packet, out TftpOpcode opcode) || opcode != TftpOpcode.Error)
        {
            return false;
        }

        code = (TftpErrorCode)BinaryPrimitives.ReadUInt16BigEndian(packet[BlockOffset..]);
        text = packet[ErrorTextOffset..];
        int nul = text.IndexOf((byte)0);
        text = nul < 0 ? text : text[..nul];
        return true;
    }

    /// <summary>Writes the header of a DATA packet; the data follows it. Returns <see cref="HeaderLength"/>.</summary>
    public static int WriteDataHeader(Span<byte> destination, ushort block)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)TftpOpcode.Data);
        BinaryPrimitives.WriteUInt16BigEndian(destination[BlockOffset..], block);
        return HeaderLength;
    }

    /// <summary>Writes an ERROR; the text is ASCII, other characters become question marks. Returns its length in bytes.</summary>
    public static int WriteError(Span<byte> destination, TftpErrorCode code, string text)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)TftpOpcode.Error);
        BinaryPrimitives.WriteUInt16BigEndian(destination[BlockOffset..], (ushort)code);
        int length = ErrorTextOffset;
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxErrorText)))
        {
            destination[length++] = c is >= ' ' and <= '~' ? (byte)c : (byte)'?';
        }

        destination[length++] = 0;
        return length;
    }

    /// <summary>
    /// Writes an OACK with the options that are not null, each once. Returns its length in bytes, at most
    /// <see cref="MaxOptionAckLength"/> (RFC 2347).
    /// </summary>
    public static int WriteOptionAck(Span<byte> destination, int? blksize, int? timeoutSeconds, long? tsize, int? windowsize)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)TftpOpcode.OptionAck);
        int length = BlockOffset;
        length += WriteOption(destination[length..], "blksize\0"u8, blksize);
        length += WriteOption(destination[length..], "timeout\0"u8, timeoutSeconds);
        length += WriteOption(destination[length..], "tsize\0"u8, tsize);
        length += WriteOption(destination[length..], "windowsize\0"u8, windowsize);
        return length;
    }

    private static int WriteOption(Span<byte> destination, ReadOnlySpan<byte> name, long? value)
    {
        if (value is null)
        {
            return 0;
        }

        name.CopyTo(destination);
        Utf8Formatter.TryFormat(value.Value, destination[name.Length..], out int digits);
        destination[name.Length + digits] = 0;
        return name.Length + digits + 1;
    }
}
