using System.Buffers.Binary;

namespace Appliance.Formats.Dhcpv6;

/// <summary>Writes an answer; an option that does not fit any more is left out.</summary>
public ref struct Dhcpv6MessageWriter
{
    private readonly Span<byte> _buffer;

    /// <param name="buffer">Where the message goes; its length is the most that it can be, at least the header's.</param>
    /// <param name="transactionId">The request's.</param>
    public Dhcpv6MessageWriter(Span<byte> buffer, Dhcpv6MessageType type, uint transactionId)
    {
        _buffer = buffer;
        BinaryPrimitives.WriteUInt32BigEndian(buffer, transactionId & 0x00ff_ffff);
        buffer[0] = (byte)type;
        Length = Dhcpv6Message.HeaderLength;
    }

    /// <summary>Bytes of the message as it is now.</summary>
    public int Length { get; private set; }

    /// <summary>Adds an option; false when it does not fit.</summary>
    public bool TryAdd(Dhcpv6OptionCode code, scoped ReadOnlySpan<byte> value)
    {
        if (value.Length > Math.Min(ushort.MaxValue, _buffer.Length - Length - Dhcpv6OptionReader.HeaderLength))
        {
            return false;
        }

        Span<byte> option = _buffer[Length..];
        BinaryPrimitives.WriteUInt16BigEndian(option, (ushort)code);
        BinaryPrimitives.WriteUInt16BigEndian(option[2..], (ushort)value.Length);
        value.CopyTo(option[Dhcpv6OptionReader.HeaderLength..]);
        Length += Dhcpv6OptionReader.HeaderLength + value.Length;
        return true;
    }

    public bool TryAdd(Dhcpv6Status status)
    {
        Span<byte> value = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)status);
        return TryAdd(Dhcpv6OptionCode.StatusCode, value);
    }

    /// <summary>
    /// Adds an association with the one address that is the client's. T1 and T2 are a half and four fifths of the time (RFC
    /// 8415 §21.4).
    /// </summary>
    /// <param name="asked">The client's association.</param>
    /// <param name="address">Its address, 16 bytes.</param>
    /// <param name="seconds">How long it is valid, and preferred.</param>
    /// <param name="endsOthers">Whether other addresses that the client has there end now (RFC 8415 §18.3.4).</param>
    public bool TryAdd(in IdentityAssociation asked, scoped ReadOnlySpan<byte> address, uint seconds, bool endsOthers)
    {
        int start = Length;
        Span<byte> head = stackalloc byte[IdentityAssociation.HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(head, asked.Id);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], seconds / 2);
        BinaryPrimitives.WriteUInt32BigEndian(head[8..], (uint)(seconds * 4L / 5));
        if (!TryAdd(Dhcpv6OptionCode.IdentityAssociation, head) || !TryAddAddress(address, seconds))
        {
            Length = start;
            return false;
        }

        Dhcpv6OptionReader held = asked.Options;
        while (endsOthers && IdentityAssociation.TryReadAddress(ref held, out ReadOnlySpan<byte> other))
        {
            if (!other.SequenceEqual(address))
            {
                TryAddAddress(other, 0);
            }
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(start + 2)..], (ushort)(Length - start - Dhcpv6OptionReader.HeaderLength));
        return true;
    }

    private bool TryAddAddress(scoped ReadOnlySpan<byte> address, uint seconds)
    {
        Span<byte> value = stackalloc byte[IdentityAssociation.AddressHeaderLength];
        address.CopyTo(value);
        BinaryPrimitives.WriteUInt32BigEndian(value[IdentityAssociation.AddressLength..], seconds);
        BinaryPrimitives.WriteUInt32BigEndian(value[(IdentityAssociation.AddressLength + 4)..], seconds);
        return TryAdd(Dhcpv6OptionCode.IdentityAssociationAddress, value);
    }
}
