using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Formats.Link;

/// <summary>An IPv4 address as a value: comparable, ordered, and without an allocation per packet.</summary>
/// <param name="Value">The address as a number: 192.0.2.1 is 0xC0000201.</param>
public readonly record struct Ipv4Address(uint Value) : IComparable<Ipv4Address>
{
    public const int Length = 4;

    /// <summary>0.0.0.0: none, or not known yet.</summary>
    public static Ipv4Address Any => default;

    /// <summary>255.255.255.255: everyone on this wire.</summary>
    public static Ipv4Address Broadcast => new(uint.MaxValue);

    public bool IsAny => Value == 0;

    /// <summary>Reads the first four bytes, network byte order.</summary>
    public static Ipv4Address Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt32BigEndian(source));

    /// <summary>Writes four bytes, network byte order.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    public int CompareTo(Ipv4Address other) => Value.CompareTo(other.Value);

    public static bool operator <(Ipv4Address left, Ipv4Address right) => left.Value < right.Value;

    public static bool operator >(Ipv4Address left, Ipv4Address right) => left.Value > right.Value;

    public static bool operator <=(Ipv4Address left, Ipv4Address right) => left.Value <= right.Value;

    public static bool operator >=(Ipv4Address left, Ipv4Address right) => left.Value >= right.Value;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Value >> 24}.{(Value >> 16) & 0xff}.{(Value >> 8) & 0xff}.{Value & 0xff}");
}
