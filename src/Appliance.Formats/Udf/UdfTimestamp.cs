using System.Buffers.Binary;

namespace Appliance.Formats.Udf;

/// <summary>
/// A point in time (ECMA-167 1/7.3).
/// <code>0 type and zone (2) | 2 year (2) | 4 month | 5 day | 6 hour | 7 minute | 8 second | 9 fractions (3)</code>
/// </summary>
internal static class UdfTimestamp
{
    public const int Length = 12;

    private const int YearOffset = 2;
    private const int MonthOffset = YearOffset + 2;
    private const int SecondOffset = MonthOffset + 4;

    /// <summary>Minutes east of Greenwich, a signed number of twelve bits.</summary>
    private const int ZoneBits = 12;

    private const int MinutesPerDay = 24 * 60;

    /// <summary>Seconds since 1970, or 0 where it is not a date. A zone that is out of range (-2047: unspecified) is none.</summary>
    public static long ReadUnixSeconds(ReadOnlySpan<byte> timestamp)
    {
        int zone = (BinaryPrimitives.ReadInt16LittleEndian(timestamp) << (32 - ZoneBits)) >> (32 - ZoneBits);
        int year = BinaryPrimitives.ReadInt16LittleEndian(timestamp[YearOffset..]);
        ReadOnlySpan<byte> rest = timestamp[MonthOffset..(SecondOffset + 1)];
        bool valid = year is >= 1 and <= 9999 && rest[0] is >= 1 and <= 12 && rest[1] >= 1
            && rest[1] <= DateTime.DaysInMonth(year, rest[0]) && rest[2] < 24 && rest[3] < 60 && rest[4] < 60;
        if (!valid)
        {
            return 0;
        }

        var local = new DateTime(year, rest[0], rest[1], rest[2], rest[3], rest[4], DateTimeKind.Utc);
        int minutesEast = Math.Abs(zone) <= MinutesPerDay ? zone : 0;
        return ((DateTimeOffset)local).ToUnixTimeSeconds() - (minutesEast * 60);
    }
}
