namespace Appliance.Tftp;

/// <summary>
/// How long to wait for an ACK before sending again, learned from the ACKs that came (RFC 6298, with constants of a
/// local network: TFTP's peers wait whole seconds for each lost packet).
/// </summary>
public sealed class RetransmissionTimer
{
    /// <summary>
    /// Wait before anything is known. 500 ms: firmware that polls its card by a 55 ms tick answers well within it, and a
    /// lost first packet costs less than a client's own repetition (1 s and more).
    /// </summary>
    public static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(500);

    /// <summary>Shortest wait. 20 ms: above scheduling noise on both sides, so that a busy client is not sent doubles.</summary>
    public static readonly TimeSpan Minimum = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest wait after back-off. 5 s: six tries fit into the time after which a silent client is given up.</summary>
    public static readonly TimeSpan Maximum = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _limit;
    private TimeSpan _smoothed;
    private TimeSpan _variation;
    private bool _sampled;

    /// <param name="limit">The client's own <c>timeout</c> option, an upper bound (RFC 2349); null when it named none.</param>
    public RetransmissionTimer(TimeSpan? limit)
    {
        _limit = limit is { } asked && asked < Maximum ? asked : Maximum;
        Current = Initial < _limit ? Initial : _limit;
    }

    /// <summary>The wait for what is sent next.</summary>
    public TimeSpan Current { get; private set; }

    /// <summary>
    /// Learns from an ACK that came <paramref name="elapsed"/> after its packet, which was sent once only: the ACK of a
    /// repeated packet tells nothing (Karn, RFC 6298 §3).
    /// </summary>
    public void Sample(TimeSpan elapsed)
    {
        if (_sampled)
        {
            _variation = (0.75 * _variation) + (0.25 * (_smoothed - elapsed).Duration());
            _smoothed = (0.875 * _smoothed) + (0.125 * elapsed);
        }
        else
        {
            _smoothed = elapsed;
            _variation = elapsed / 2;
            _sampled = true;
        }

        Current = Clamp(_smoothed + (4 * _variation));
    }

    /// <summary>Doubles the wait after one that brought nothing (RFC 6298 §5.5).</summary>
    public void BackOff() => Current = Clamp(2 * Current);

    private TimeSpan Clamp(TimeSpan wait) => wait < Minimum ? Minimum : wait > _limit ? _limit : wait;
}
