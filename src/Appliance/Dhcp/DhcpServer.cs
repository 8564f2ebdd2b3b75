using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// The DHCP server of one interface: receives, lets <see cref="DhcpResponder"/> decide, sends, logs one line. One loop
/// owns all state and waits for nothing but the next datagram.
/// </summary>
/// <param name="observer">Told of every answered exchange, on the loop: it must not block. Null for none.</param>
public sealed partial class DhcpServer(
    ApplianceOptions options,
    string interfaceName,
    BootPolicy policy,
    TimeProvider time,
    ILogger<DhcpServer> log,
    Action<DhcpTransaction>? observer = null)
{
    // Largest UDP payload: no datagram is ever cut.
    private const int MaximumDatagram = 65_507;

    /// <summary>Room for the burst of a class room that is switched on at once; the kernel's default holds some 150 requests.</summary>
    private const int ReceiveBuffer = 1 << 20;

    /// <summary>
    /// Answers to one station per second, and at once. An eager client sends 4 in a second; beyond 40 it is broken or hostile.
    /// </summary>
    private const double AnswersPerSecond = 20;
    private const double AnswersAtOnce = 40;

    /// <summary>Log lines per second; under a flood the rest is only counted, because writing it would starve the loop.</summary>
    private const double LinesPerSecond = 200;

    /// <summary>After a failure to receive, so that one that lasts does not spin. The client asks again after seconds.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A full pool under a flood is told once in this time.</summary>
    private static readonly TimeSpan AlarmInterval = TimeSpan.FromMinutes(1);

    // linux/socket.h
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    private readonly DhcpSubnet _subnet = DhcpSubnet.From(options);
    private readonly LeaseTable _leases = new(DhcpSubnet.From(options));
    private readonly TokenBuckets _lines = new(LinesPerSecond, LinesPerSecond);
    private readonly TokenBuckets _buckets = new(AnswersPerSecond, AnswersAtOnce);
    private TimeSpan? _lastAlarm;

    /// <summary>What became of all datagrams.</summary>
    public DhcpCounters Counters { get; } = new();

    /// <summary>The port that it listens on; meaningful once <see cref="RunAsync"/> was called.</summary>
    public int Port { get; private set; }

    /// <summary>Serves until it is cancelled. The port is bound before the first wait.</summary>
    /// <exception cref="StartException">
    /// No such interface, or the port cannot be bound; the message names both and what to do.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        EthernetInterface link = EthernetInterface.Find(interfaceName) ?? throw new StartException(
            $"interface {interfaceName} does not exist; set interface to one that 'ip link' shows");
        using Socket socket = Bind();
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        (PacketSocket? opened, ConflictProbe? conflicts) = OpenFrames(link);
        using PacketSocket? frames = opened;
        using ConflictProbe? probe = conflicts;

        // Closed before the sockets, through which it sends what it has written last.
        using LeaseStore store = LeaseStore.Open(options.Storage.State, time, log);
        var journal = new LeaseJournal(_leases, store, new DhcpSender(socket, frames, link, _subnet, options.Dhcp), Counters);
        journal.Restore();
        Log.Serving(log, interfaceName, _subnet.First, _subnet.Last, store.Loaded.Count);

        var responder = new DhcpResponder(options, _subnet, _leases, policy);
        var sender = new DhcpSender(socket, frames, link, _subnet, options.Dhcp);
        var parts = new Parts(responder, sender, probe, store, journal);
        Task listening = probe?.ListenAsync(cancellation) ?? Task.CompletedTask;
        await ReceiveAsync(socket, parts, cancellation);
        await listening;
    }

    /// <summary>What one run of the server works with.</summary>
    private sealed record Parts(
        DhcpResponder Responder, DhcpSender Sender, ConflictProbe? Probe, LeaseStore Store, LeaseJournal Journal);

    private async Task ReceiveAsync(Socket socket, Parts parts, CancellationToken cancellation)
    {
        byte[] datagram = new byte[MaximumDatagram];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(datagram, SocketFlags.None, from, cancellation);
                Handle(parts, datagram.AsSpan(0, length));
            }
            catch (SocketException exception)
            {
                Fail(exception);
                await Task.Delay(RetryInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Handle(Parts parts, ReadOnlySpan<byte> datagram)
    {
        TimeSpan now = parts.Store.Now;
        if (!DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason))
        {
            Counters.Count(DhcpOutcome.Malformed);
            Log.Malformed(log, interfaceName, datagram.Length, reason);
            return;
        }

        if (!message.IsRequest || !_buckets.TryTake(message.Mac, now))
        {
            Counters.Count(message.IsRequest ? DhcpOutcome.RateLimited : DhcpOutcome.NotARequest);
            return;
        }

        ReportConflicts(parts.Probe, now);
        NetbootClient client = NetbootClient.From(message);
        DhcpReply reply = parts.Responder.Respond(message, client, now, parts.Sender.Buffer);
        Counters.Count(reply.Outcome);
        if (parts.Journal.Record(reply, message.Mac, parts.Sender.Buffer[..reply.Length]))
        {
            Send(parts, reply, message);
        }

        Report(message, client, reply, now);
    }

    private void Send(Parts parts, in DhcpReply reply, in DhcpMessage message)
    {
        if (reply.Length == 0)
        {
            return;
        }

        try
        {
            parts.Sender.Send(reply, message.Mac);
            if (reply.NeedsProbe && message.Giaddr.IsAny)
            {
                parts.Probe?.Ask(reply.Address);
            }
        }
        catch (SocketException exception)
        {
            Fail(exception);
        }
    }

    /// <summary>The interface is down for the moment, or its queue is full: what is lost now is asked for again.</summary>
    private void Fail(SocketException exception)
    {
        Counters.Count(DhcpOutcome.SocketFailed);
        Log.SocketFailed(log, interfaceName, exception.Message);
    }

    private void ReportConflicts(ConflictProbe? probe, TimeSpan now)
    {
        while (probe is not null && probe.TryTakeHeard(out ArpPacket heard))
        {
            if (_leases.TryReportConflict(heard.SenderAddress, heard.SenderMac, now))
            {
                Log.Conflict(log, heard.SenderAddress, heard.SenderMac);
            }
        }
    }

    private void Report(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        bool isAnswer = reply.Length > 0;
        LogLevel level = isAnswer ? LogLevel.Information : LogLevel.Debug;
        if (_lines.TryTake(MacAddress.None, now))
        {
            if (log.IsEnabled(level))
            {
                LogTransaction(message, client, reply, level);
            }

            LogRemedies(message, client, reply, now);
        }

        if (isAnswer)
        {
            observer?.Invoke(new DhcpTransaction(
                client, message.Type, reply.Outcome, DhcpSubnet.ToIPAddress(reply.Address), reply.File?.Name));
        }
    }

    private void LogRemedies(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        if (reply.Outcome == DhcpOutcome.PoolExhausted && (_lastAlarm is null || now - _lastAlarm >= AlarmInterval))
        {
            _lastAlarm = now;
            Log.PoolExhausted(log, _subnet.First, _subnet.Last);
        }

        if (reply.Outcome == DhcpOutcome.Declined)
        {
            Log.Declined(log, DhcpText.Hardware(message.Chaddr), reply.Address);
        }

        if (reply.Outcome is DhcpOutcome.Offer or DhcpOutcome.Ack && reply.File is null && policy.MissingLoader(client) is { } remedy)
        {
            Log.NoLoader(log, DhcpText.Hardware(message.Chaddr), client.Architecture, remedy);
        }
    }

    private void LogTransaction(in DhcpMessage message, NetbootClient client, in DhcpReply reply, LogLevel level)
    {
        var tail = new StringBuilder();
        if (!reply.Address.IsAny)
        {
            tail.Append(' ').Append(reply.Address);
        }

        if (reply.File is not null)
        {
            tail.Append(" file=").Append(reply.File.Name);
        }

        if (message.TryGetOption(DhcpOptionCode.HostName, out ReadOnlySpan<byte> host))
        {
            tail.Append(" host=\"").Append(DhcpText.Escape(host)).Append('"');
        }

        Log.Transaction(
            log,
            level,
            DhcpText.Name(message.Type),
            DhcpText.Hardware(message.Chaddr),
            message.Xid,
            client.Architecture,
            client.Stage,
            DhcpText.Name(reply.Outcome),
            tail.ToString());
    }

    private Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.UTF8.GetBytes(interfaceName + '\0'));
            socket.EnableBroadcast = true;
            socket.ReceiveBufferSize = ReceiveBuffer;
            socket.Bind(new IPEndPoint(IPAddress.Any, options.Dhcp.ServerPort));

            // A send that would wait fails instead: the loop waits for datagrams only.
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw StartException.ForPort("the DHCP server", "dhcp-server-port", options.Dhcp.ServerPort, tcp: false, exception);
        }
    }

    /// <summary>Opens what works on whole frames; nulls, and one line in the log, where that is not permitted.</summary>
    private (PacketSocket? Frames, ConflictProbe? Probe) OpenFrames(EthernetInterface link)
    {
        if (!link.IsEthernet)
        {
            return (null, null);
        }

        PacketSocket? frames = null;
        try
        {
            frames = PacketSocket.Open(link, PacketSocket.ReceiveNothing, []);
            return (frames, new ConflictProbe(link, _subnet));
        }
        catch (SocketException exception)
        {
            frames?.Dispose();
            Log.NoPacketSocket(log, interfaceName, exception.Message);
            return (null, null);
        }
    }
}
