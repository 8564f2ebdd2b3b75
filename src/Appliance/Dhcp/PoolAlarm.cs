namespace Appliance.Dhcp;

/// <summary>
/// Notices that a pool runs low before it is empty (D-15). Counting goes through the whole pool, and so is done now and then
/// only; asked after each offer.
/// </summary>
internal sealed class PoolAlarm
{
    /// <summary>A tenth left is low: ten addresses of the default pool, a few minutes of a class room that is switched on.</summary>
    private const int LowDivisor = 10;

    /// <summary>Low no more when a fifth is left, so that a pool on the edge does not raise the alarm again and again.</summary>
    private const int RecoveredDivisor = 5;

    /// <summary>How often it counts: 65,536 addresses take a millisecond.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private TimeSpan? _counted;
    private bool _isLow;

    /// <summary>The number of addresses that are left, once each time that the pool has become low; else null.</summary>
    public int? Check(LeaseTable leases, TimeSpan now)
    {
        if (_counted is { } counted && now - counted < Interval)
        {
            return null;
        }

        _counted = now;
        bool wasLow = _isLow;
        int free = leases.CountFree(now);
        _isLow = free <= leases.GivableCount / (wasLow ? RecoveredDivisor : LowDivisor);
        return _isLow && !wasLow ? free : null;
    }
}
