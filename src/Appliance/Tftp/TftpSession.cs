using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Formats.Tftp;
using Appliance.Images;

namespace Appliance.Tftp;

/// <summary>
/// One transfer's socket and thread around its <see cref="TftpTransfer"/>. A thread, because a blocking receive is the
/// shortest way from an ACK to the next block, and in lockstep that way is all there is to speed; the socket is not
/// connected, because a packet of a wrong TID must be answered with an ERROR (RFC 1350 §4).
/// </summary>
internal sealed class TftpSession : IDisposable
{
    /// <summary>
    /// Stack of the thread, in bytes. 512 KiB: enough to open a file inside an image; 200 of the default 8 MiB would fill
    /// the address space of a 32-bit board.
    /// </summary>
    private const int StackLength = 512 * 1024;

    /// <summary>Receive buffer, in bytes: a request, which is the longest packet that we get.</summary>
    private const int ReceiveLength = 1024;

    /// <summary>Silence after which an identical request means that the client started anew, not that a packet was doubled.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(1);

    private readonly byte[] _request;

    /// <summary>Room for a window of packets; none before the client is known to be there, because requests are forged.</summary>
    private byte[]? _packets;
    private readonly TftpServer _server;
    private readonly TftpSocket _socket;
    private readonly long _started;
    private TftpTransfer? _transfer;
    private long _heardTicks;
    private volatile bool _answered;
    private volatile bool _stopping;

    /// <summary>Binds the transfer's own port (RFC 1350 §4).</summary>
    /// <exception cref="SocketException">No port or descriptor is left.</exception>
    public TftpSession(TftpServer server, IPEndPoint client, ReadOnlySpan<byte> request)
    {
        _server = server;
        Client = client;
        _request = request.ToArray();
        _started = server.Time.GetTimestamp();
        _socket = new TftpSocket(server.LocalEndPoint, client);
    }

    public IPEndPoint Client { get; }

    /// <summary>Where the server reaches this transfer.</summary>
    public SocketAddress LocalAddress => _socket.LocalAddress;

    public void Start() => new Thread(Run, StackLength) { IsBackground = true, Name = "tftp " + Client }.Start();

    /// <summary>
    /// Whether a request from this client's address and port repeats the one of this transfer. Otherwise the client has
    /// begun anew: PC ROMs use port 2070 for every transfer, after a reset too.
    /// </summary>
    public bool IsRepeatedBy(ReadOnlySpan<byte> request) =>
        request.SequenceEqual(_request)
        && (!_answered || Now - TimeSpan.FromTicks(Interlocked.Read(ref _heardTicks)) < StallLimit);

    /// <summary>
    /// Since when the client has been silent, when it has never answered at all; else null. Its address may be forged then, or
    /// it was reset.
    /// </summary>
    public TimeSpan? Unanswered => _answered ? null : Now;

    /// <summary>Makes the transfer end at its next packet; the server sends it one.</summary>
    public void Stop() => _stopping = true;

    public void Dispose() => _socket.Dispose();

    private TimeSpan Now => _server.Time.GetElapsedTime(_started);

    private void Run()
    {
        // One place for what can go wrong with the world; a bug still ends the process.
        try
        {
            Serve();
        }
        catch (SocketException e)
        {
            _server.Log.TransferFailed(Client, TftpFileName.ToLogText(RequestView().FileName), e.Message);
        }
        finally
        {
            _server.Ended(this);
        }
    }

    private TftpRequest RequestView()
    {
        // The server has parsed it already; a view cannot outlive a method.
        _ = TftpRequest.TryParse(_request, out TftpRequest request, out _);
        return request;
    }

    private void Serve()
    {
        TftpRequest request = RequestView();
        if (!TftpFileName.TryToPath(request.FileName, out string? path))
        {
            NotFound(TftpFileName.ToLogText(request.FileName));
            return;
        }

        try
        {
            using Payload? payload = _server.Open(path, Client.Address, BootProtocol.Tftp);
            if (payload is null)
            {
                NotFound(path);
                return;
            }

            Transfer(request, path, payload);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _socket.SendError(TftpErrorCode.NotDefined, "The file could not be read");
            _server.Log.FileUnreadable(Client, path, e.Message);
            _server.Observe(new BootFetch(Client.Address, BootProtocol.Tftp, path, 0, 0, 0, BootFetchOutcome.Failed));
        }
    }

