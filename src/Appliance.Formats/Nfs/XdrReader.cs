using System.Buffers.Binary;

namespace Appliance.Formats.Nfs;

/// <summary>
/// Reads External Data Representation (RFC 4506): everything big-endian, in units of four bytes. Once something does not
/// fit, <see cref="Failed"/> stays set and every further value is zero or empty, so that a structure is read in one go and
/// judged once, at its end.
/// </summary>
public ref struct XdrReader(ReadOnlySpan<byte> data)
{
    /// <summary>What every item is padded to, in bytes (RFC 4506 §3).</summary>
    public const int UnitLength = 4;

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Whether the data ended too early, or an item was longer than its limit.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public uint ReadUInt32()
    {
        ReadOnlySpan<byte> bytes = ReadFixed(sizeof(uint));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public ulong ReadUInt64()
    {
        ReadOnlySpan<byte> bytes = ReadFixed(sizeof(ulong));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>Fixed-length opaque data; <paramref name="length"/> is a multiple of four (RFC 4506 §4.9).</summary>
    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        if (Failed || length > _data.Length - Position)
        {
            Failed = true;
            return default;
        }

        ReadOnlySpan<byte> bytes = _data.Slice(Position, length);
        Position += length;
        return bytes;
    }

    /// <summary>Variable-length opaque data or a string of at most <paramref name="maxLength"/> bytes (RFC 4506 §4.10, §4.11).</summary>
    public ReadOnlySpan<byte> ReadOpaque(int maxLength)
    {
        uint length = ReadUInt32();
        if (Failed || length > (uint)maxLength)
        {
            Failed = true;
            return default;
        }

        return ReadFixed((int)length + Padding((int)length)) is { IsEmpty: false } padded ? padded[..(int)length] : default;
    }

    /// <summary>Zero bytes that follow opaque data of that length.</summary>
    public static int Padding(int length) => -length & (UnitLength - 1);
}
