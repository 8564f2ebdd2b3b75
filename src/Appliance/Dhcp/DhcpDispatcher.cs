using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// What happens to a datagram: parsed, limited, answered as the role of the moment demands, sent, counted and logged. The
/// server's loops and the probe for other servers call it, one at a time; nothing in it waits for anything.
/// </summary>
internal sealed class DhcpDispatcher(DhcpDispatcher.Parts parts, DhcpCounters counters, DhcpTransactionLog report)
{
    /// <summary>
    /// Answers to one station per second, and at once. An eager client sends 4 in a second; beyond 40 it is broken or hostile.
    /// </summary>
    private const double AnswersPerSecond = 20;
    private const double AnswersAtOnce = 40;

    /// <summary>Stations whose first question is kept while other servers are listened for: a class room.</summary>
    private const int MaximumHeld = 64;

    private readonly Lock _turn = new();
    private readonly TokenBuckets _buckets = new(AnswersPerSecond, AnswersAtOnce);
    private readonly Dictionary<MacAddress, byte[]> _held = [];
    private DhcpRole? _role;

    /// <summary>
    /// Whether addresses were handed out on this wire, also before its link was lost: then who has a lease need not wait. PCs
    /// switch their link off and on at each stage of a boot.
    /// </summary>
    private bool _isKnownWire;

    /// <summary>Handles a datagram to the server port.</summary>
    public void Handle(ReadOnlySpan<byte> datagram)
    {
        lock (_turn)
        {
            TimeSpan now = UpdateRole();
            HandleInTurn(datagram, now);
        }
    }

    /// <summary>Handles a datagram to port 4011; returns the length of the reply that goes back to its sender, 0 for none.</summary>
    public int HandleForBootServer(ReadOnlySpan<byte> datagram, Span<byte> reply)
    {
        lock (_turn)
        {
            TimeSpan now = UpdateRole();
            if (_role != DhcpRole.Proxy || !TryAccept(datagram, now, out DhcpMessage message))
            {
                return 0;
            }

            NetbootClient client = NetbootClient.From(message);
            DhcpReply answer = parts.Proxy.RespondAsBootServer(message, client, reply);
            Finish(message, client, answer, now);
            return answer.Length;
        }
    }

    /// <summary>Time has passed: the role may be another, and who waits is answered.</summary>
    public void Tick()
    {
        lock (_turn)
        {
            UpdateRole();
        }
    }

    public void LinkChanged()
    {
        lock (_turn)
        {
            parts.Watch.LinkCameUp(parts.Store.Now);
        }
    }

    /// <summary>Another station said something.</summary>
    public void ForeignStation()
    {
        lock (_turn)
        {
            parts.Watch.StationHeard(parts.Store.Now);
        }
    }

    /// <summary>Another server gives addresses.</summary>
    /// <param name="offered">One that it gave; any when it refused one.</param>
    public void ForeignServer(Ipv4Address server, Ipv4Address offered)
    {
        lock (_turn)
        {
            parts.Watch.ServerHeard(server, parts.Store.Now);
            _isKnownWire = false;
            report.ForeignAddress(offered);
            UpdateRole();
        }
    }

    /// <summary>Takes note of the role that it is time for; returns the time.</summary>
    private TimeSpan UpdateRole()
    {
        TimeSpan now = parts.Store.Now;
        DhcpRole role = parts.Watch.RoleAt(now);
        if (role == _role)
        {
            return now;
        }

        report.RoleChanged(_role, role, parts.Watch.Server);
        bool isAlone = role is DhcpRole.Waiting or DhcpRole.Server || parts.Watch.Server.IsAny;
        parts.State.Dhcp = new DhcpState(role, isAlone ? null : DhcpSubnet.ToIPAddress(parts.Watch.Server));
        _role = role;
        _isKnownWire |= role == DhcpRole.Server;
        if (role != DhcpRole.Waiting)
        {
            AnswerHeld(now);
        }

        return now;
    }

    private void AnswerHeld(TimeSpan now)
    {
        byte[][] held = [.. _held.Values];
        _held.Clear();
        foreach (byte[] datagram in held)
        {
            HandleInTurn(datagram, now);
        }
    }