    private void NotFound(string path)
    {
        _socket.SendError(TftpErrorCode.FileNotFound, "File not found");
        _server.Log.FileNotFound(Client, path);
        _server.Observe(new BootFetch(Client.Address, BootProtocol.Tftp, path, 0, 0, 0, BootFetchOutcome.NotFound));
    }

    private void Transfer(in TftpRequest request, string path, Payload payload)
    {
        TftpTerms terms = TftpTerms.For(request, payload.Length, _server.Limits);
        TftpBlockSource source = TftpBlockSource.For(request.Mode, payload, terms.Blksize);
        _transfer = new TftpTransfer(terms, request.Mode == TftpMode.Octet ? payload.Length : null);
        bool refused = false;
        try
        {
            Exchange(_transfer, terms, source);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // ICMP port unreachable: the client is gone, and its address perhaps never asked (a forged request).
            refused = true;
        }
        finally
        {
            if (_packets is not null)
            {
                _server.Buffers.Return(_packets);
            }
        }

        TftpResult result = refused ? (_transfer.IsLastBlockSent ? TftpResult.Complete : TftpResult.ClientAborted)
            : _stopping ? TftpResult.Stopped
            : _transfer.Result;
        Report(path, payload, terms, result);
    }

    private void Exchange(TftpTransfer transfer, in TftpTerms terms, TftpBlockSource source)
    {
        Span<byte> received = stackalloc byte[ReceiveLength];
        TftpAction action = transfer.Step(new TftpEvent(TftpEventKind.Begin), Now);
        while (action.Kind != TftpActionKind.End && !_stopping)
        {
            switch (action.Kind)
            {
                case TftpActionKind.SendOptionAck:
                    _socket.Send(received[..terms.WriteOptionAck(received)]);
                    break;
                case TftpActionKind.SendBlocks:
                    _packets ??= _server.Buffers.Rent(transfer.MaxBlocks * source.Stride);
                    int length = source.Fill(action.First, action.Count, _packets);
                    if (length < action.Count * source.Stride)
                    {
                        transfer.EndAt(action.First + action.Count - 1);
                    }

                    _socket.SendRun(_packets.AsSpan(0, length), source.Stride);
                    break;
            }

            action = transfer.Step(Receive(received, transfer), Now);
        }
    }

    private TftpEvent Receive(Span<byte> buffer, TftpTransfer transfer)
    {
        var clock = new TftpEvent(TftpEventKind.Clock);
        switch (_socket.Receive(buffer, transfer.Deadline - Now, out int length))
        {
            case TftpSender.Server:
                return length == 0 ? clock : new TftpEvent(TftpEventKind.RepeatedRequest);
            case TftpSender.Client when TftpPacket.TryParseAck(buffer[..length], out ushort block):
                _answered = true;
                Interlocked.Exchange(ref _heardTicks, Now.Ticks);
                return new TftpEvent(TftpEventKind.Ack, block);
            case TftpSender.Client when TftpPacket.TryParseError(buffer[..length], out _, out _):
                return new TftpEvent(TftpEventKind.Error);
            default:
                return clock;
        }
    }

    private void Report(string path, Payload payload, in TftpTerms terms, TftpResult result)
    {
        TftpTransfer transfer = _transfer!;
        TimeSpan took = Now;
        long bytes = result == TftpResult.Complete ? payload.Length : Math.Min(transfer.AcknowledgedBlocks * terms.Blksize, payload.Length);
        double megabytesPerSecond = bytes / Math.Max(took.TotalSeconds, 1e-6) / 1e6;
        _server.Log.Transferred(
            Client, path, bytes, took.TotalSeconds, megabytesPerSecond, terms.Blksize, terms.Windowsize, transfer.Retransmissions, result);
        if (_socket.Lost > 0)
        {
            _server.Log.SendsLost(Client, path, _socket.Lost);
        }

        BootFetchOutcome outcome = result switch
        {
            TftpResult.Complete => BootFetchOutcome.Complete,
            TftpResult.SizeProbe => BootFetchOutcome.Probe,
            _ => BootFetchOutcome.Aborted,
        };
        _server.Observe(new BootFetch(Client.Address, BootProtocol.Tftp, path, 0, bytes, payload.Length, outcome));
    }
}
