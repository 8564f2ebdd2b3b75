using System.Net;
using System.Net.Sockets;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Nbd;

/// <summary>
/// Read-only NBD server (NBD protocol, fixed newstyle): images and the files inside them as block devices, so that a big
/// disc boots on a small PC. Takes connections on its port and gives each a <see cref="NbdSession"/>.
/// </summary>
public sealed class NbdServer
{
    /// <summary>
    /// Time for the whole handshake. 10 s: a client needs a few round trips; one that dawdles holds a place that another
    /// waits for.
    /// </summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>Pause after a failed accept, so that an error that stays (no descriptors) does not spin.</summary>
    private static readonly TimeSpan AcceptErrorPause = TimeSpan.FromMilliseconds(500);

    private readonly NetworkOptions _network;
    private readonly NbdOptions _options;
    private readonly NbdSessionTable _sessions;

    public NbdServer(ApplianceOptions options, ImageLibrary library, TimeProvider time, ILogger<NbdServer> log)
    {
        _network = options.Network;
        _options = options.Nbd;
        _sessions = new NbdSessionTable(_options.MaxSessions, _options.MaxSessionsPerClient);
        Exports = new NbdExports(library);
        Time = time;
        Log = log;
    }

    /// <summary>Where it listens; valid once <see cref="RunAsync"/> has been called.</summary>
    public IPEndPoint LocalEndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Connections that are open now.</summary>
    public int ActiveSessions => _sessions.Count;

    internal NbdExports Exports { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    /// <summary>
    /// Serves until cancelled, then until the last session has ended, which it is made to do at once. The port is bound
    /// before this returns.
    /// </summary>
    /// <exception cref="StartException">The port cannot be bound; the message names the remedy.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        Socket listener = Bind();
        LocalEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        Log.Listening(LocalEndPoint);
        return ServeAsync(listener, cancellationToken);
    }

    internal void Ended(NbdSession session)
    {
        // First out of the table: nobody shuts a socket down whose number may already be another's.
        _sessions.Remove(session);
        session.Dispose();
    }

    private Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(_network.Address, _options.Port));
            socket.Listen();
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw StartException.ForPort("the NBD server", "nbd-port", _options.Port, tcp: true, e);
        }
    }

    private async Task ServeAsync(Socket listener, CancellationToken cancellationToken)
    {
        using (listener)
        using (Time.CreateTimer(_ => _sessions.Sweep(_options.IdleTimeout), null, SweepInterval, SweepInterval))
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    OnConnection(await listener.AcceptAsync(cancellationToken));
                }
                catch (OperationCanceledException)
                {
                    break;
                }
                catch (SocketException e)
                {
                    Log.AcceptFailed(e.Message);
                    await Task.Delay(AcceptErrorPause, Time, CancellationToken.None);
                }
            }
        }

        await _sessions.CutOffAll("the server stops");
    }

    /// <summary>A client beyond the limits is hung up on: the protocol has no words before its handshake.</summary>
    private void OnConnection(Socket socket)
    {
        NbdSession? session = null;
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint client || !_sessions.HasRoomFor(client.Address))
            {
                Log.TooManySessions(socket.RemoteEndPoint as IPEndPoint, _sessions.Count);
                socket.Dispose();
                return;
            }

            session = new NbdSession(this, socket);
            _sessions.Add(session);
            session.Start();
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            // Gone before it was looked at, or no thread for it.
            Log.NotStarted(e.Message);
            if (session is not null)
            {
                Ended(session);
            }

            socket.Dispose();
        }
    }
}
