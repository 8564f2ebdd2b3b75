using System.Net;
using System.Net.Sockets;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Nfs;

/// <summary>
/// Read-only NFS server, version 3 (RFC 1813), with the mount protocol on the same port and a port mapper (RFC 1833) where
/// there is none: each image of the library is an export, <c>/boot/{image}</c>. Live systems read from it what they use,
/// when they use it, instead of loading gigabytes first.
/// </summary>
public sealed class NfsServer
{
    private const string Name = "the NFS server";

    /// <summary>Connections that wait to be taken. 64: a class room that is switched on at once.</summary>
    private const int Backlog = 64;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(2);

    /// <summary>Pause after a connection could not be taken, such as for want of descriptors.</summary>
    private static readonly TimeSpan AcceptErrorPause = TimeSpan.FromMilliseconds(500);

    private readonly NetworkOptions _network;
    private readonly NfsOptions _options;
    private readonly NfsExports _exports;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RpcConnectionTable _connections;
    private RpcDispatcher? _dispatcher;

    public NfsServer(ApplianceOptions options, ImageLibrary library, TimeProvider time, ILogger<NfsServer> log)
    {
        _network = options.Network;
        _options = options.Nfs;
        _exports = new NfsExports(library);
        _time = time;
        _log = log;
        _connections = new RpcConnectionTable(_options.MaxConnections, _options.MaxConnectionsPerClient);
    }

    /// <summary>Where NFS and mount listen, by TCP and UDP; valid once <see cref="RunAsync"/> has been called.</summary>
    public IPEndPoint LocalEndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where the port mapper listens, by TCP and UDP; null when another program has its port.</summary>
    public IPEndPoint? PortmapEndPoint { get; private set; }

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>Messages that were no calls, or not from our network, since the start.</summary>
    public long DroppedMessages => _dispatcher?.Dropped ?? 0;

    /// <summary>Serves until cancelled, and until its connections have ended. The ports are bound before this returns.</summary>
    /// <exception cref="StartException">A port cannot be bound; the message names the remedy.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        RpcPort port = RpcPort.Bind(_network.Address, _options.Port, OnError);
        LocalEndPoint = port.EndPoint;
        RpcPort? portmap = BindPortmap();
        PortmapEndPoint = portmap?.EndPoint;
        _log.Listening(LocalEndPoint);
        _dispatcher = new RpcDispatcher(
            [
                new NfsProgram(_exports, _log),
                new MountProgram(_exports, _log),
                new PortmapProgram(PortmapEndPoint?.Port ?? 0, LocalEndPoint.Port),
            ],
            _log);
        return ServeAsync(portmap is { } other ? [port, other] : [port], _dispatcher, cancellationToken);

        static StartException OnError(int number, bool tcp, SocketException error) =>
            StartException.ForPort(Name, "nfs-port", number, tcp, error);
    }

    /// <summary>The port mapper is worth having, not worth failing for: a host with NFS of its own has one already.</summary>
    private RpcPort? BindPortmap()
    {
        try
        {
            return RpcPort.Bind(_network.Address, _options.PortmapPort, OnError);
        }
        catch (StartException taken)
        {
            _log.NoPortmapper(taken.Message, LocalEndPoint.Port);
            return null;
        }

        static StartException OnError(int number, bool tcp, SocketException error) =>
            new($"{PortOwner.Find(number, tcp) ?? error.Message} ({(tcp ? "TCP" : "UDP")} port {number})", error);
    }

    private async Task ServeAsync(RpcPort[] ports, RpcDispatcher dispatcher, CancellationToken cancellationToken)
    {
        RpcDatagrams[] datagrams = [.. ports.Select(port => new RpcDatagrams(port.Udp, _network, dispatcher, _time, _log))];
        await using ITimer sweep = _time.CreateTimer(_ => Sweep(datagrams), null, SweepInterval, SweepInterval);
        Task[] parts =
        [
            .. ports.Select(port => AcceptAsync(port.Tcp, dispatcher, cancellationToken)),
            .. datagrams.SelectMany(receiver => receiver.Run(cancellationToken)),
        ];

        // The first that fails is to be seen, and not only when the others have ended too.
        await await Task.WhenAny(RunAllAsync(parts), _connections.Failure);
        await _connections.WhenEmpty();
        foreach (RpcPort port in ports)
        {
            port.Udp.Dispose();
        }
    }

    private static async Task RunAllAsync(IEnumerable<Task> parts)
    {
        await foreach (Task ended in Task.WhenEach(parts))
        {
            await ended;
        }
    }

    private async Task AcceptAsync(Socket listener, RpcDispatcher dispatcher, CancellationToken cancellationToken)
    {
        using (listener)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    Start(await listener.AcceptAsync(cancellationToken), dispatcher, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    break;
                }
                catch (SocketException failure)
                {
                    _log.ReceiveFailed(failure.Message);
                    await Task.Delay(AcceptErrorPause, _time, CancellationToken.None);
                }
            }
        }
    }

    private void Start(Socket socket, RpcDispatcher dispatcher, CancellationToken cancellationToken)
    {
        RpcConnection connection;
        try
        {
            connection = new RpcConnection(socket, dispatcher, _time, _log);
        }
        catch (SocketException)
        {
            // The client is gone already.
            socket.Dispose();
            return;
        }

        if (!_connections.TryStart(connection, cancellationToken))
        {
            _log.TooManyConnections(connection.Client, _connections.Count);
            connection.Dispose();
        }
    }

    private void Sweep(RpcDatagrams[] datagrams)
    {
        _connections.Sweep();
        foreach (RpcDatagrams receiver in datagrams)
        {
            receiver.CloseIdleFiles();
        }
    }

    /// <summary>One port, by TCP and UDP.</summary>
    private readonly record struct RpcPort(Socket Tcp, Socket Udp)
    {
        public IPEndPoint EndPoint => (IPEndPoint)Tcp.LocalEndPoint!;

        /// <summary>Binds both; with port 0, both to the same free one.</summary>
        public static RpcPort Bind(IPAddress address, int port, Func<int, bool, SocketException, StartException> onError)
        {
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            bool isTcp = true;
            try
            {
                tcp.Bind(new IPEndPoint(address, port));
                tcp.Listen(Backlog);
                isTcp = false;
                udp.Bind(tcp.LocalEndPoint!);
                return new RpcPort(tcp, udp);
            }
            catch (SocketException error)
            {
                tcp.Dispose();
                udp.Dispose();
                throw onError(port, isTcp, error);
            }
        }
    }
}
