using Appliance.Formats.Tftp;

namespace Appliance.Tftp;

/// <summary>What happened to a transfer.</summary>
public enum TftpEventKind
{
    /// <summary>It begins.</summary>
    Begin,

    /// <summary>An ACK came from the client's TID.</summary>
    Ack,

    /// <summary>The client repeated its request.</summary>
    RepeatedRequest,

    /// <summary>An ERROR came from the client's TID.</summary>
    Error,

    /// <summary>The clock moved; perhaps past <see cref="TftpTransfer.Deadline"/>.</summary>
    Clock,
}

/// <param name="Kind">What happened.</param>
/// <param name="Block">Block number of an ACK.</param>
public readonly record struct TftpEvent(TftpEventKind Kind, ushort Block = 0);

public enum TftpActionKind
{
    /// <summary>Wait for the next packet, at most until the deadline.</summary>
    Wait,

    SendOptionAck,

    SendBlocks,

    /// <summary>The transfer is over; see <see cref="TftpTransfer.Result"/>.</summary>
    End,
}

/// <param name="Kind">What to do.</param>
/// <param name="First">First block to send, counted from 1 without rolling over.</param>
/// <param name="Count">How many blocks to send.</param>
public readonly record struct TftpAction(TftpActionKind Kind, long First = 0, int Count = 0);

public enum TftpResult
{
    Running,
    Complete,

    /// <summary>The client ended it after the OACK told it the size: OVMF does so before each boot file.</summary>
    SizeProbe,

    /// <summary>The client sent an ERROR.</summary>
    ClientAborted,

    /// <summary>The client went silent.</summary>
    TimedOut,

    /// <summary>The server stopped, or the client began another transfer from the same port.</summary>
    Stopped,
}

/// <summary>
/// One read transfer, without its socket and clock: each event yields the one action it calls for (RFC 1350 §6, RFC 2347,
/// RFC 7440 §4). Times are since the transfer's start.
/// </summary>
public sealed class TftpTransfer
{
    /// <summary>
    /// Times that the first packet is sent to a client that has answered nothing. 3: its address may be forged, and then
    /// each packet hits somebody else.
    /// </summary>
    public const int MaxUnansweredSends = 3;

    /// <summary>
    /// Silence after which a client is given up. 25 s: longer than firmware pauses to write or unpack what it has, shorter
    /// than it takes to walk to the next PC.
    /// </summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(25);

    private readonly TftpTerms _terms;
    private readonly RetransmissionTimer _timer;
    private readonly bool _mayRunAhead;
    private bool _answered;
    private int _unansweredSends;
    private bool _awaitsOptionAck;
    private long _acknowledged;
    private long _sent;
    private long _lastBlock;
    private bool _repeated;
    private bool _repeatedBefore;
    private TimeSpan _sentAt;
    private TimeSpan _heardAt;