    private void HandleInTurn(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (!TryAccept(datagram, now, out DhcpMessage message))
        {
            return;
        }

        ReportConflicts(now);
        NetbootClient client = NetbootClient.From(message);
        DhcpReply reply = Decide(datagram, message, client, now);
        if (parts.Journal.Record(reply, message.Mac, parts.Sender.Buffer[..reply.Length]))
        {
            Send(reply, message);
        }

        Finish(message, client, reply, now);
    }

    private bool TryAccept(ReadOnlySpan<byte> datagram, TimeSpan now, out DhcpMessage message)
    {
        if (!DhcpMessage.TryParse(datagram, out message, out string? reason))
        {
            counters.Count(DhcpOutcome.Malformed);
            report.Malformed(datagram.Length, reason);
            return false;
        }

        if (message.IsRequest && _buckets.TryTake(message.Mac, now))
        {
            return true;
        }

        counters.Count(message.IsRequest ? DhcpOutcome.RateLimited : DhcpOutcome.NotARequest);
        return false;
    }

    private DhcpReply Decide(ReadOnlySpan<byte> datagram, in DhcpMessage message, NetbootClient client, TimeSpan now) => _role switch
    {
        DhcpRole.Proxy => parts.Proxy.Respond(message, client, parts.Sender.Buffer),
        DhcpRole.Waiting when !(_isKnownWire && HasLease(message, now)) => Hold(datagram, message),
        DhcpRole.Silent when !HasLease(message, now) => new DhcpReply(DhcpOutcome.ForeignServer, Address: parts.Watch.Server),
        _ => parts.Responder.Respond(message, client, now, parts.Sender.Buffer),
    };

    private bool HasLease(in DhcpMessage message, TimeSpan now)
    {
        Span<byte> buffer = stackalloc byte[ClientIdentity.BufferLength];
        return ClientIdentity.TryRead(message, buffer, out ClientIdentity identity)
            && parts.Scopes.Find(message)?.Leases.Find(identity, now) is { State: LeaseState.Bound } lease
            && lease.IsHeld(now);
    }

    /// <summary>Keeps a newcomer's question, so that it need not ask again: that would cost it four seconds.</summary>
    private DhcpReply Hold(ReadOnlySpan<byte> datagram, in DhcpMessage message)
    {
        if (message.Type == DhcpMessageType.Discover && (_held.Count < MaximumHeld || _held.ContainsKey(message.Mac)))
        {
            _held[message.Mac] = datagram.ToArray();
        }

        return new DhcpReply(DhcpOutcome.Held);
    }

    private void Send(in DhcpReply reply, in DhcpMessage message)
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
                parts.Conflicts?.Ask(reply.Address);
            }
        }
        catch (SocketException exception)
        {
            // The interface is down for the moment, or its queue is full: what is lost now is asked for again.
            counters.Count(DhcpOutcome.SocketFailed);
            report.SocketFailed(exception.Message);
        }
    }

    private void Finish(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        counters.Count(reply.Outcome);
        if (reply.Outcome == DhcpOutcome.OtherServer)
        {
            // Said by a client, and so anybody could say it: reason enough to ask the wire, not to believe it.
            parts.Probe?.Hurry();
        }

        report.Transaction(message, client, reply, now);
        if (reply.Outcome == DhcpOutcome.Offer && parts.Scopes.Find(message) is { } scope && scope.Alarm.Check(scope.Leases, now) is { } free)
        {
            report.PoolLow(scope.Subnet, free);
        }
    }

    private void ReportConflicts(TimeSpan now)
    {
        while (parts.Conflicts is not null && parts.Conflicts.TryTakeHeard(out ArpPacket heard))
        {
            if (parts.Scopes.Home.Leases.TryReportConflict(heard.SenderAddress, heard.SenderMac, now))
            {
                report.Conflict(heard.SenderAddress, heard.SenderMac);
            }
        }
    }

    /// <summary>What one run of the server works with.</summary>
    /// <param name="Conflicts">Null where frames cannot be sent.</param>
    /// <param name="Probe">Null where other servers cannot be looked for.</param>
    internal sealed record Parts(
        DhcpScopes Scopes,
        LeaseStore Store,
        LeaseJournal Journal,
        DhcpResponder Responder,
        ProxyResponder Proxy,
        DhcpSender Sender,
        ForeignServerWatch Watch,
        ConflictProbe? Conflicts,
        ForeignServerProbe? Probe)
    {
        public ServiceState State { get; init; } = new();
    }
}
