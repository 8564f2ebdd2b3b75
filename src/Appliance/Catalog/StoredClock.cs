using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>How a clock goes on after a restart: one row, in each database that keeps ends.</summary>
internal static class StoredClock
{
    /// <summary>A thousand years, in seconds.</summary>
    private const long Furthest = 1000L * 365 * 24 * 3600;

    /// <summary>Sets the clock on to what is stored.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public static void Resume(SqliteDatabase database, LeaseClock clock)
    {
        using SqliteStatement stored = database.Prepare("SELECT boot_id, offset_ms, seen_ms FROM clock");
        if (stored.Step() && stored.GetBlob(0) is { Length: 16 } bootId)
        {
            clock.Resume(new Guid(bootId), Milliseconds(stored.GetInt64(1)), Milliseconds(stored.GetInt64(2)));
        }
    }

    /// <summary>What no clock shows must not overflow one: only damage can have written it.</summary>
    public static TimeSpan Seconds(long stored) => TimeSpan.FromSeconds(Math.Clamp(stored, -Furthest, Furthest));

    private static TimeSpan Milliseconds(long stored) => TimeSpan.FromMilliseconds((double)Math.Clamp(stored, -Furthest * 1000, Furthest * 1000));
}
