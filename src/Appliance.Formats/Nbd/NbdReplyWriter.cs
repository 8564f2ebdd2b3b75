using System.Buffers.Binary;

namespace Appliance.Formats.Nbd;

/// <summary>
/// Writes the heads of replies of the transmission phase; the bytes read follow. Each method returns the bytes it wrote,
/// at most <see cref="MaxLength"/>.
/// <code>
///    4 bytes     4 bytes   8 bytes    data
/// +------------+---------+---------+---~~---+
/// | 0x67446698 |  error  | cookie  |        |                         "Simple reply message"
/// +------------+---------+---------+---~~---+
///
///    4 bytes     2 bytes  2 bytes  8 bytes   4 bytes    data
/// +------------+--------+--------+---------+---------+---~~---+
/// | 0x668e33ef | flags  |  type  | cookie  | length  |        |      "Structured reply chunk message"
/// +------------+--------+--------+---------+---------+---~~---+
/// </code>
/// </summary>
public static class NbdReplyWriter
{
    public const uint SimpleMagic = 0x67446698;

    public const uint StructuredMagic = 0x668E33EF;

    /// <summary>Longest head: a chunk's with the offset of its data.</summary>
    public const int MaxLength = ChunkLength + sizeof(ulong);

    private const int SimpleLength = CookieOffset + sizeof(ulong);
    private const int ChunkLength = DataLengthOffset + sizeof(uint);

    /// <summary>NBD_REPLY_FLAG_DONE: the last chunk of its reply.</summary>
    private const ushort Done = 1;

    private const int ErrorOffset = sizeof(uint);
    private const int FlagsOffset = sizeof(uint);
    private const int TypeOffset = FlagsOffset + sizeof(ushort);
    private const int CookieOffset = TypeOffset + sizeof(ushort);
    private const int DataLengthOffset = CookieOffset + sizeof(ulong);

    /// <summary>A simple reply; without an error the bytes of a read follow.</summary>
    public static int WriteSimple(Span<byte> destination, ulong cookie, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, SimpleMagic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[ErrorOffset..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(destination[CookieOffset..], cookie);
        return SimpleLength;
    }

    /// <summary>A chunk of data; <paramref name="dataLength"/> bytes, at least one, follow.</summary>
    /// <param name="isLast">Whether it ends its reply; not "if it would still be possible to detect an error while transmitting".</param>
    public static int WriteData(Span<byte> destination, ulong cookie, ulong offset, int dataLength, bool isLast)
    {
        int head = WriteChunkHead(destination, NbdChunkType.OffsetData, cookie, sizeof(ulong) + dataLength, isLast);
        BinaryPrimitives.WriteUInt64BigEndian(destination[head..], offset);
        return head + sizeof(ulong);
    }

    /// <summary>The end of a reply that went well, when no chunk of data was the last.</summary>
    public static int WriteEnd(Span<byte> destination, ulong cookie) =>
        WriteChunkHead(destination, NbdChunkType.None, cookie, 0);

    /// <summary>The end of a reply to a read that failed; without a text for people.</summary>
    public static int WriteErrorChunk(Span<byte> destination, ulong cookie, NbdError error)
    {
        const int DataLength = sizeof(uint) + sizeof(ushort);
        int head = WriteChunkHead(destination, NbdChunkType.Error, cookie, DataLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[head..], (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(head + sizeof(uint))..], 0);
        return head + DataLength;
    }

    private static int WriteChunkHead(Span<byte> destination, NbdChunkType type, ulong cookie, int dataLength, bool isLast = true)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, StructuredMagic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[FlagsOffset..], isLast ? Done : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[TypeOffset..], (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(destination[CookieOffset..], cookie);
        BinaryPrimitives.WriteUInt32BigEndian(destination[DataLengthOffset..], (uint)dataLength);
        return ChunkLength;
    }
}
