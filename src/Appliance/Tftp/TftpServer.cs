using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Formats.Tftp;
using Appliance.Images;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Tftp;

/// <summary>
/// Read-only TFTP server (RFC 1350, 2347, 2348, 2349, 7440): takes requests on its port and gives each a
/// <see cref="TftpSession"/> of its own. Files come from <see cref="OpenBootFile"/> alone; no name reaches a file system.
/// </summary>
public sealed class TftpServer
{
    /// <summary>Longest request that is read: RFC 2347 allows 512 bytes, some more cost nothing.</summary>
    private const int MaxRequestLength = 1024;

    /// <summary>Longest buffer that is kept: a window of 64 full Ethernet frames; longer ones are made anew.</summary>
    private const int MaxBufferLength = 128 * 1024;

    /// <summary>Idle buffers of one size that are kept: a bench's worth of PCs.</summary>
    private const int MaxIdleBuffers = 8;

    /// <summary>Pause after a failed receive, so that an error that stays does not spin: half of what firmware waits at least.</summary>
    private static readonly TimeSpan ReceiveErrorPause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a transfer whose client has not answered at all keeps its place when others want it: forged requests fill the
    /// table in an instant (V-19). 1 s: firmware answers within milliseconds, and no more than 200 places change in a second.
    /// </summary>
    private static readonly TimeSpan UnansweredLimit = TimeSpan.FromSeconds(1);

    /// <summary>Longest block over IPv6: Ethernet's 1500 less 52 bytes of headers.</summary>
    private const int MaxIpv6Blksize = 1448;

    private readonly NetworkOptions _network;
    private readonly IPAddress _address;
    private readonly OpenBootFile _files;
    private readonly BootFetchObserver? _observer;
    private readonly TftpSessionTable _sessions;
    private readonly byte[] _reply = new byte[TftpPacket.HeaderLength + TftpPacket.MaxErrorText + 1];
    private readonly int _port;
    private Socket? _socket;

    /// <param name="address">The one of our addresses that it serves; null for the IPv4 one.</param>
    public TftpServer(
        ApplianceOptions options, OpenBootFile files, TimeProvider time, ILogger<TftpServer> log, BootFetchObserver? observer = null,
        IPAddress? address = null)
    {
        _network = options.Network;
        _address = address ?? options.Network.Address;
        _port = options.Tftp.Port;
        _files = files;
        _observer = observer;
        _sessions = new TftpSessionTable(options.Tftp.MaxTransfers, options.Tftp.MaxTransfersPerClient);
        Limits = _address.AddressFamily == AddressFamily.InterNetworkV6
            ? options.Tftp with { MaxBlksize = Math.Min(options.Tftp.MaxBlksize, MaxIpv6Blksize) }
            : options.Tftp;
        Time = time;
        Log = log;
    }

    /// <summary>Where it listens; valid once <see cref="RunAsync"/> has been called.</summary>
    public IPEndPoint LocalEndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Transfers that run now.</summary>
    public int ActiveTransfers => _sessions.Count;

    /// <summary>Datagrams that were no request from our network, since the start.</summary>
    public long DroppedPackets { get; private set; }

    internal TftpOptions Limits { get; }

