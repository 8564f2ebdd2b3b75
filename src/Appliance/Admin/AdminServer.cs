using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Status;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Appliance.Admin;

/// <summary>
/// The web page and its API for people, on a port of its own: it shares nothing with the boot plane but the process. Kestrel
/// without a host builder, as there (docs/adr/0003).
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    /// <summary>Time for a request's head. 5 s: browsers send it at once, slow-header attacks take minutes.</summary>
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Time between two requests. 30 s: a page that is looked at asks more often.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Time that answers under way get when the server stops. 1 s: event streams never end by themselves.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly KestrelServer _kestrel;
    private readonly AdminApplication _application;
    private readonly ConnectionLimit _connections = new();
    private readonly ImmutableArray<IPEndPoint> _wanted;
    private readonly string? _controlSocket;
    private readonly List<ListenOptions> _endpoints = [];

    /// <param name="endpoints">Where to listen.</param>
    /// <param name="controlSocket">Unix socket to listen on besides, for which there is room; or null.</param>
    internal AdminServer(IEnumerable<IPEndPoint> endpoints, string? controlSocket, AdminApplication application, ILoggerFactory logs)
    {
        _wanted = [.. endpoints];
        _controlSocket = controlSocket;
        _application = application;
        _kestrel = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(CreateOptions()),
            new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), logs),
            logs);
    }

    /// <summary>Where it listens; valid once started.</summary>
    public ImmutableArray<IPEndPoint> LocalEndPoints => [.. _endpoints.Select(static endpoint => endpoint.IPEndPoint!)];

    /// <summary>Binds the port and serves.</summary>
    /// <exception cref="StartException">The port cannot be bound; the message names the remedy.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_wanted.IsEmpty && _controlSocket is null)
        {
            // Kestrel would take a port of its own choice.
            return;
        }

        try
        {
            await _kestrel.StartAsync(_application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw CannotBind(e);
        }
    }

    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopGrace);
        await _kestrel.StopAsync(limit.Token);
    }

    public ValueTask DisposeAsync()
    {
        _kestrel.Dispose();
        return ValueTask.CompletedTask;
    }

    private StartException CannotBind(Exception failure)
    {
        SocketException? socket = failure as SocketException ?? failure.InnerException as SocketException
            ?? failure.InnerException?.InnerException as SocketException;
        var error = socket ?? new SocketException((int)SocketError.AddressAlreadyInUse);
        return StartException.ForPort("the admin page", "admin-port", _wanted.FirstOrDefault()?.Port ?? 0, tcp: true, error);
    }

    private KestrelServerOptions CreateOptions()
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.RequestHeadersTimeout = HeadTimeout;
        options.Limits.KeepAliveTimeout = IdleTimeout;
        options.Limits.MaxRequestBodySize = 64 * 1024;
        foreach (IPEndPoint endpoint in _wanted)
        {
            options.Listen(endpoint, Configure);
        }

        if (_controlSocket is not null)
        {
            options.ListenUnixSocket(_controlSocket, static endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(static next => context => ControlSocket.TryEnter(context) ? next(context) : Task.CompletedTask);
            });
        }

        return options;
    }

    private void Configure(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => context => ServeAsync(context, next));
        _endpoints.Add(endpoint);
    }

    private async Task ServeAsync(ConnectionContext context, ConnectionDelegate next)
    {
        IPAddress address = ((IPEndPoint)context.RemoteEndPoint!).Address;
        if (!_connections.TryEnter(address))
        {
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            _connections.Leave(address);
        }
    }
}
