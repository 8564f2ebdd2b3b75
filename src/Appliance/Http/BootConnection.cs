using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Images;

namespace Appliance.Http;

/// <summary>
/// Answers the plain requests of one connection straight on its socket; the first one that is not plain goes, with all
/// that follows and not a byte taken away, to Kestrel's HTTP/1.1 (RFC 9112).
/// </summary>
internal sealed class BootConnection
{
    private readonly HttpBootServer _server;
    private readonly Socket _socket;
    private readonly RequestInput _input;
    private readonly AnswerSender _sender;
    private volatile bool _expired;
    private volatile bool _handedOver;
    private long _waitingSince;
    private volatile bool _betweenRequests;

    // Most requests of a connection name what the one before named: sanboot reads an image in thousands of ranges.
    private byte[] _lastTarget = [];
    private string _lastPath = "";
    private Payload? _recent;
    private bool _isGrub;
    private long _rangeRequests;
    private long _rangeBytes;

    /// <param name="blocking">Whether it has a thread of its own, which may wait.</param>
    /// <exception cref="SocketException">The peer is gone already.</exception>
    public BootConnection(HttpBootServer server, Socket socket, bool blocking)
    {
        _server = server;
        _socket = socket;
        _input = new RequestInput(socket, blocking);
        _sender = new AnswerSender(socket, blocking);
        Client = (IPEndPoint)socket.RemoteEndPoint!;
        Waits();
    }

    public IPEndPoint Client { get; }

    /// <summary>Whether it waits for a request; when it does not, it is answering one, or Kestrel's.</summary>
    public bool IsWaiting => WaitingSince != 0;

    /// <summary>Time stamp since when it waits.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <summary>Whether it waits for the first byte of a request after another.</summary>
    public bool IsBetweenRequests => _betweenRequests;

    /// <summary>
    /// Closes the file of the latest answer. It is left open because the next request is most often for the same file, which
    /// is then only looked at, not opened anew. From any thread at any time: an answer under way has a reference of its own.
    /// </summary>
    public void CloseRecent() => Interlocked.Exchange(ref _recent, null)?.Dispose();

    /// <summary>Ends it, from another thread: at once if it waits, else after its answer. Kestrel ends its own.</summary>
    public void Expire()
    {
        _expired = true;
        if (_handedOver)
        {
            return;
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Ends it, from another thread, whatever it does. Kestrel ends its own.</summary>
    public void Cut()
    {
        if (!_handedOver)
        {
            _socket.Dispose();
        }
    }

    /// <summary>
    /// Serves until the connection ends, and closes it, or until a request is not plain: then the bytes that have come and are
    /// not answered are returned, and the socket is the caller's.
    /// </summary>
    public async Task<byte[]?> RunAsync()
    {
        try
        {
            if (await ServeAsync())
            {
                _handedOver = true;
                return _input.Bytes.ToArray();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, or the server stops: either way there is nobody to tell.
            _server.Log.ConnectionEnded(Client, e.Message);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
            CloseRecent();
            if (_rangeRequests > 0)
            {
                _server.Log.RangesSent(Client, _lastPath, _rangeRequests, _rangeBytes);
            }
        }

        Close();
        return null;
    }

    /// <summary>
    /// GRUB (2.12) counts its ports from 21550 at each start and acknowledges no FIN once it has closed: the connection would
    /// stay half closed here for minutes, and the same PC's next start wait for it. A reset leaves nothing behind.
    /// </summary>
    private void Close()
    {
        if (_isGrub && _input.IsEnded)
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        _socket.Dispose();
    }

    /// <summary>Serves until the connection ends (false) or a request is not plain (true).</summary>
    private async Task<bool> ServeAsync()
    {
        while (!_expired)
        {
            int headLength = EndOfHead(_input.Bytes);
            if (headLength == 0 && !_input.IsFull && MayBePlain(_input.Bytes))
            {
                WaitsForTheRest();
                if (!await _input.FillAsync())
                {
                    return false;
                }

                continue;
            }

            if (headLength == 0 || !TryPrepare(_input.Bytes[..headLength], out PreparedAnswer answer))
            {
                return true;
            }

            Volatile.Write(ref _waitingSince, 0);
            _input.Consume(headLength);
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

    private void WaitsForTheRest()
    {
        if (_betweenRequests && !_input.Bytes.IsEmpty)
        {
            Waits();
        }
    }

    private void Waits()
    {
        _betweenRequests = false;
        Volatile.Write(ref _waitingSince, _server.Time.GetTimestamp());
    }

    /// <summary>Bytes up to and with the empty line; 0 when it has not come, or only behind what is read here.</summary>
    private static int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        int end = bytes[..Math.Min(bytes.Length, HttpRequestHead.MaxLength)].IndexOf("\r\n\r\n"u8);
        return end < 0 ? 0 : end + 4;
    }

    /// <summary>Whether what has come so far can be the start of a plain request.</summary>
    private static bool MayBePlain(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> get = "GET "u8;
        ReadOnlySpan<byte> head = "HEAD "u8;
        return start.StartsWith(get[..Math.Min(get.Length, start.Length)]) || start.StartsWith(head[..Math.Min(head.Length, start.Length)]);
    }

    private bool TryPrepare(ReadOnlySpan<byte> bytes, out PreparedAnswer answer)
    {
        answer = default;
        if (!HttpRequestHead.TryParse(bytes, out HttpRequestHead request))
        {
            return false;
        }

        _isGrub = request.IsGrub;
        answer = _server.Answers.Prepare(request, PathOf(request.Target), Client, _server.Date);
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
            _server.Log.FileUnreadable(Client, answer.Path, e.Message);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer.Buffer);
            if (answer.Payload is { } payload)
            {
                Report(answer, payload.Length, outcome, _server.Time.GetElapsedTime(started));
            }

            Interlocked.Exchange(ref _recent, answer.Payload)?.Dispose();
        }
    }

    private void Report(in PreparedAnswer answer, long length, BootFetchOutcome outcome, TimeSpan took)
    {
        long sent = _sender.BodyBytesSent;
        if (outcome == BootFetchOutcome.Aborted)
        {
            _server.Log.Aborted(Client, answer.Path, sent);
        }
        else if (answer.Status == 200 && outcome == BootFetchOutcome.Complete)
        {
            _server.Log.Sent(Client, answer.Path, sent, took.TotalSeconds, sent / Math.Max(took.TotalSeconds, 1e-6) / 1e6);
        }
        else
        {
            _server.Log.Answered(Client, answer.Path, answer.Status, sent, answer.Offset);
            _rangeRequests += answer.Status == 206 ? 1 : 0;
            _rangeBytes += answer.Status == 206 ? sent : 0;
        }

        _server.Observe(new BootFetch(Client.Address, BootProtocol.Http, answer.Path, answer.Offset, sent, length, outcome));
    }
}
