using System.Buffers.Binary;

namespace Appliance.Formats.Dhcpv6;

/// <summary>Walks options, of a message or inside an option that holds others.</summary>
/// <remarks>
/// <code>
///   0      2        4
///   +------+--------+--------------+
///   | code | length | value        |   RFC 8415 §21.1
///   +------+--------+--------------+
/// </code>
/// </remarks>
public ref struct Dhcpv6OptionReader(ReadOnlySpan<byte> options)
{
    /// <summary>Bytes before the value.</summary>
    public const int HeaderLength = 4;

    private ReadOnlySpan<byte> _rest = options;

    /// <summary>Whether the walk ended at an option that is longer than what holds it.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Steps to the next option; false at the end, and at an option that is cut off.</summary>
    public bool TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value)
    {
        code = default;
        value = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        int length = _rest.Length < HeaderLength ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length > _rest.Length - HeaderLength)
        {
            IsTruncated = true;
            return false;
        }

        code = (Dhcpv6OptionCode)BinaryPrimitives.ReadUInt16BigEndian(_rest);
        value = _rest.Slice(HeaderLength, length);
        _rest = _rest[(HeaderLength + length)..];
        return true;
    }
}
