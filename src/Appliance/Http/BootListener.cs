using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Appliance.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Appliance.Http;

/// <summary>
/// A listening socket as Kestrel sees it: of the connections that come, Kestrel gets those that <see cref="HandOver"/>
/// passes on, all others are none of its business.
/// </summary>
internal sealed class BootListener : IConnectionListener
{
    /// <summary>Connections that wait to be accepted (Kestrel's default).</summary>
    private const int Backlog = 512;

    /// <summary>Pause when no connection can be accepted, as when descriptors run out: others end meanwhile.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly Action<Socket, BootListener> _accepted;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly Channel<ConnectionContext> _handedOver = Channel.CreateUnbounded<ConnectionContext>();
    private readonly CancellationTokenSource _unbound = new();
    private readonly ILogger _log;

    /// <summary>Listens.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public BootListener(EndPoint address, Action<Socket, BootListener> accepted, ILogger log)
    {
        _log = log;
        _accepted = accepted;
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), log);
        _socket = Bind(address);
        _socket.Listen(Backlog);
        EndPoint = _socket.LocalEndPoint!;
        _ = ListenAsync();
    }

    public EndPoint EndPoint { get; }

    /// <summary>The next connection for Kestrel; null when there will be none.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _handedOver.Reader.WaitToReadAsync(cancellationToken) && _handedOver.Reader.TryRead(out ConnectionContext? context)
            ? context
            : null;

    /// <summary>Passes a connection on to Kestrel.</summary>
    /// <param name="received">What has been read from it, which Kestrel reads first.</param>
    /// <param name="ended">Called once it has ended.</param>
    public void HandOver(Socket socket, byte[] received, Action ended)
    {
        ConnectionContext context = _contexts.Create(socket);
        context.Transport = new Pipes(ReadBehind(received, context.Transport.Input), context.Transport.Output);
        context.ConnectionClosed.UnsafeRegister(static ended => ((Action)ended!)(), ended);
        if (!_handedOver.Writer.TryWrite(context))
        {
            context.Abort();
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.Cancel();
        _socket.Dispose();
        _handedOver.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _contexts.Dispose();
    }

    private static Socket Bind(EndPoint address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        }

        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            ComingAddress.Permit(socket);
            socket.Bind(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ListenAsync()
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync(_unbound.Token);
                socket.NoDelay = true;
                _accepted(socket, this);
            }
            catch (Exception e) when (_unbound.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log.CannotAccept(e.Message);
                await Task.Delay(RetryPause);
            }
        }
    }

    /// <summary>The bytes, and then those of <paramref name="rest"/>.</summary>
    private static PipeReader ReadBehind(byte[] bytes, PipeReader rest)
    {
        var pipe = new Pipe();
        _ = CopyAsync();
        return pipe.Reader;

        async Task CopyAsync()
        {
            Exception? failure = null;
            try
            {
                await pipe.Writer.WriteAsync(bytes);
                await rest.CopyToAsync(pipe.Writer);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                failure = e;
            }

            await pipe.Writer.CompleteAsync(failure);
            await rest.CompleteAsync();
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>Makes the listeners that Kestrel asks for.</summary>
internal sealed class BootListenerFactory(Action<Socket, BootListener> accepted, ILogger log) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new BootListener(endpoint, accepted, log));
}
