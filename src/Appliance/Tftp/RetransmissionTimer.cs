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

    /// <summary>Shortest wait. 10 ms: above scheduling noise on both sides, so that a busy client is not sent doubles.</summary>
    public static readonly TimeSpan Minimum = TimeSpan.FromMilliseconds(10);

    /// <summary>Shortest wait after the first repetition. 40 ms: four times what the first one waited for.</summary>
    public static readonly TimeSpan AfterRepetition = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// Wait after the last quick repetition. 5.5 s: atftp then repeats its own packet by a timer of 5 s, which each further copy of
    /// ours starts afresh. Four of them fit into the time after which a silent client is given up.
    /// </summary>
    public static readonly TimeSpan Maximum = TimeSpan.FromSeconds(5.5);

    /// <summary>Repetitions before <see cref="Maximum"/>: on a wire that loses one packet in ten, one block in 100,000 needs more.</summary>
    private const int QuickRepetitions = 5;

    private readonly TimeSpan _limit;
    private readonly TimeSpan _initial;
    private TimeSpan _smoothed;
    private TimeSpan _variation;
    private bool _sampled;

    /// <param name="limit">The client's own <c>timeout</c> option, an upper bound (RFC 2349); null when it named none.</param>
    public RetransmissionTimer(TimeSpan? limit)
    {
        _limit = limit is { } asked && asked < Maximum ? asked : Maximum;
        _initial = Clamp(Initial);
        Current = _initial;
    }

    /// <summary>How often the wait has passed in vain since the last answer.</summary>
    public int Repetitions { get; private set; }

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

        Forget();
    }

    /// <summary>
    /// What was repeated has arrived: the loss is over, and the next packet need not wait for it (unlike RFC 6298 §5.7, which
    /// keeps the back-off, because there a loss means a full line).
    /// </summary>
    public void Forget()
    {
        Repetitions = 0;
        Current = _sampled ? Clamp(_smoothed + (4 * _variation)) : _initial;
    }

    /// <summary>
    /// The same for a client that seems to be slow, as two blocks in turn were repeated: the wait stays as long as it is, until
    /// an ACK tells how long it should be.
    /// </summary>
    public void ForgetRepetitions() => Repetitions = 0;

    /// <summary>Lengthens the wait after one that brought nothing (RFC 6298 §5.5).</summary>
    public void BackOff()
    {
        Repetitions++;
        TimeSpan doubled = 2 * Current;
        Current = Clamp(Repetitions >= QuickRepetitions ? Maximum : doubled < AfterRepetition ? AfterRepetition : doubled);
    }

    /// <summary>Waits as long as it may before the first packet is repeated.</summary>
    public void BePatient() => Current = _limit;

    private TimeSpan Clamp(TimeSpan wait) => wait < Minimum ? Minimum : wait > _limit ? _limit : wait;
}
