namespace Appliance.Images.Integrity;

/// <summary>
/// Tells whether clients are being served, from what goes over the network as a whole: that counts every protocol, and not
/// a block device that is open and idle. Pure but for its memory; time is an argument.
/// </summary>
/// <param name="bytesMoved">Bytes sent and received since some moment.</param>
internal sealed class TransferWatch(Func<long> bytesMoved)
{
    /// <summary>More than this is a transfer. 256 KiB/s: broadcasts and menus stay far below, the slowest PC's TFTP does not.</summary>
    public const long BusyBytesPerSecond = 256 << 10;

    /// <summary>How far looks are apart at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private TimeSpan? _lookedAt;
    private long _seen;
    private bool _isBusy;

    /// <param name="uptime">A clock that never jumps.</param>
    public bool IsBusy(TimeSpan uptime)
    {
        if (_lookedAt is { } before && uptime - before < Interval)
        {
            return _isBusy;
        }

        long now = bytesMoved();
        _isBusy = _lookedAt is { } last && (now - _seen) / (uptime - last).TotalSeconds > BusyBytesPerSecond;
        _lookedAt = uptime;
        _seen = now;
        return _isBusy;
    }
}
