using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Nbd;

namespace Appliance.Nbd;

/// <summary>
/// One client's connection, on a thread of its own: a slow card or client holds up nobody else, and a request costs no
/// hand-over between threads, which on a one-core board is most of what a short read takes.
/// </summary>
internal sealed class NbdSession : IDisposable
{
    /// <summary>Stack in bytes: what the calls below need, several times over.</summary>
    private const int StackLength = 256 * 1024;

    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>
    /// A client that was switched off or has kexec'ed never says goodbye. Asked after 30 s of silence, three times, it is
    /// gone in a minute; data that nobody takes end it after the same time.
    /// </summary>
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveIntervalSeconds = 10;
    private const int KeepAliveProbes = 3;
    private const int UserTimeoutMilliseconds = 60_000;

    private readonly NbdServer _server;
    private readonly Socket _socket;
    private readonly NbdHandshake _handshake;
    private readonly byte[] _input = new byte[NbdHandshake.BufferLength];
    private readonly long _started;
    private NbdTransmission? _transmission;
    private int _start;
    private int _end;
    private long _waitingSince;
    private volatile bool _transmits;
    private volatile string? _cutOff;

    public NbdSession(NbdServer server, Socket socket)
    {
        _server = server;
        _socket = socket;
        _handshake = new NbdHandshake(server.Exports);
        _started = server.Time.GetTimestamp();
        Client = (IPEndPoint)socket.RemoteEndPoint!;
        Configure(socket);
    }

    public IPEndPoint Client { get; }

    public void Start() => new Thread(Run, StackLength) { IsBackground = true, Name = "nbd " + Client }.Start();

    /// <summary>Why it should be cut off now; null when it may stay.</summary>
    public string? OverdueReason(TimeSpan idleTimeout)
    {
        if (!_transmits)
        {
            return _server.Time.GetElapsedTime(_started) > NbdServer.HandshakeTimeout ? "the handshake took too long" : null;
        }

        long since = Volatile.Read(ref _waitingSince);
        return since != 0 && _server.Time.GetElapsedTime(since) > idleTimeout ? "idle for too long" : null;
    }

    /// <summary>Ends it from another thread: whatever it waits for returns. Only while it is in the table.</summary>
    public void CutOff(string reason)
    {
        _cutOff = reason;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException e)
        {
            // The peer was faster; its thread is about to see it.
            _server.Log.AlreadyGone(Client, e.Message);
        }
    }

    public void Dispose()
    {
        _handshake.Dispose();
        _socket.Dispose();
    }

    private static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
    }

    private void Run()
    {
        string end;
        try
        {
            end = Serve();
        }
        catch (SocketException e)
        {
            end = e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            end = "the medium failed";
            _server.Log.ExportUnreadable(Client, _handshake.Export?.Name ?? "", e.Message);
        }

        Report(_cutOff ?? end);
        _server.Ended(this);
    }

    /// <summary>Serves until the connection ends; returns why, in words for the log.</summary>
    private string Serve()
    {
        if (!Negotiate())
        {
            return _handshake.EndReason ?? "closed by the client";
        }

        _transmission = new NbdTransmission(_socket, _handshake.Export!, _handshake.StructuredReplies);
        _server.Log.Started(Client, _handshake.Export!.Name);
        return Transmit(_transmission);
    }

    private bool Negotiate()
    {
        byte[] output = new byte[NbdHandshake.BufferLength];
        Send(output.AsSpan(0, NbdHandshake.Greet(output)));
        while (_handshake.Phase == NbdPhase.Handshake)
        {
            NbdStep step = _handshake.Step(_input.AsSpan(_start, _end - _start), output);
            _start += step.Consumed;
            Send(output.AsSpan(0, step.Written));
            if (_handshake.Refusal is { } refusal)
            {
                _server.Log.Refused(Client, refusal);
            }

            if (step == default && _handshake.Phase == NbdPhase.Handshake && !Receive())
            {
                return false;
            }
        }

        return _handshake.Phase == NbdPhase.Transmission;
    }

    private string Transmit(NbdTransmission transmission)
    {
        Volatile.Write(ref _waitingSince, _server.Time.GetTimestamp());
        _transmits = true;
        while (true)
        {
            while (_end - _start >= NbdRequest.Length)
            {
                Volatile.Write(ref _waitingSince, 0);
                if (!NbdRequest.TryParse(_input.AsSpan(_start), out NbdRequest request, out string? reason))
                {
                    return reason!;
                }

                _start += NbdRequest.Length;
                if (request.Command == NbdCommand.Disconnect)
                {
                    transmission.Flush();
                    return "disconnected";
                }

                if (request.Command == NbdCommand.Write && !TrySkip(request.DataLength, transmission))
                {
                    return "a write of more than a request may hold, or not to its end";
                }

                transmission.Answer(request);
            }

            transmission.Flush();
            Volatile.Write(ref _waitingSince, _server.Time.GetTimestamp());
            if (!Receive())
            {
                return "closed by the client";
            }
        }
    }

    /// <summary>Passes over the bytes of a write, which will be refused.</summary>
    private bool TrySkip(uint length, NbdTransmission transmission)
    {
        if (length > NbdTransmission.MaxReadLength)
        {
            return false;
        }

        Volatile.Write(ref _waitingSince, _server.Time.GetTimestamp());
        for (long left = length; left > 0;)
        {
            if (_start == _end)
            {
                transmission.Flush();
                if (!Receive())
                {
                    return false;
                }
            }

            int count = (int)Math.Min(left, _end - _start);
            _start += count;
            left -= count;
        }

        Volatile.Write(ref _waitingSince, 0);
        return true;
    }

    /// <summary>Waits for more input behind what has not been used; false when the client has closed.</summary>
    private bool Receive()
    {
        if (_start > 0)
        {
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            _end -= _start;
            _start = 0;
        }

        int count = _socket.Receive(_input.AsSpan(_end));
        _end += count;
        return count > 0;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void Report(string end)
    {
        if (_transmission is null)
        {
            _server.Log.HandshakeEnded(Client, end);
            return;
        }

        if (_transmission.MediumFailure is { } failure)
        {
            _server.Log.ExportUnreadable(Client, _handshake.Export!.Name, failure);
        }

        double seconds = _server.Time.GetElapsedTime(_started).TotalSeconds;
        _server.Log.Ended(Client, _handshake.Export!.Name, _transmission.Reads, _transmission.Bytes, seconds, end);
    }
}
