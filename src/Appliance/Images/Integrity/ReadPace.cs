namespace Appliance.Images.Integrity;

/// <summary>
/// Spreads reading out in time, so that it does not pass a rate. Pure but for its memory; time is an argument.
/// </summary>
/// <param name="bytesPerSecond">The rate; 0: as fast as it goes.</param>
internal sealed class ReadPace(long bytesPerSecond)
{
    /// <summary>Time that was not used is made up for only to this length: no burst after a pause.</summary>
    private static readonly TimeSpan MaxArrears = TimeSpan.FromMilliseconds(100);

    private TimeSpan _due;

    /// <summary>How long to wait after so many bytes have been read.</summary>
    /// <param name="uptime">A clock that never jumps.</param>
    public TimeSpan After(long bytes, TimeSpan uptime)
    {
        if (bytesPerSecond == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan earliest = uptime - MaxArrears;
        _due = (_due < earliest ? earliest : _due) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        return _due > uptime ? _due - uptime : TimeSpan.Zero;
    }
}
