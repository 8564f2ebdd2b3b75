using System.Buffers.Binary;

namespace Appliance.Formats.Nfs;

/// <summary>
/// Writes External Data Representation (RFC 4506). The buffer must have room: replies have a bounded length, and those
/// that have not (lists) ask <see cref="Remaining"/> before each entry.
/// </summary>
public ref struct XdrWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public readonly int Remaining => _buffer.Length - Length;

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Length..], value);
        Length += sizeof(uint);
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer[Length..], value);
        Length += sizeof(ulong);
    }

    public void WriteBoolean(bool value) => WriteUInt32(value ? 1u : 0);

    /// <summary>Fixed-length opaque data; its length is a multiple of four.</summary>
    public void WriteFixed(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Length..]);
        Length += bytes.Length;
    }

    /// <summary>Variable-length opaque data or a string: its length, the bytes, zeros to the next unit.</summary>
    public void WriteOpaque(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Ahead(sizeof(uint), bytes.Length));
        WriteOpaqueInPlace(bytes.Length);
    }

    /// <summary>Room for bytes that are to follow after <paramref name="skip"/> others.</summary>
    public readonly Span<byte> Ahead(int skip, int length) => _buffer.Slice(Length + skip, length);

    /// <summary>Like <see cref="WriteOpaque"/>, of bytes that already are where they belong (<see cref="Ahead"/>).</summary>
    public void WriteOpaqueInPlace(int length)
    {
        WriteUInt32((uint)length);
        int padding = XdrReader.Padding(length);
        _buffer.Slice(Length + length, padding).Clear();
        Length += length + padding;
    }

    /// <summary>Bytes that <see cref="WriteOpaque"/> takes for data of that length.</summary>
    public static int OpaqueLength(int length) => sizeof(uint) + length + XdrReader.Padding(length);
}
