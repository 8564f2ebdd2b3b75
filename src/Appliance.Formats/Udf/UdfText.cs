using System.Text;

namespace Appliance.Formats.Udf;

/// <summary>
/// OSTA compressed Unicode: a compression id, then characters of 8 or of 16 bits, most significant byte first
/// (UDF 2.60 §2.1.1).
/// </summary>
internal static class UdfText
{
    /// <summary>Bytes of UTF-8 that <see cref="TryDecode"/> writes at most for a name, whose length is one byte.</summary>
    public const int MaxNameBytes = 2 * byte.MaxValue;

    private const byte EightBits = 8;
    private const byte SixteenBits = 16;

    /// <summary>Decodes to UTF-8; false when the compression id is unknown, or <paramref name="destination"/> too short.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> recorded, Span<byte> destination, out int length)
    {
        length = 0;
        if (recorded.IsEmpty || recorded[0] is not (EightBits or SixteenBits))
        {
            return recorded.IsEmpty;
        }

        Encoding encoding = recorded[0] == EightBits ? Encoding.Latin1 : Encoding.BigEndianUnicode;
        return Encoding.UTF8.TryGetBytes(encoding.GetString(recorded[1..]), destination, out length);
    }

    /// <summary>A field of fixed length, whose last byte says how much of it is used (§2.1.3); empty when it is nonsense.</summary>
    public static string DecodeField(ReadOnlySpan<byte> field)
    {
        int used = Math.Min(field[^1], field.Length - 1);
        Span<byte> text = stackalloc byte[MaxNameBytes];
        return TryDecode(field[..used], text, out int length) ? Encoding.UTF8.GetString(text[..length]).TrimEnd('\0', ' ') : "";
    }
}
