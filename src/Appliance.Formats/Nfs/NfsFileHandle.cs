using System.Buffers.Binary;

namespace Appliance.Formats.Nfs;

/// <summary>
/// Names a node of an image, without any state on our side: the same over restarts, opaque to clients (RFC 1813 §2.3.3).
/// <code>
///  0          4          8                    24
/// +----------+----------+--------------------+
/// | "PBF1"   | node     | image (128 bits)   |
/// +----------+----------+--------------------+
/// </code>
/// </summary>
/// <param name="Image">Identity of the image in its present state.</param>
/// <param name="Node">Number of the node in the image's tree.</param>
public readonly record struct NfsFileHandle(UInt128 Image, uint Node)
{
    public const int Length = ImageOffset + ImageLength;

    private const uint Magic = 0x50424631;
    private const int NodeOffset = sizeof(uint);
    private const int ImageOffset = NodeOffset + sizeof(uint);
    private const int ImageLength = 16;

    /// <summary>Parses a handle; false when it is none that we have made.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out NfsFileHandle handle)
    {
        handle = default;
        if (bytes.Length != Length || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            return false;
        }

        handle = new NfsFileHandle(
            BinaryPrimitives.ReadUInt128BigEndian(bytes[ImageOffset..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[NodeOffset..]));
        return true;
    }

    /// <summary>Writes it as variable-length opaque data.</summary>
    public void Write(ref XdrWriter writer)
    {
        writer.WriteUInt32(Length);
        writer.WriteUInt32(Magic);
        writer.WriteUInt32(Node);
        writer.WriteUInt64((ulong)(Image >> 64));
        writer.WriteUInt64((ulong)Image);
    }
}
