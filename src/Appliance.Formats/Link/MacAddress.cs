using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Formats.Link;

/// <summary>An Ethernet address as a value.</summary>
/// <param name="Value">The six bytes as a number, first byte highest.</param>
public readonly record struct MacAddress(ulong Value)
{
    public const int Length = 6;

    private const ulong GroupBit = 1UL << 40;

    /// <summary>00:00:00:00:00:00: none, or not Ethernet.</summary>
    public static MacAddress None => default;

    public static MacAddress Broadcast => new(0xffff_ffff_ffff);

    public bool IsNone => Value == 0;

    /// <summary>Whether it names many stations: no station may send from it (IEEE 802 §8.2).</summary>
    public bool IsGroup => (Value & GroupBit) != 0;

    /// <summary>Reads the first six bytes.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> source) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(source) << 32) | BinaryPrimitives.ReadUInt32BigEndian(source[2..]));

    /// <summary>Reads what people write: six pairs of hexadecimal digits, with colons, dashes or nothing between them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        const int written = (3 * Length) - 1;
        Span<char> digits = stackalloc char[2 * Length];
        address = default;
        bool isSeparated = text.Length == written;
        if (!isSeparated && text.Length != digits.Length)
        {
            return false;
        }

        int step = isSeparated ? 3 : 2;
        for (int i = 0; i < Length; i++)
        {
            if (isSeparated && i > 0 && (text[(i * step) - 1] is not (':' or '-') || text[(i * step) - 1] != text[2]))
            {
                return false;
            }

            text.Slice(i * step, 2).CopyTo(digits[(2 * i)..]);
        }

        bool isNumber = ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value);
        address = new MacAddress(value);
        return isNumber;
    }

    /// <summary>Writes six bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], (uint)Value);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(byte)(Value >> 40):x2}:{(byte)(Value >> 32):x2}:{(byte)(Value >> 24):x2}:{(byte)(Value >> 16):x2}:{(byte)(Value >> 8):x2}:{(byte)Value:x2}");
}
