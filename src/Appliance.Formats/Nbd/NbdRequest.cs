using System.Buffers.Binary;

namespace Appliance.Formats.Nbd;

/// <summary>
/// A request of the transmission phase; the bytes to be written follow a <see cref="NbdCommand.Write"/>.
/// <code>
///    4 bytes     2 bytes  2 bytes   8 bytes   8 bytes   4 bytes
/// +------------+--------+---------+---------+---------+---------+
/// | 0x25609513 | flags  | command | cookie  | offset  | length  |      NBD protocol, "Request message"
/// +------------+--------+---------+---------+---------+---------+
/// </code>
/// </summary>
/// <param name="Flags">Command flags; unknown ones are kept.</param>
/// <param name="Command">Any number may come.</param>
/// <param name="Cookie">The client's mark, given back in the reply.</param>
/// <param name="Offset">First byte; as told, not judged.</param>
/// <param name="DataLength">Bytes to read or write; as told, not judged.</param>
public readonly record struct NbdRequest(NbdCommandModifiers Flags, NbdCommand Command, ulong Cookie, ulong Offset, uint DataLength)
{
    public const uint Magic = 0x25609513;

    public const int Length = DataLengthOffset + sizeof(uint);

    private const int FlagsOffset = sizeof(uint);
    private const int CommandOffset = FlagsOffset + sizeof(ushort);
    private const int CookieOffset = CommandOffset + sizeof(ushort);
    private const int OffsetOffset = CookieOffset + sizeof(ulong);
    private const int DataLengthOffset = OffsetOffset + sizeof(ulong);

    /// <summary>Reads a request; bytes behind it do not matter.</summary>
    /// <param name="reason">Why it is none; null when it is.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out NbdRequest request, out string? reason)
    {
        request = default;
        if (bytes.Length < Length)
        {
            reason = "shorter than a request";
            return false;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            reason = "a request without its magic number";
            return false;
        }

        request = new NbdRequest(
            (NbdCommandModifiers)BinaryPrimitives.ReadUInt16BigEndian(bytes[FlagsOffset..]),
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(bytes[CommandOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[CookieOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[OffsetOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[DataLengthOffset..]));
        reason = null;
        return true;
    }
}
