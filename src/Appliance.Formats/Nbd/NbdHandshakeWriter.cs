using System.Buffers.Binary;
using System.Text;

namespace Appliance.Formats.Nbd;

/// <summary>
/// Writes what the server says before transmission. Each method returns the bytes it wrote; the destination has room for
/// <see cref="MaxFixedLength"/> and, where there is one, the text or name.
/// <code>
///      8 bytes         4 bytes  4 bytes  4 bytes   length bytes
/// +-----------------+---------+--------+---------+------~~-----+
/// | 0x3e889045565a9 | option  |  type  | length  |    data     |      an answer to an option
/// +-----------------+---------+--------+---------+------~~-----+
/// </code>
/// </summary>
public static class NbdHandshakeWriter
{
    /// <summary>"NBDMAGIC".</summary>
    public const ulong GreetingMagic = 0x4E42444D41474943;

    public const ulong ReplyMagic = 0x0003E889045565A9;

    public const int GreetingLength = sizeof(ulong) + sizeof(ulong) + sizeof(ushort);

    /// <summary>Length of the flags with which the client answers the greeting.</summary>
    public const int ClientFlagsLength = sizeof(uint);

    public const int ReplyHeadLength = LengthOffset + sizeof(uint);

    /// <summary>Longest without name or text: the answer to <see cref="NbdOptionCode.ExportName"/> with its zeros.</summary>
    public const int MaxFixedLength = sizeof(ulong) + sizeof(ushort) + ExportNameZeros;

    private const int ExportNameZeros = 124;
    private const int OptionOffset = sizeof(ulong);
    private const int TypeOffset = OptionOffset + sizeof(uint);
    private const int LengthOffset = TypeOffset + sizeof(uint);

    public static int WriteGreeting(Span<byte> destination, NbdHandshakeFeatures flags)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, GreetingMagic);
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], NbdOptionHeader.Magic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(2 * sizeof(ulong))..], (ushort)flags);
        return GreetingLength;
    }

    /// <summary>An answer without data.</summary>
    public static int WriteReply(Span<byte> destination, NbdOptionCode option, NbdReplyType type) =>
        WriteHead(destination, option, type, 0);

    /// <summary>An answer whose data are text for a person, which errors may have.</summary>
    public static int WriteError(Span<byte> destination, NbdOptionCode option, NbdReplyType type, string text)
    {
        int length = Encoding.UTF8.GetBytes(text, destination[ReplyHeadLength..]);
        return WriteHead(destination, option, type, length) + length;
    }

    /// <summary>The name of one export, in answer to <see cref="NbdOptionCode.List"/>.</summary>
    public static int WriteServer(Span<byte> destination, ReadOnlySpan<byte> name)
    {
        int length = sizeof(uint) + name.Length;
        int head = WriteHead(destination, NbdOptionCode.List, NbdReplyType.Server, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[head..], (uint)name.Length);
        name.CopyTo(destination[(head + sizeof(uint))..]);
        return head + length;
    }

    /// <summary>Size and flags, in answer to <see cref="NbdOptionCode.Info"/> or <see cref="NbdOptionCode.Go"/>.</summary>
    public static int WriteExportInfo(Span<byte> destination, NbdOptionCode option, long size, NbdExportFeatures flags)
    {
        const int DataLength = sizeof(ushort) + sizeof(ulong) + sizeof(ushort);
        Span<byte> data = destination[WriteHead(destination, option, NbdReplyType.Info, DataLength)..];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)NbdInfoType.Export);
        BinaryPrimitives.WriteInt64BigEndian(data[sizeof(ushort)..], size);
        BinaryPrimitives.WriteUInt16BigEndian(data[(sizeof(ushort) + sizeof(ulong))..], (ushort)flags);
        return ReplyHeadLength + DataLength;
    }

    /// <summary>Block sizes in bytes: least, best, largest.</summary>
    public static int WriteBlockSizeInfo(Span<byte> destination, NbdOptionCode option, uint minimum, uint preferred, uint maximum)
    {
        const int DataLength = sizeof(ushort) + 3 * sizeof(uint);
        Span<byte> data = destination[WriteHead(destination, option, NbdReplyType.Info, DataLength)..];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)NbdInfoType.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(data[sizeof(ushort)..], minimum);
        BinaryPrimitives.WriteUInt32BigEndian(data[(sizeof(ushort) + sizeof(uint))..], preferred);
        BinaryPrimitives.WriteUInt32BigEndian(data[(sizeof(ushort) + 2 * sizeof(uint))..], maximum);
        return ReplyHeadLength + DataLength;
    }

    /// <summary>The answer to <see cref="NbdOptionCode.ExportName"/>, which has no head.</summary>
    /// <param name="noZeroes">Whether both sides agreed on <see cref="NbdHandshakeFeatures.NoZeroes"/>.</param>
    public static int WriteExportName(Span<byte> destination, long size, NbdExportFeatures flags, bool noZeroes)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, size);
        BinaryPrimitives.WriteUInt16BigEndian(destination[sizeof(ulong)..], (ushort)flags);
        int zeros = noZeroes ? 0 : ExportNameZeros;
        destination.Slice(sizeof(ulong) + sizeof(ushort), zeros).Clear();
        return sizeof(ulong) + sizeof(ushort) + zeros;
    }

    private static int WriteHead(Span<byte> destination, NbdOptionCode option, NbdReplyType type, int dataLength)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, ReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[OptionOffset..], (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[TypeOffset..], (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LengthOffset..], (uint)dataLength);
        return ReplyHeadLength;
    }
}
