using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// The DHCP server of one interface: opens its sockets and its leases, and hands every datagram to
/// <see cref="DhcpDispatcher"/>. Its loop waits for nothing but the next datagram.
/// </summary>
/// <param name="observer">Told of every answered exchange, on the loop: it must not block. Null for none.</param>
/// <param name="state">Where its role is shown, or null.</param>
public sealed partial class DhcpServer(
    ApplianceOptions options,
    string interfaceName,
    BootPolicy policy,
    TimeProvider time,
    ILogger<DhcpServer> log,
    Action<DhcpTransaction>? observer = null,
    ServiceState? state = null)
{
    // Largest UDP payload: no datagram is ever cut.
    private const int MaximumDatagram = 65_507;

    private readonly DhcpSubnet _subnet = DhcpSubnet.From(options);
    private readonly DhcpScopes _scopes = new(options);
    private LeaseStore? _store;

    /// <summary>What became of all datagrams.</summary>
    public DhcpCounters Counters { get; } = new();

    /// <summary>The port that it listens on; meaningful once <see cref="RunAsync"/> was called.</summary>
    public int Port { get; private set; }

    /// <summary>Serves until it is cancelled. The ports are bound before the first wait.</summary>
    /// <exception cref="StartException">
    /// No such interface, or a port cannot be bound; the message names both and what to do.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await new LinkSessions(interfaceName, time, log).RunAsync(ServeAsync, cancellation);
        }
        finally
        {
            _store?.Dispose();
        }
    }

    /// <summary>Serves on the interface as it is now. Leases outlive it.</summary>
    private async Task ServeAsync(EthernetInterface link, CancellationToken cancellation)
    {
        using Socket socket = DhcpSocket.Bind(interfaceName, options.Dhcp.ServerPort, "the DHCP server", "dhcp-server-port");
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using BootServer? bootServer = options.Dhcp.Mode is DhcpMode.Server ? null : new BootServer(interfaceName, options.Dhcp);
        using FrameSockets frames = FrameSockets.Open(link, _subnet, options.Dhcp, log);
        bool isFirst = _store is null;
        LeaseStore store = _store ??= LeaseStore.Open(options.Storage.State, time, log);
        DhcpDispatcher dispatcher = Assemble(socket, frames, link, store, restore: isFirst);
        Log.Serving(log, interfaceName, options.Dhcp.Mode, _subnet.First, _subnet.Last, store.Loaded.Count);
        await Task.WhenAll(
            ReceiveAsync(socket, dispatcher, cancellation),
            bootServer?.RunAsync(dispatcher, cancellation) ?? Task.CompletedTask,
            frames.Conflicts?.ListenAsync(cancellation) ?? Task.CompletedTask,
            frames.Servers?.RunAsync(dispatcher, time, cancellation) ?? Task.CompletedTask);

        // Before the sockets are closed, through which it sends what it writes last.
        await store.FlushAsync();
    }

    private DhcpDispatcher Assemble(Socket socket, FrameSockets frames, EthernetInterface link, LeaseStore store, bool restore)
    {
        // Without a look at the wire nobody's network is put at risk: beside another server a proxy does no harm.
        DhcpMode mode = options.Dhcp.Mode is DhcpMode.Auto && frames.Servers is null ? DhcpMode.Proxy : options.Dhcp.Mode;
        var journal = new LeaseJournal(_scopes, store, new DhcpSender(socket, frames.Out, link, _subnet, options.Dhcp), Counters);
        if (restore)
        {
            journal.Restore();
        }

        var parts = new DhcpDispatcher.Parts(
            _scopes,
            store,
            journal,
            new DhcpResponder(options, _scopes, policy),
            new ProxyResponder(options, _subnet, policy),
            new DhcpSender(socket, frames.Out, link, _subnet, options.Dhcp),
            new ForeignServerWatch(mode, options.Dhcp.Force, store.Now),
            frames.Conflicts,
            frames.Servers)
        {
            State = state ?? new ServiceState(),
        };
        return new DhcpDispatcher(parts, Counters, new DhcpTransactionLog(log, interfaceName, _subnet, mode, policy, observer));
    }

    private async Task ReceiveAsync(Socket socket, DhcpDispatcher dispatcher, CancellationToken cancellation)
    {
        byte[] datagram = new byte[MaximumDatagram];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(datagram, SocketFlags.None, from, cancellation);
                dispatcher.Handle(datagram.AsSpan(0, length));
            }
            catch (SocketException exception)
            {
                // The interface is down for the moment.
                Counters.Count(DhcpOutcome.SocketFailed);
                Log.SocketFailed(log, interfaceName, exception.Message);
                await Task.Delay(DhcpSocket.RetryInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "dhcp on {Interface}, mode {Mode}, pool {First} to {Last}, {Count} leases known")]
        public static partial void Serving(
            ILogger log, string @interface, DhcpMode mode, Formats.Link.Ipv4Address first, Formats.Link.Ipv4Address last, int count);

        [LoggerMessage(8, LogLevel.Debug, "dhcp {Interface}: {Reason}")]
        public static partial void SocketFailed(ILogger log, string @interface, string reason);
    }
}