    /// <summary>
    /// Buffers of windows. Not the shared pool: that keeps what a thread returns for this thread, and a transfer's thread
    /// ends with it.
    /// </summary>
    internal ArrayPool<byte> Buffers { get; } = ArrayPool<byte>.Create(MaxBufferLength, MaxIdleBuffers);

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    /// <summary>
    /// Serves until cancelled, then until the last transfer has ended, which it is told to do at once. The port is bound
    /// before this returns.
    /// </summary>
    /// <exception cref="StartException">The port cannot be bound; the message names the remedy.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _socket = Bind();
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        Log.Listening(LocalEndPoint);
        return ServeAsync(_socket, cancellationToken);
    }

    internal Payload? Open(string path, IPAddress client, BootProtocol protocol) => _files(path, client, protocol);

    internal void Observe(in BootFetch fetch) => _observer?.Invoke(fetch);

    internal void Ended(TftpSession session)
    {
        session.Dispose();
        _sessions.Remove(session);
    }

    private Socket Bind()
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            ComingAddress.Permit(socket);
            socket.Bind(new IPEndPoint(_address, _port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw StartException.ForPort("the TFTP server", "tftp-port", _port, tcp: false, e);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxRequestLength];
        var sender = new SocketAddress(_address.AddressFamily);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, cancellationToken);
                OnDatagram(socket, buffer.AsSpan(0, length), (IPEndPoint)LocalEndPoint.Create(sender));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException e)
            {
                Log.ReceiveFailed(e.Message);
                await Task.Delay(ReceiveErrorPause, Time, CancellationToken.None);
            }
        }

        foreach (TftpSession session in _sessions.Snapshot())
        {
            Stop(socket, session);
        }

        await _sessions.WhenEmpty();
        socket.Dispose();
    }

    private void OnDatagram(Socket socket, ReadOnlySpan<byte> datagram, IPEndPoint client)
    {
        // Anything but a request gets no answer: an ERROR for an ERROR would go round for ever (RFC 1350 §7).
        if (!TftpRequest.TryParse(datagram, out TftpRequest request, out string? reason))
        {
            Drop(client, reason!);
        }
        else if (client.Port == 0)
        {
            Drop(client, "from port 0, which cannot be answered");
        }
        else if (Limits.LocalSubnetOnly && !_network.Contains(client.Address))
        {
            Drop(client, "not from our network");
        }
        else if (request.IsWrite)
        {
            Refuse(socket, client, request, TftpErrorCode.AccessViolation, "This server is read-only");
        }
        else if (request.Mode is not (TftpMode.Octet or TftpMode.Netascii))
        {
            Refuse(socket, client, request, TftpErrorCode.IllegalOperation, "Mode is neither octet nor netascii");
        }
        else
        {
            OnReadRequest(socket, datagram, request, client);
        }
    }

    private void OnReadRequest(Socket socket, ReadOnlySpan<byte> datagram, in TftpRequest request, IPEndPoint client)
    {
        if (_sessions.Find(client) is { } known)
        {
            if (known.IsRepeatedBy(datagram))
            {
                // The transfer knows its server's voice, and whether the answer is still to be sent again.
                Send(socket, datagram, known.LocalAddress);
                return;
            }

            Stop(socket, known);
            _sessions.Remove(known);
        }

        if (!_sessions.HasRoomFor(client.Address) && !TryMakeRoom(socket, client.Address))
        {
            Refuse(socket, client, request, TftpErrorCode.NotDefined, "Too many transfers at one time");
            return;
        }

        if (!TryStart(client, datagram))
        {
            Refuse(socket, client, request, TftpErrorCode.NotDefined, "No resources for another transfer");
        }
    }

    /// <summary>Ends a transfer that nobody seems to want; false when there is none.</summary>
    private bool TryMakeRoom(Socket socket, IPAddress client)
    {
        if (_sessions.FindUnanswered(client, UnansweredLimit) is not { } session)
        {
            return false;
        }

        Stop(socket, session);
        _sessions.Remove(session);
        return true;
    }

    private bool TryStart(IPEndPoint client, ReadOnlySpan<byte> request)
    {
        TftpSession? session = null;
        try
        {
            session = new TftpSession(this, client, request);
            _sessions.Add(session);
            session.Start();
            return true;
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            // No descriptor, no port, or no thread.
            if (session is not null)
            {
                Ended(session);
            }

            return false;
        }
    }

    private void Stop(Socket socket, TftpSession session)
    {
        session.Stop();
        Send(socket, [], session.LocalAddress);
    }

    /// <summary>Sends one datagram; one that the network does not take is lost like any other.</summary>
    private void Send(Socket socket, ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            socket.SendTo(datagram, SocketFlags.None, to);
        }
        catch (SocketException e)
        {
            Log.SendFailed(e.Message);
        }
    }

    private void Drop(IPEndPoint client, string reason)
    {
        DroppedPackets++;
        Log.Dropped(client, reason);
    }

    private void Refuse(Socket socket, IPEndPoint client, in TftpRequest request, TftpErrorCode code, string reason)
    {
        Log.Refused(client, TftpFileName.ToLogText(request.FileName), reason);
        int length = TftpPacket.WriteError(_reply, code, reason);
        Send(socket, _reply.AsSpan(0, length), client.Serialize());
    }
}
