using System.Buffers.Text;
using System.Text;

namespace Appliance.Http;

/// <summary>What a request gets of a file.</summary>
/// <param name="Status">200, 206, 304, 412 or 416.</param>
/// <param name="Offset">First byte of the body.</param>
/// <param name="Length">Bytes of the body of a GET.</param>
internal readonly record struct HttpSelection(int Status, long Offset, long Length)
{
    /// <summary>Decides by preconditions, then by range (RFC 9110 §13.2.2, §14.2).</summary>
    /// <param name="lastModified">Compared by whole seconds, which is all that a header can say.</param>
    public static HttpSelection For(
        scoped in HttpConditions conditions, bool isHead, long length, ReadOnlySpan<char> etag, DateTimeOffset lastModified)
    {
        if (IsChanged(conditions, etag, lastModified))
        {
            return new HttpSelection(412, 0, 0);
        }

        if (IsFresh(conditions, etag, lastModified))
        {
            return new HttpSelection(304, 0, 0);
        }

        // "A server MUST ignore a Range header field received with a request method that is unrecognized or for which
        // range handling is not defined. For this specification, GET is the only method" (RFC 9110 §14.2).
        return isHead || conditions.Range.IsEmpty || !IfRangeHolds(conditions.IfRange, etag, lastModified)
            ? new HttpSelection(200, 0, length)
            : ForRange(conditions.Range, length);
    }

    /// <summary>
    /// One range of bytes. Anything else is as if it had not been asked: an unknown unit, several ranges (a gate for
    /// sending a file many times over, CVE-2011-3192), and what iPXE's printf once made of 64-bit numbers,
    /// <c>bytes=u-u</c>.
    /// </summary>
    private static HttpSelection ForRange(ReadOnlySpan<byte> range, long length)
    {
        var whole = new HttpSelection(200, 0, length);
        var unsatisfiable = new HttpSelection(416, 0, 0);
        ReadOnlySpan<byte> unit = "bytes="u8;
        if (range.Length <= unit.Length || !Ascii.EqualsIgnoreCase(range[..unit.Length], unit))
        {
            return whole;
        }

        ReadOnlySpan<byte> spec = range[unit.Length..].Trim(" \t"u8);
        int dash = spec.IndexOf((byte)'-');
        if (dash < 0)
        {
            return whole;
        }

        ReadOnlySpan<byte> firstDigits = spec[..dash];
        ReadOnlySpan<byte> lastDigits = spec[(dash + 1)..];
        long last = long.MaxValue;
        if (!lastDigits.IsEmpty && !TryReadPosition(lastDigits, out last))
        {
            return whole;
        }

        if (firstDigits.IsEmpty)
        {
            return lastDigits.IsEmpty || length == 0 ? whole
                : last == 0 ? unsatisfiable
                : new HttpSelection(206, Math.Max(0, length - last), Math.Min(last, length));
        }

        if (!TryReadPosition(firstDigits, out long first) || first > last)
        {
            return whole;
        }

        return first >= length ? unsatisfiable : new HttpSelection(206, first, Math.Min(last, length - 1) - first + 1);
    }

    /// <summary>A run of digits; what is too large for 64 bits is the largest number there is.</summary>
    private static bool TryReadPosition(ReadOnlySpan<byte> digits, out long position)
    {
        position = long.MaxValue;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        if (Utf8Parser.TryParse(digits, out long parsed, out int used) && used == digits.Length)
        {
            position = parsed;
        }

        return true;
    }

    private static bool IsChanged(scoped in HttpConditions conditions, ReadOnlySpan<char> etag, DateTimeOffset lastModified) =>
        !conditions.IfMatch.IsEmpty
            ? !ListHolds(conditions.IfMatch, etag, weakly: false)
            : TryReadDate(conditions.IfUnmodifiedSince, out DateTimeOffset since) && WholeSeconds(lastModified) > since;

    private static bool IsFresh(scoped in HttpConditions conditions, ReadOnlySpan<char> etag, DateTimeOffset lastModified) =>
        !conditions.IfNoneMatch.IsEmpty
            ? ListHolds(conditions.IfNoneMatch, etag, weakly: true)
            : TryReadDate(conditions.IfModifiedSince, out DateTimeOffset since) && WholeSeconds(lastModified) <= since;

    /// <summary>A strong tag, or the exact date (RFC 9110 §13.1.5).</summary>
    private static bool IfRangeHolds(ReadOnlySpan<byte> ifRange, ReadOnlySpan<char> etag, DateTimeOffset lastModified) =>
        ifRange.IsEmpty
        || Ascii.Equals(ifRange, etag)
        || (TryReadDate(ifRange, out DateTimeOffset date) && date == WholeSeconds(lastModified));

    /// <summary>Whether a list of entity tags, or <c>*</c>, names this one (RFC 9110 §8.8.3.2).</summary>
    private static bool ListHolds(ReadOnlySpan<byte> list, ReadOnlySpan<char> etag, bool weakly)
    {
        if (list.SequenceEqual("*"u8))
        {
            return true;
        }

        foreach (Range range in list.Split((byte)','))
        {
            ReadOnlySpan<byte> tag = list[range].Trim(" \t"u8);
            if (weakly && tag.StartsWith("W/"u8))
            {
                tag = tag[2..];
            }

            if (Ascii.Equals(tag, etag))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryReadDate(ReadOnlySpan<byte> text, out DateTimeOffset date)
    {
        date = default;
        return !text.IsEmpty && Utf8Parser.TryParse(text, out date, out int used, 'R') && used == text.Length;
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerSecond));
}
