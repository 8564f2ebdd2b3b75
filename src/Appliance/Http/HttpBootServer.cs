using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Options;
using Appliance.Status;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Appliance.Http;

/// <summary>
/// The HTTP boot plane: connections are served by <see cref="BootConnection"/>, which sends files without copying them;
/// Kestrel gets those that send something other than plain requests. No host builder: nothing of it is needed, and it would
/// double the time to the first answer.
/// </summary>
public sealed class HttpBootServer : IAsyncDisposable
{
    /// <summary>What Kestrel buffers of one connection's requests, in bytes: the longest head that it accepts, and some.</summary>
    private const int MaxRequestBuffer = 64 * 1024;

    /// <summary>Longest body of a request that is read, and thrown away: no request has one that counts.</summary>
    private const int MaxRequestBody = 64 * 1024;

    /// <summary>Time that answers under way get when the server stops. 2 s: scripts and loaders end, an image never would.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly HttpConnectionTable _connections;
    private readonly ConnectionThreads _threads = new();
    private readonly BootFetchObserver? _observer;
    private readonly BootApplication _application;
    private readonly KestrelServer _kestrel;
    private readonly NetworkOptions _network;
    private readonly HttpOptions _options;
    private readonly List<ListenOptions> _endpoints = [];
    private ITimer? _sweep;
    private volatile byte[] _date = [];

    public HttpBootServer(
        ApplianceOptions options, OpenBootFile files, ILoggerFactory log, BootFetchObserver? observer = null, TimeProvider? time = null)
    {
        _network = options.Network;
        _options = options.Http;
        _observer = observer;
        Log = log.CreateLogger<HttpBootServer>();
        Time = time ?? TimeProvider.System;
        _connections = new HttpConnectionTable(Time);
        Answers = new BootAnswers(files, observer, Log);
        _application = new BootApplication(files, observer, Log);
        _kestrel = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(CreateKestrelOptions()),
            new BootListenerFactory((socket, listener) => _ = ServeAsync(socket, listener), Log),
            log);
    }

    /// <summary>Where it listens; valid once started.</summary>
    public ImmutableArray<IPEndPoint> LocalEndPoints => [.. _endpoints.Select(static endpoint => endpoint.IPEndPoint!)];

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections => _connections.Count;

    internal BootAnswers Answers { get; }

    internal ILogger Log { get; }

    internal TimeProvider Time { get; }

    /// <summary>The Date header's line, of this second.</summary>
    internal byte[] Date => _date;

    /// <summary>Binds the ports and serves.</summary>
    /// <exception cref="StartException">A port cannot be bound; the message names the remedy.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Tick();
        try
        {
            await _kestrel.StartAsync(_application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw CannotBind(e);
        }

        _sweep = Time.CreateTimer(static server => ((HttpBootServer)server!).Tick(), this, SweepInterval, SweepInterval);
        foreach (IPEndPoint endpoint in LocalEndPoints)
        {
            Log.Listening(endpoint);
        }
    }

    /// <summary>Kestrel does not say which port it was: the first that cannot be bound now is the one.</summary>
    private StartException CannotBind(Exception failure)
    {
        foreach ((IPAddress address, int port) in _network.Addresses.SelectMany(_ => _options.Ports, static (address, port) => (address, port)))
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen();
            }
            catch (SocketException error)
            {
                return StartException.ForPort("the HTTP server", "http-ports", port, tcp: true, error);
            }
        }

        return new StartException($"the HTTP server cannot listen: {failure.Message}", failure);
    }

    /// <summary>Takes no more connections, waits a moment for the answers under way, then cuts them off; at once when cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopGrace);
        await Task.WhenAll(_kestrel.StopAsync(limit.Token), _connections.DrainAsync(limit.Token));
        _sweep?.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _sweep?.Dispose();
        _kestrel.Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Observe(in BootFetch fetch) => _observer?.Invoke(fetch);

    private KestrelServerOptions CreateKestrelOptions()
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.RequestHeadersTimeout = HttpConnectionTable.HeadTimeout;
        options.Limits.KeepAliveTimeout = HttpConnectionTable.IdleTimeout;
        options.Limits.MaxRequestBufferSize = MaxRequestBuffer;
        options.Limits.MaxRequestBodySize = MaxRequestBody;

        // TCP_USER_TIMEOUT judges slow readers, for both ways of answering.
        options.Limits.MinResponseDataRate = null;
        foreach (IPAddress address in _network.Addresses)
        {
            foreach (int port in _options.Ports)
            {
                options.Listen(address, port, Configure);
            }
        }

        return options;
    }

    private void Configure(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        _endpoints.Add(endpoint);
    }

    private async Task ServeAsync(Socket socket, BootListener listener)
    {
        bool ownThread = _threads.TryTake() && await _threads.Switch();
        BootConnection connection;
        try
        {
            connection = new BootConnection(this, socket, ownThread);
        }
        catch (SocketException)
        {
            // The peer is gone again.
            socket.Dispose();
            return;
        }

        if (!_connections.TryAdd(connection))
        {
            if (!_connections.IsDraining)
            {
                Log.TooManyConnections(connection.Client, _connections.Count);
            }

            socket.Dispose();
            return;
        }

        byte[]? received = null;
        try
        {
            received = await connection.RunAsync();
        }
        finally
        {
            if (received is null)
            {
                _connections.Remove(connection);
            }
        }

        if (received is not null)
        {
            listener.HandOver(socket, received, () => _connections.Remove(connection));
        }
    }

    private void Tick()
    {
        byte[] line = new byte["Date: "u8.Length + 29 + 2];
        "Date: "u8.CopyTo(line);
        Utf8Formatter.TryFormat(Time.GetUtcNow(), line.AsSpan("Date: "u8.Length), out _, 'R');
        "\r\n"u8.CopyTo(line.AsSpan(line.Length - 2));
        _date = line;
        _connections.Sweep();
    }
}
