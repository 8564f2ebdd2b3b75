using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Boot;

namespace Appliance.Http;

/// <summary>The target of a request (RFC 9112 §3.2): from bytes on the wire to the path that is looked up.</summary>
public static class HttpTarget
{
    /// <summary>
    /// Takes the path of an origin-form or absolute-form target, without its query, and decodes it once. False when it is
    /// of another form, when an escape is broken, or when the path holds what no published name does: an escaped slash, a
    /// backslash, a control character, broken UTF-8, a <c>..</c> segment.
    /// </summary>
    public static bool TryToPath(ReadOnlySpan<byte> target, [NotNullWhen(true)] out string? path)
    {
        path = null;
        ReadOnlySpan<byte> encoded = PathOf(target);
        if (encoded.IsEmpty || encoded.Length > BootPath.MaxLength * 3)
        {
            return false;
        }

        Span<byte> decoded = stackalloc byte[BootPath.MaxLength * 3];
        return TryDecode(encoded, decoded, out int length)
            && BootPath.TryNormalize(Encoding.UTF8.GetString(decoded[..length]), out path);
    }

    private static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> target)
    {
        ReadOnlySpan<byte> scheme = "http://"u8;
        if (target.Length > scheme.Length && Ascii.EqualsIgnoreCase(target[..scheme.Length], scheme))
        {
            target = target[scheme.Length..];
            int end = target.IndexOfAny((byte)'/', (byte)'?');
            target = end < 0 || target[end] == '?' ? "/"u8 : target[end..];
        }

        int query = target.IndexOf((byte)'?');
        target = query < 0 ? target : target[..query];
        return target.StartsWith((byte)'/') ? target : default;
    }

    private static bool TryDecode(ReadOnlySpan<byte> encoded, Span<byte> decoded, out int length)
    {
        length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            byte value = encoded[i];
            bool escaped = value == '%';
            if (escaped)
            {
                if (i + 2 >= encoded.Length
                    || !byte.TryParse(encoded.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value))
                {
                    return false;
                }

                i += 2;
            }

            if (value == '\\' || value < ' ' || (escaped && value == '/'))
            {
                return false;
            }

            decoded[length++] = value;
        }

        return true;
    }
}
