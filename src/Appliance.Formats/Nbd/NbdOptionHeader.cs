using System.Buffers.Binary;

namespace Appliance.Formats.Nbd;

/// <summary>
/// The head of an option; its data follow.
/// <code>
///     8 bytes     4 bytes  4 bytes   length bytes
/// +------------+---------+---------+------~~-----+
/// | "IHAVEOPT" | option  | length  |    data     |      NBD protocol, "Newstyle negotiation"
/// +------------+---------+---------+------~~-----+
/// </code>
/// </summary>
/// <param name="Option">What is asked for; any number may come.</param>
/// <param name="DataLength">Bytes of data that follow; as told, not judged.</param>
public readonly record struct NbdOptionHeader(NbdOptionCode Option, uint DataLength)
{
    /// <summary>"IHAVEOPT".</summary>
    public const ulong Magic = 0x49484156454F5054;

    public const int Length = DataLengthOffset + sizeof(uint);

    private const int OptionOffset = sizeof(ulong);
    private const int DataLengthOffset = OptionOffset + sizeof(uint);

    /// <summary>Reads a head; bytes behind it do not matter.</summary>
    /// <param name="reason">Why it is none; null when it is.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out NbdOptionHeader header, out string? reason)
    {
        header = default;
        if (bytes.Length < Length)
        {
            reason = "shorter than an option's head";
            return false;
        }

        if (BinaryPrimitives.ReadUInt64BigEndian(bytes) != Magic)
        {
            reason = "an option without IHAVEOPT";
            return false;
        }

        header = new NbdOptionHeader(
            (NbdOptionCode)BinaryPrimitives.ReadUInt32BigEndian(bytes[OptionOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[DataLengthOffset..]));
        reason = null;
        return true;
    }
}
