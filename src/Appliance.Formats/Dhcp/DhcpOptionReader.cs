namespace Appliance.Formats.Dhcp;

/// <summary>
/// Walks the options of one field: code, length, value, where pad and end are a code alone (RFC 2132 §2). Encapsulated
/// options have the same shape.
/// </summary>
public ref struct DhcpOptionReader(ReadOnlySpan<byte> field)
{
    private ReadOnlySpan<byte> _rest = field;

    /// <summary>Whether the walk ended at an option that is longer than the field.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>
    /// Steps to the next option; false at the end of the field, at its end option, or at a truncated option. A field
    /// without an end option is accepted: old ROMs fill it to the last byte.
    /// </summary>
    public bool TryRead(out DhcpOptionCode code, out ReadOnlySpan<byte> value)
    {
        int start = _rest.IndexOfAnyExcept((byte)DhcpOptionCode.Pad);
        _rest = start < 0 ? default : _rest[start..];
        code = DhcpOptionCode.End;
        value = default;
        if (_rest.IsEmpty || _rest[0] == (byte)DhcpOptionCode.End)
        {
            return false;
        }

        if (_rest.Length < 2 || _rest.Length - 2 < _rest[1])
        {
            IsTruncated = true;
            return false;
        }

        code = (DhcpOptionCode)_rest[0];
        value = _rest.Slice(2, _rest[1]);
        _rest = _rest[(2 + value.Length)..];
        return true;
    }
}