    /// <param name="terms">What was agreed.</param>
    /// <param name="length">Length of the file in bytes; null when it is known only at its end (netascii).</param>
    public TftpTransfer(in TftpTerms terms, long? length)
    {
        _terms = terms;
        _timer = new RetransmissionTimer(terms.AgreedTimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        _mayRunAhead = length is not null && terms.Windowsize == 1;
        _lastBlock = length is { } bytes ? (bytes / terms.Blksize) + 1 : long.MaxValue;
    }

    /// <summary>Most blocks that one action sends.</summary>
    public int MaxBlocks => Math.Max(_terms.Windowsize, _mayRunAhead ? 2 : 1);

    /// <summary>When a <see cref="TftpEventKind.Clock"/> event is due.</summary>
    public TimeSpan Deadline => _sentAt + _timer.Current;

    public TftpResult Result { get; private set; }

    /// <summary>Packets that were sent again.</summary>
    public long Retransmissions { get; private set; }

    /// <summary>Blocks that the client has acknowledged.</summary>
    public long AcknowledgedBlocks => _acknowledged;

    /// <summary>Whether the client has answered from the address that its request named.</summary>
    public bool IsAnswered => _answered;

    /// <summary>
    /// Whether the last block has been sent, so that only its ACK is missing. A client that is gone then has the file: its ACK
    /// was lost, or it sent none, as some ROMs do.
    /// </summary>
    public bool IsLastBlockSent => _sent == _lastBlock;

    /// <summary>The source ended in this block, which is shorter than the others.</summary>
    public void EndAt(long block) => _lastBlock = block;

    public TftpAction Step(TftpEvent happened, TimeSpan now)
    {
        if (Result != TftpResult.Running)
        {
            return new TftpAction(TftpActionKind.End);
        }

        switch (happened.Kind)
        {
            case TftpEventKind.Begin:
                return Begin(now);
            case TftpEventKind.Ack:
                return OnAck(happened.Block, now);
            case TftpEventKind.RepeatedRequest:
                return OnRepeatedRequest(now);
            case TftpEventKind.Error:
                // OVMF: "User aborted the transfer", code 8, once it knows the size (captures of real firmware).
                return End(_awaitsOptionAck && _terms.AgreedTsize is not null ? TftpResult.SizeProbe : TftpResult.ClientAborted);
            default:
                return OnClock(now);
        }
    }

    private TftpAction Begin(TimeSpan now)
    {
        _heardAt = now;
        _awaitsOptionAck = _terms.HasOptions;
        if (_awaitsOptionAck && _terms.AgreedTsize is null)
        {
            // Every firmware and loader asks for tsize. Who does not may be atftp, which gives the transfer up at a second
            // OACK: it repeats its request, or its ACK, by itself after 5 s (test T_05_who_did_not_ask_for_the_size ...).
            _timer.BePatient();
        }

        return _awaitsOptionAck ? SendOptionAck(now) : SendWindow(now, _terms.Windowsize);
    }

    private TftpAction OnAck(ushort block, TimeSpan now)
    {
        // The number on the wire is the low 16 bits of ours: block 65536 is 0 (what every client of today expects).
        int advance = (ushort)(block - (ushort)_acknowledged);
        if (_awaitsOptionAck ? block != 0 : advance == 0 || advance > _sent - _acknowledged)
        {
            // A duplicate never makes us send: each packet would be doubled from here on (RFC 1123 §4.2.3.1).
            return Wait;
        }

        _answered = true;
        _awaitsOptionAck = false;
        _heardAt = now;
        Learn(now);
        long lost = _sent - _acknowledged - advance;
        _acknowledged += advance;
        if (_acknowledged == _lastBlock)
        {
            return End(TftpResult.Complete);
        }

        // An ACK inside the window tells of a gap behind it: go on from there (RFC 7440 §4).
        Retransmissions += lost;
        _repeated = lost > 0;
        return SendWindow(now, _terms.Windowsize);
    }

    private void Learn(TimeSpan now)
    {
        if (!_repeated)
        {
            _timer.Sample(now - _sentAt);
        }
        else if (_repeatedBefore)
        {
            _timer.ForgetRepetitions();
        }
        else
        {
            _timer.Forget();
        }

        _repeatedBefore = _repeated;
    }

    private TftpAction OnRepeatedRequest(TimeSpan now)
    {
        // Its answer was lost, or is under way. Never a second session: atftp aborts on a second OACK with another TID.
        return _answered || _unansweredSends >= MaxUnansweredSends ? Wait : SendAgain(now);
    }

    private TftpAction OnClock(TimeSpan now)
    {
        if (now < Deadline)
        {
            return Wait;
        }

        if (now - _heardAt >= IdleLimit || (!_answered && _unansweredSends >= MaxUnansweredSends))
        {
            return End(TftpResult.TimedOut);
        }

        _timer.BackOff();
        return SendAgain(now);
    }

    private TftpAction SendAgain(TimeSpan now)
    {
        _repeated = true;
        Retransmissions += Math.Max(1, _sent - _acknowledged);
        return _awaitsOptionAck ? SendOptionAck(now) : SendWindow(now, RunsAhead ? 2 : _terms.Windowsize);
    }

    /// <summary>
    /// Whether a block that was repeated in vain is sent with the one behind it. It may be that not the block was lost but its
    /// ACK, and clients exist that answer no block twice (BusyBox) or not a third time (atftp): those answer the one behind.
    /// Others take one after the other
    /// (TftpLossJourneys.T_03_T_07_a_file_arrives_whole_although_packets_are_lost_each_way).
    /// </summary>
    private bool RunsAhead => _mayRunAhead && _answered && _timer.Repetitions > 1;

    private TftpAction SendOptionAck(TimeSpan now)
    {
        Sent(now);
        return new TftpAction(TftpActionKind.SendOptionAck);
    }

    private TftpAction SendWindow(TimeSpan now, int blocks)
    {
        Sent(now);
        int count = (int)Math.Min(blocks, _lastBlock - _acknowledged);
        _sent = _acknowledged + count;
        return new TftpAction(TftpActionKind.SendBlocks, _acknowledged + 1, count);
    }

    private void Sent(TimeSpan now)
    {
        _sentAt = now;
        _unansweredSends += _answered ? 0 : 1;
    }

    private TftpAction End(TftpResult result)
    {
        Result = result;
        return new TftpAction(TftpActionKind.End);
    }

    private static TftpAction Wait => new(TftpActionKind.Wait);
}
