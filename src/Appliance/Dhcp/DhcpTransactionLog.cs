using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>What is said of the exchanges: one line for each in the log, remedies for a person, and the observer.</summary>
/// <param name="observer">Told of every exchange that belongs to somebody's boot: it must not block. Null for none.</param>
internal sealed partial class DhcpTransactionLog(
    ILogger log, string interfaceName, DhcpSubnet subnet, DhcpMode mode, BootPolicy policy, Action<DhcpTransaction>? observer)
{
    /// <summary>Log lines per second; under a flood the rest is only counted, because writing it would starve the loop.</summary>
    private const double LinesPerSecond = 200;

    /// <summary>A full pool under a flood is told once in this time.</summary>
    private static readonly TimeSpan AlarmInterval = TimeSpan.FromMinutes(1);

    /// <summary>Declines of one station in ten minutes that are an accident; the third is none (D-12).</summary>
    private const double AccidentalDeclines = 2;

    private readonly TokenBuckets _lines = new(LinesPerSecond, LinesPerSecond);
    private readonly TokenBuckets _declines = new(AccidentalDeclines / 600, AccidentalDeclines);
    private TimeSpan? _lastAlarm;
    private Ipv4Address _foreign;

    public void Transaction(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        bool isAnswer = reply.Length > 0 || reply.Outcome == DhcpOutcome.Watched;
        LogLevel level = isAnswer ? LogLevel.Information : LogLevel.Debug;
        if (_lines.TryTake(MacAddress.None, now))
        {
            if (log.IsEnabled(level))
            {
                Write(message, client, reply, level);
            }

            WriteRemedies(message, client, reply, now);
        }

        if (observer is not null && (isAnswer || reply.Outcome is DhcpOutcome.OtherServer or DhcpOutcome.PoolExhausted or DhcpOutcome.NoLoader))
        {
            IPAddress? other = reply.Outcome == DhcpOutcome.OtherServer && message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server)
                ? DhcpSubnet.ToIPAddress(server)
                : null;
            observer(new DhcpTransaction(
                client, message.Type, reply.Outcome, DhcpSubnet.ToIPAddress(reply.Address), reply.File?.Name,
                other, reply.File is null ? policy.MissingLoader(client) : null));
        }
    }

    public void Malformed(int length, string reason) => Log.Malformed(log, interfaceName, length, reason);

    public void SocketFailed(string reason) => Log.SocketFailed(log, interfaceName, reason);

    public void PoolLow(DhcpSubnet of, int free) => Log.PoolLow(log, of.First, of.Last, free);

    public void Conflict(Ipv4Address address, MacAddress station) => Log.Conflict(log, address, station);

    /// <summary>Remembers what another server gives, for <see cref="RoleChanged"/>.</summary>
    public void ForeignAddress(Ipv4Address offered)
    {
        if (!offered.IsAny)
        {
            _foreign = offered;
        }
    }

    public void RoleChanged(DhcpRole? from, DhcpRole to, Ipv4Address server)
    {
        switch (to)
        {
            case DhcpRole.Waiting:
                Log.Waiting(log, interfaceName);
                break;
            case DhcpRole.Proxy when mode == DhcpMode.Auto:
                Log.Proxy(log, interfaceName, server);
                break;
            case DhcpRole.Silent:
                Log.Silent(log, interfaceName, server);
                break;
            case DhcpRole.Server when from is not null:
                Log.Server(log, interfaceName, subnet.First, subnet.Last);
                break;
        }

        if (to == DhcpRole.Proxy && !_foreign.IsAny && !subnet.Contains(_foreign))
        {
            Log.Unreachable(log, server, _foreign, subnet.Server);
        }
    }

    private void WriteRemedies(in DhcpMessage message, NetbootClient client, in DhcpReply reply, TimeSpan now)
    {
        if (reply.Outcome == DhcpOutcome.PoolExhausted && (_lastAlarm is null || now - _lastAlarm >= AlarmInterval))
        {
            _lastAlarm = now;
            Log.PoolExhausted(log, subnet.First, subnet.Last);
        }

        if (reply.Outcome == DhcpOutcome.Declined)
        {
            WriteDecline(message, reply, now);
        }

        if (reply.Outcome is DhcpOutcome.Offer or DhcpOutcome.Ack or DhcpOutcome.NoLoader
            && reply.File is null && policy.MissingLoader(client) is { } remedy)
        {
            Log.NoLoader(log, DhcpText.Hardware(message.Chaddr), client.Architecture, remedy);
        }
    }

    private void WriteDecline(in DhcpMessage message, in DhcpReply reply, TimeSpan now)
    {
        if (_declines.TryTake(message.Mac, now))
        {
            Log.Declined(log, DhcpText.Hardware(message.Chaddr), reply.Address);
        }
        else
        {
            Log.DeclinesAll(log, DhcpText.Hardware(message.Chaddr), reply.Address);
        }
    }

    private void Write(in DhcpMessage message, NetbootClient client, in DhcpReply reply, LogLevel level)
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
}
