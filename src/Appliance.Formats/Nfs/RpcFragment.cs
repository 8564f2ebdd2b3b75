using System.Buffers.Binary;

namespace Appliance.Formats.Nfs;

/// <summary>
/// The head of a fragment: on a stream, each message is a record of one or more of them.
/// <code>
///  31   30                         0
/// +------+---------------------------+
/// | last | bytes that follow         |
/// +------+---------------------------+
/// </code>
/// Source: RFC 5531 §11.
/// </summary>
public readonly record struct RpcFragment(bool IsLast, int Length)
{
    public const int HeadLength = 4;

    private const uint LastBit = 0x8000_0000;

    /// <summary>Reads <see cref="HeadLength"/> bytes; every value of them is valid.</summary>
    public static RpcFragment Read(ReadOnlySpan<byte> head)
    {
        uint value = BinaryPrimitives.ReadUInt32BigEndian(head);
        return new RpcFragment((value & LastBit) != 0, (int)(value & ~LastBit));
    }

    public void Write(Span<byte> head) => BinaryPrimitives.WriteUInt32BigEndian(head, (IsLast ? LastBit : 0) | (uint)Length);
}
