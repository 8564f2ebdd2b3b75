using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>Writes captured Ethernet frames in the format that tcpdump and Wireshark read (draft-ietf-opsawg-pcap).</summary>
/// <remarks>
/// <code>
///   file:    magic a1b2c3d4 | 2 | 4 | 0 | 0 | snap length | link type     4, 2, 2, 4, 4, 4, 4 bytes, little-endian
///   record:  seconds | microseconds | captured length | length | frame    4, 4, 4, 4 bytes
/// </code>
/// </remarks>
public static class PcapFile
{
    public const int HeaderLength = 24;
    public const int RecordHeaderLength = 16;

    private const uint Magic = 0xa1b2c3d4;
    private const ushort MajorVersion = 2;
    private const ushort MinorVersion = 4;
    private const uint Ethernet = 1;

    /// <param name="snapLength">Most bytes of one frame in the file.</param>
    public static void WriteHeader(Span<byte> destination, int snapLength)
    {
        destination[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], MajorVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], MinorVersion);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], snapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], Ethernet);
    }

    /// <param name="sinceEpoch">When it was seen, since 1970 in UTC.</param>
    /// <param name="captured">Bytes of the frame that follow.</param>
    /// <param name="length">Bytes that it had.</param>
    public static void WriteRecordHeader(Span<byte> destination, TimeSpan sinceEpoch, int captured, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(sinceEpoch.Ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)(sinceEpoch.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], length);
    }
}
