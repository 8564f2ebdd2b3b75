using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Images;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Appliance.Http;

/// <summary>
/// Answers the plain requests of one connection straight on its socket; the first one that is not plain goes, with all
/// that follows and not a byte taken away, to Kestrel's own HTTP/1.1 (RFC 9112).
/// </summary>
internal sealed class BootConnection
{
    private readonly HttpBootServer _server;
    private readonly ConnectionContext _context;
    private readonly PipeReader _input;
    private readonly AnswerSender _sender;
    private readonly IPEndPoint _client;
    private volatile bool _expired;
    private long _waitingSince;
    private volatile bool _betweenRequests;

    // Most requests of a connection name what the one before named: sanboot reads an image in thousands of ranges.
    private byte[] _lastTarget = [];
    private string _lastPath = "";
    private long _rangeRequests;
    private long _rangeBytes;

    public BootConnection(HttpBootServer server, ConnectionContext context, Socket socket)
    {
        _server = server;
        _context = context;
        _input = context.Transport.Input;
        _sender = new AnswerSender(socket, context.ConnectionClosed);
        _client = context.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        Waits();
    }

    /// <summary>Whether it waits for a request; when it does not, it is answering one, or Kestrel's.</summary>
    public bool IsWaiting => WaitingSince != 0;

    /// <summary>Time stamp since when it waits.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <summary>Whether it waits for the first byte of a request after another.</summary>
    public bool IsBetweenRequests => _betweenRequests;

    /// <summary>Ends it, from another thread, if it waits.</summary>
    public void Expire()
    {
        _expired = true;
        _input.CancelPendingRead();
    }

    public async Task RunAsync(ConnectionDelegate kestrel)
    {
        bool handOver;
        try
        {
            CancellationToken stopping =
                _context.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
            using (stopping.UnsafeRegister(static connection => ((BootConnection)connection!).Expire(), this))
            {
                handOver = await ServeAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, or the server stops: either way there is nobody to tell.
            _server.Log.ConnectionEnded(_client, e.Message);
            return;
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
            if (_rangeRequests > 0)
            {
                _server.Log.RangesSent(_client, _lastPath, _rangeRequests, _rangeBytes);
            }
        }

        if (handOver)
        {
            await kestrel(_context);
        }
    }

    /// <summary>Serves until the connection ends (false) or a request is not plain (true).</summary>
    private async Task<bool> ServeAsync()
    {
        while (!_expired)
        {
            ReadResult read = await _input.ReadAsync();
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (read.IsCanceled && _expired)
            {
                _input.AdvanceTo(buffer.Start);
                return false;
            }

            int headLength = LengthOfHead(buffer);
            if (headLength == 0 && buffer.Length < HttpRequestHead.MaxLength && MayBePlain(buffer))
            {
                if (read.IsCompleted)
                {
                    return false;
                }

                WaitsForTheRestOf(buffer);
                continue;
            }

            if (headLength == 0 || !TryPrepare(buffer.Slice(0, headLength), out PreparedAnswer answer))
            {
                _input.AdvanceTo(buffer.Start);
                return true;
            }

            Volatile.Write(ref _waitingSince, 0);
            _input.AdvanceTo(buffer.GetPosition(headLength));
            await SendAsync(answer);
            if (!answer.KeepAlive)
            {
                return false;
            }

            Waits();
            _betweenRequests = true;
        }

        return false;
    }

    private void WaitsForTheRestOf(in ReadOnlySequence<byte> buffer)
    {
        if (_betweenRequests && !buffer.IsEmpty)
        {
            Waits();
        }

        _input.AdvanceTo(buffer.Start, buffer.End);
    }

    private void Waits()
    {
        _betweenRequests = false;
        Volatile.Write(ref _waitingSince, _server.Time.GetTimestamp());
    }

    /// <summary>Bytes up to and with the empty line; 0 when it has not come, or only behind what is read here.</summary>
    private static int LengthOfHead(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return EndOfHead(buffer.FirstSpan);
        }

        Span<byte> copy = stackalloc byte[(int)Math.Min(buffer.Length, HttpRequestHead.MaxLength)];
        buffer.Slice(0, copy.Length).CopyTo(copy);
        return EndOfHead(copy);
    }

    private static int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        int end = bytes[..Math.Min(bytes.Length, HttpRequestHead.MaxLength)].IndexOf("\r\n\r\n"u8);
        return end < 0 ? 0 : end + 4;
    }

    /// <summary>Whether what has come so far can be the start of a plain request.</summary>
    private static bool MayBePlain(in ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> start = buffer.FirstSpan;
        ReadOnlySpan<byte> get = "GET "u8;
        ReadOnlySpan<byte> head = "HEAD "u8;
        return start.StartsWith(get[..Math.Min(get.Length, start.Length)]) || start.StartsWith(head[..Math.Min(head.Length, start.Length)]);
    }

    private bool TryPrepare(in ReadOnlySequence<byte> bytes, out PreparedAnswer answer)
    {
        answer = default;
        Span<byte> copy = stackalloc byte[bytes.IsSingleSegment ? 0 : (int)bytes.Length];
        bytes.Slice(0, copy.Length).CopyTo(copy);
        if (!HttpRequestHead.TryParse(bytes.IsSingleSegment ? bytes.FirstSpan : copy, out HttpRequestHead request))
        {
            return false;
        }

        answer = _server.Answers.Prepare(request, PathOf(request.Target), _client, _server.Date);
        return true;
    }

    private string? PathOf(ReadOnlySpan<byte> target)
    {
        if (!target.SequenceEqual(_lastTarget))
        {
            if (!HttpTarget.TryToPath(target, out string? path))
            {
                return null;
            }

            _lastTarget = target.ToArray();
            _lastPath = path;
        }

        return _lastPath;
    }

    private async ValueTask SendAsync(PreparedAnswer answer)
    {
        long started = _server.Time.GetTimestamp();
        BootFetchOutcome outcome = BootFetchOutcome.Aborted;
        try
        {
            await _sender.SendAsync(answer);
            outcome = answer.IsHead ? BootFetchOutcome.Probe : BootFetchOutcome.Complete;
        }
        catch (IOException e)
        {
            // The file; a peer that is gone is a SocketException. The length is promised: only closing tells the client.
            outcome = BootFetchOutcome.Failed;
            _server.Log.FileUnreadable(_client, answer.Path, e.Message);
            throw;
        }
        finally
        {
            answer.Dispose();
            if (answer.Payload is { } payload)
            {
                Report(answer, payload.Length, outcome, _server.Time.GetElapsedTime(started));
            }
        }
    }

    private void Report(in PreparedAnswer answer, long length, BootFetchOutcome outcome, TimeSpan took)
    {
        long sent = _sender.BodyBytesSent;
        if (outcome == BootFetchOutcome.Aborted)
        {
            _server.Log.Aborted(_client, answer.Path, sent);
        }
        else if (answer.Status == 200 && outcome == BootFetchOutcome.Complete)
        {
            _server.Log.Sent(_client, answer.Path, sent, took.TotalSeconds, sent / Math.Max(took.TotalSeconds, 1e-6) / 1e6);
        }
        else
        {
            _server.Log.Answered(_client, answer.Path, answer.Status, sent, answer.Offset);
            _rangeRequests += answer.Status == 206 ? 1 : 0;
            _rangeBytes += answer.Status == 206 ? sent : 0;
        }

        _server.Observe(new BootFetch(_client.Address, BootProtocol.Http, answer.Path, answer.Offset, sent, length, outcome));
    }
}
