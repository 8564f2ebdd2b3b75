using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>One client's connection: takes records, answers each in its turn.</summary>
internal sealed class RpcConnection : IDisposable
{
    /// <summary>Longest call. 64 KiB: a write of the length that FSINFO tells, which is refused, and not the connection with it.</summary>
    private const int MaxCall = 64 * 1024;

    /// <summary>How long the client may take nothing. 120 s: longer than a cable is out while somebody changes the port.</summary>
    private const int StallMilliseconds = 120_000;

    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    private readonly Socket _socket;
    private readonly RpcDispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RpcCaller _caller;
    private readonly RpcRecordBuffer _records = new(MaxCall);
    private readonly byte[] _reply;
    private long _waitingSince;
    private volatile bool _expired;

    public RpcConnection(Socket socket, RpcDispatcher dispatcher, TimeProvider time, ILogger log)
    {
        _socket = socket;
        _dispatcher = dispatcher;
        _time = time;
        _log = log;
        _caller = new RpcCaller((IPEndPoint)socket.RemoteEndPoint!, isStream: true, time);
        _reply = new byte[RpcFragment.HeadLength + _caller.ReplyLength];
        _waitingSince = time.GetTimestamp();
        Span<byte> value = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(value, StallMilliseconds);
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, value);
        socket.NoDelay = true;
    }

    public IPEndPoint Client => _caller.Client;

    /// <summary>How long it has been waiting for a call, or for the rest of one; zero while it answers.</summary>
    public TimeSpan Waiting => Interlocked.Read(ref _waitingSince) is var since and not 0 ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Serves until the client ends the connection, fails, or it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ReceiveAsync(cancellationToken))
            {
                while (TryAnswer(out RpcAnswer answer))
                {
                    await SendAsync(answer, cancellationToken);
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _log.ConnectionEnded(Client, end.Message);
        }
        catch (IOException failure)
        {
            // The reply's head has been sent. The client connects again, and then gets an error instead.
            _caller.File.ReportUnreadable();
            _log.ConnectionEnded(Client, failure.Message);
        }
        finally
        {
            Dispose();
        }
    }

    public void CloseIdleFile() => _caller.File.CloseIfIdle();

    /// <summary>Whether it has been told to end.</summary>
    public bool IsExpired => _expired;

    /// <summary>Ends it from outside.</summary>
    public void Expire()
    {
        _expired = true;
        _socket.Dispose();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _caller.File.Dispose();
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _waitingSince, _time.GetTimestamp());
        int count = await _socket.ReceiveAsync(_records.GetRoom(), SocketFlags.None, cancellationToken);
        Interlocked.Exchange(ref _waitingSince, 0);
        _records.Add(count);
        return count > 0;
    }

    /// <summary>Answers the next record, if it is here. One that is no call gets an answer of length 0.</summary>
    private bool TryAnswer(out RpcAnswer answer)
    {
        answer = default;
        if (!_records.TryTake(out ReadOnlySpan<byte> record, out string? reason))
        {
            if (reason is not null)
            {
                _dispatcher.Drop(Client, reason);
                _socket.Dispose();
            }

            return false;
        }

        answer = _dispatcher.Answer(record, _caller, _reply.AsSpan(RpcFragment.HeadLength));
        return true;
    }

    private async ValueTask SendAsync(RpcAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Length > 0)
        {
            int padding = XdrReader.Padding(answer.Count);
            new RpcFragment(IsLast: true, answer.Length + answer.Count + padding).Write(_reply);
            var sender = new PayloadSender(_socket, cancellationToken);
            await sender.SendAsync(_reply.AsMemory(0, RpcFragment.HeadLength + answer.Length));
            if (answer.Payload is { } payload)
            {
                await sender.SendAsync(payload, answer.Offset, answer.Count, _reply);
                _reply.AsSpan(0, padding).Clear();
                await sender.SendAsync(_reply.AsMemory(0, padding));
            }
        }

        _caller.File.Release();
    }
}
