using System.Buffers.Binary;

namespace Appliance.Formats.Dhcpv6;

/// <summary>One of a client's interfaces, with the addresses that it has there (IA_NA).</summary>
/// <remarks>
/// <code>
///   0      4    8    12
///   +------+----+----+-----------+
///   | IAID | T1 | T2 | options   |   RFC 8415 §21.4
///   +------+----+----+-----------+
///
///   0         16                   20               24
///   +---------+--------------------+----------------+-----------+
///   | address | preferred lifetime | valid lifetime | options   |   RFC 8415 §21.6
///   +---------+--------------------+----------------+-----------+
/// </code>
/// </remarks>
public readonly ref struct IdentityAssociation
{
    public const int HeaderLength = 12;
    public const int AddressLength = 16;
    public const int AddressHeaderLength = AddressLength + 8;

    private readonly ReadOnlySpan<byte> _value;

    private IdentityAssociation(ReadOnlySpan<byte> value) => _value = value;

    public uint Id => BinaryPrimitives.ReadUInt32BigEndian(_value);

    /// <summary>Options inside it; step through its addresses with <see cref="TryReadAddress"/>.</summary>
    public Dhcpv6OptionReader Options => new(_value[HeaderLength..]);

    /// <summary>Reads the value of the option; false when it is too short.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out IdentityAssociation association)
    {
        bool isWhole = value.Length >= HeaderLength;
        association = isWhole ? new IdentityAssociation(value) : default;
        return isWhole;
    }

    /// <summary>Steps to the next address, 16 bytes; false at the end.</summary>
    public static bool TryReadAddress(ref Dhcpv6OptionReader options, out ReadOnlySpan<byte> address)
    {
        while (options.TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value))
        {
            if (code == Dhcpv6OptionCode.IdentityAssociationAddress && value.Length >= AddressHeaderLength)
            {
                address = value[..AddressLength];
                return true;
            }
        }

        address = default;
        return false;
    }
}
