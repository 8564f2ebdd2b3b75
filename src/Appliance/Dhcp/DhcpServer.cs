using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;

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

    /// <summary>A full pool under a flood is told once in this time.</summary>
    private static readonly TimeSpan AlarmInterval = TimeSpan.FromMinutes(1);

    // linux/socket.h
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    private readonly DhcpSubnet _subnet = DhcpSubnet.From(options);
    private readonly TokenBuckets _buckets = new(AnswersPerSecond, AnswersAtOnce);
    private readonly long _started = time.GetTimestamp();
    private TimeSpan? _lastAlarm;

    /// <summary>What became of all datagrams.</summary>
    public DhcpCounters Counters { get; } = new();

    /// <summary>The port that it listens on; meaningful once <see cref="RunAsync"/> was called.</summary>
    public int Port { get; private set; }

    /// <summary>Serves until it is cancelled. The port is bound before the first wait.</summary>
    /// <exception cref="InvalidOperationException">
    /// No such interface, or the port cannot be bound; the message names both and what to do.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        EthernetInterface link = EthernetInterface.Find(interfaceName) ?? throw new InvalidOperationException(
            $"There is no network interface {interfaceName}: set Network:Interface to one that 'ip link' shows.");
        using Socket socket = Bind();
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var sender = new DhcpSender(socket, OpenLink(link), link, _subnet, options.Dhcp);
        using ConflictProbe? probe = OpenProbe(link);
        var responder = new DhcpResponder(options, _subnet, Leases, policy);
        Log.Serving(log, interfaceName, _subnet.First, _subnet.Last);

        Task listening = probe?.ListenAsync(cancellation) ?? Task.CompletedTask;
        await ReceiveAsync(socket, new Desk(responder, sender, probe), cancellation);
        await listening;
    }

    /// <summary>Who has which address. The loop's own.</summary>
    internal LeaseTable Leases { get; } = new(DhcpSubnet.From(options));

    private async Task ReceiveAsync(Socket socket, Desk desk, CancellationToken cancellation)
    {
        byte[] datagram = new byte[MaximumDatagram];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(datagram, SocketFlags.None, from, cancellation);
                Handle(desk, datagram.AsSpan(0, length));
            }
            catch (SocketException exception)
            {
                // The interface is down for the moment, or a queue is full: what was lost is asked for again.
                Counters.Count(DhcpOutcome.SendFailed);
                Log.SocketFailed(log, interfaceName, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Handle(Desk desk, ReadOnlySpan<byte> datagram)
    {
        TimeSpan now = time.GetElapsedTime(_started);
        if (!DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason))
        {
            Counters.Count(DhcpOutcome.Malformed);
            Log.Malformed(log, interfaceName, datagram.Length, reason);
            return;
        }

        if (!message.IsRequest)
        {
            Counters.Count(DhcpOutcome.NotARequest);
            return;
        }

        if (!_buckets.TryTake(message.Mac, now))
        {
            Counters.Count(DhcpOutcome.RateLimited);
            return;
        }

        ReportConflicts(desk.Probe, now);
        NetbootClient client = NetbootClient.From(message);
        DhcpReply reply = desk.Responder.Respond(message, client, now, desk.Sender.Buffer);
        Counters.Count(reply.Outcome);
        if (reply.Length > 0)
        {
            desk.Sender.Send(reply, message);
        }

        Report(message, client, reply, now);
        if (reply.NeedsProbe && message.Giaddr.IsAny)
        {
            desk.Probe?.Ask(reply.Address);
        }
    }

    private void ReportConflicts(ConflictProbe? probe, TimeSpan now)
    {
        while (probe is not null && probe.TryTakeHeard(out ArpPacket heard))
        {
            if (Leases.TryReportConflict(heard.SenderAddress, heard.SenderMac, now))
            {
                Log.Conflict(log, heard.SenderAddress, heard.SenderMac);
            }
        }
    }

    private void Report(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        bool isAnswer = reply.Length > 0;
        if (log.IsEnabled(isAnswer ? LogLevel.Information : LogLevel.Debug))
        {
            LogTransaction(message, client, reply, isAnswer ? LogLevel.Information : LogLevel.Debug);
        }

        if (reply.Outcome == DhcpOutcome.PoolExhausted && (_lastAlarm is null || now - _lastAlarm >= AlarmInterval))
        {
            _lastAlarm = now;
            Log.PoolExhausted(log, _subnet.First, _subnet.Last);
        }

        if (reply.Outcome == DhcpOutcome.Declined)
        {
            Log.Declined(log, DhcpText.Hardware(message.Chaddr), reply.Address);
        }

        if (isAnswer && reply.File is null && policy.MissingLoader(client) is { } remedy)
        {
            Log.NoLoader(log, DhcpText.Hardware(message.Chaddr), client.Architecture, remedy);
        }

        if (isAnswer)
        {
            observer?.Invoke(new DhcpTransaction(
                client, message.Type, reply.Outcome, DhcpSubnet.ToIPAddress(reply.Address), reply.File?.Name));
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
            string remedy = exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another DHCP server runs here (dnsmasq, systemd-networkd): stop it, or set Dhcp:Mode to Off",
                SocketError.AccessDenied => "run as root, or grant CAP_NET_BIND_SERVICE and CAP_NET_RAW",
                _ => "see whether 'ip link' shows the interface",
            };
            throw new InvalidOperationException(
                $"The DHCP server cannot use UDP port {options.Dhcp.ServerPort} on {interfaceName}: {exception.Message}; {remedy}.", exception);
        }
    }

    private PacketSocket? OpenLink(EthernetInterface link)
    {
        if (!link.IsEthernet)
        {
            return null;
        }

        try
        {
            return PacketSocket.Open(link, PacketSocket.ReceiveNothing, []);
        }
        catch (SocketException exception)
        {
            Log.NoPacketSocket(log, interfaceName, exception.Message);
            return null;
        }
    }

    private ConflictProbe? OpenProbe(EthernetInterface link)
    {
        if (!link.IsEthernet)
        {
            return null;
        }

        try
        {
            return new ConflictProbe(link, _subnet);
        }
        catch (SocketException exception)
        {
            Log.NoProbe(log, interfaceName, exception.Message);
            return null;
        }
    }

    /// <summary>What the loop answers with, for as long as it runs.</summary>
    private sealed record Desk(DhcpResponder Responder, DhcpSender Sender, ConflictProbe? Probe);
}
