using System.Buffers.Binary;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Answers DHCP messages (RFC 2131 §4.3): message, client and time in, reply and destination out. No socket, no clock.
/// Authoritative for its networks: a client that asks for an address that it cannot have is refused, not ignored.
/// </summary>
public sealed class DhcpResponder
{
    /// <summary>Shortest lease that a client can ask for, in seconds. Less would be nothing but traffic.</summary>
    private const uint MinimumLease = 60;

    private const uint Infinity = DhcpReplyOptions.Infinity;

    private readonly DhcpScopes _scopes;
    private readonly BootPolicy _policy;
    private readonly uint _leaseTime;
    private readonly uint _bootLeaseTime;

    public DhcpResponder(ApplianceOptions options, DhcpScopes scopes, BootPolicy policy)
    {
        _scopes = scopes;
        _policy = policy;
        _leaseTime = Seconds(options.Dhcp.LeaseTime);
        _bootLeaseTime = Seconds(options.Dhcp.BootLeaseTime);
    }

    /// <summary>Decides on one message of a client.</summary>
    /// <param name="now">Time on a clock that never jumps.</param>
    /// <param name="buffer">Where the reply goes; at least 300 bytes, at most what fits one packet.</param>
    public DhcpReply Respond(in DhcpMessage message, NetbootClient client, TimeSpan now, Span<byte> buffer)
    {
        if (_scopes.Find(message) is not { } scope)
        {
            return new DhcpReply(DhcpOutcome.UnknownRelay, Address: message.Giaddr);
        }

        Span<byte> identityBuffer = stackalloc byte[ClientIdentity.BufferLength];
        if (!ClientIdentity.TryRead(message, identityBuffer, out ClientIdentity identity))
        {
            return new DhcpReply(DhcpOutcome.NoIdentity);
        }

        return message.Type switch
        {
            DhcpMessageType.Discover => Discover(scope, message, client, identity, now, buffer),
            DhcpMessageType.Request => Request(scope, message, client, identity, now, buffer),
            DhcpMessageType.Decline => Decline(scope, message, identity, now),
            DhcpMessageType.Release => Release(scope, message, identity, now),
            DhcpMessageType.Inform => Inform(scope, message, client, identity, buffer),
            DhcpMessageType.None => new DhcpReply(DhcpOutcome.Bootp),
            _ => new DhcpReply(DhcpOutcome.UnexpectedType),
        };
    }

    /// <summary>RFC 2131 §4.3.1.</summary>
    private DhcpReply Discover(
        DhcpScope scope, in DhcpMessage message, NetbootClient client, ClientIdentity identity, TimeSpan now, Span<byte> buffer)
    {
        message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address requested);
        if (!scope.Leases.TryOffer(identity, requested, client.Stage != ClientStage.None, now, out Lease? lease))
        {
            return new DhcpReply(DhcpOutcome.PoolExhausted);
        }

        BootFile? file = _policy.BootFileFor(client);
        var writer = new DhcpMessageWriter(buffer, message) { Ciaddr = Ipv4Address.Any, Yiaddr = lease.Address };
        uint seconds = LeaseSeconds(message, client);
        scope.Options.Write(ref writer, DhcpMessageType.Offer, message, client, seconds, file, scope.Leases.ReservationOf(identity));
        return Sent(scope, DhcpOutcome.Offer, writer.Finish(), message, lease.Address, file) with { NeedsProbe = !lease.WasBound };
    }

    /// <summary>RFC 2131 §4.3.2, whose table tells the four states apart by options 54 and 50 and by ciaddr.</summary>
    private DhcpReply Request(
        DhcpScope scope, in DhcpMessage message, NetbootClient client, ClientIdentity identity, TimeSpan now, Span<byte> buffer)
    {
        bool selecting = message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server);
        if (selecting && server != scope.Subnet.Server)
        {
            // "The client's message is a notification to the others that it has declined their offers" (RFC 2131 §3.1).
            scope.Leases.WithdrawOffer(identity, now);
            return new DhcpReply(DhcpOutcome.OtherServer, Address: server);
        }

        if (!message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address address))
        {
            address = message.Ciaddr;
        }

        if (address.IsAny)
        {
            return new DhcpReply(DhcpOutcome.NoAddress);
        }

        // INIT-REBOOT, RENEWING, REBINDING: "if the client's notion of its IP address is incorrect" it is refused.
        // SELECTING needs no such look: what we offered last is what counts, and the table knows it.
        Lease? held = scope.Leases.Find(identity, now);
        bool elsewhere = !selecting && held is { State: LeaseState.Bound } && held.IsHeld(now) && held.Address != address;
        uint seconds = LeaseSeconds(message, client);
        bool boots = client.Stage != ClientStage.None;
        return !elsewhere && scope.Leases.TryBind(identity, address, boots, Expiry(now, seconds), now)
            ? Grant(scope, message, client, scope.Leases.ReservationOf(identity), address, seconds, buffer)
            : Refuse(scope, message, address, buffer);
    }

    private DhcpReply Grant(
        DhcpScope scope,
        in DhcpMessage message,
        NetbootClient client,
        DhcpReservation? reservation,
        Ipv4Address address,
        uint seconds,
        Span<byte> buffer)
    {
        BootFile? file = _policy.BootFileFor(client);
        var writer = new DhcpMessageWriter(buffer, message) { Yiaddr = address };
        scope.Options.Write(ref writer, DhcpMessageType.Ack, message, client, seconds, file, reservation);
        _policy.Granted(client, file);
        return Sent(scope, DhcpOutcome.Ack, writer.Finish(), message, address, file);
    }

    private static DhcpReply Refuse(DhcpScope scope, in DhcpMessage message, Ipv4Address address, Span<byte> buffer)
    {
        var writer = new DhcpMessageWriter(buffer, message) { Ciaddr = Ipv4Address.Any };
        scope.Options.WriteRefusal(ref writer, message);
        if (message.Giaddr.IsAny)
        {
            return new DhcpReply(DhcpOutcome.Nak, writer.Finish(), DhcpRoute.Broadcast, Address: address);
        }

        // "The server MUST set the broadcast bit in the DHCPNAK, so that the relay agent will broadcast it" (§4.3.2).
        writer.SetBroadcast();
        return new DhcpReply(DhcpOutcome.Nak, writer.Finish(), DhcpRoute.Relay, message.Giaddr, address);
    }

    /// <summary>RFC 2131 §4.3.3.</summary>
    private static DhcpReply Decline(DhcpScope scope, in DhcpMessage message, ClientIdentity identity, TimeSpan now)
    {
        if (!message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address address))
        {
            return new DhcpReply(DhcpOutcome.NoAddress);
        }

        return new DhcpReply(
            scope.Leases.TryDecline(identity, address, now) ? DhcpOutcome.Declined : DhcpOutcome.NotHolder, Address: address);
    }

    /// <summary>RFC 2131 §4.3.4.</summary>
    private static DhcpReply Release(DhcpScope scope, in DhcpMessage message, ClientIdentity identity, TimeSpan now) => new(
        scope.Leases.TryRelease(identity, message.Ciaddr, now) ? DhcpOutcome.Released : DhcpOutcome.NotHolder, Address: message.Ciaddr);

    /// <summary>
    /// RFC 2131 §4.3.5: "to the address given in ciaddr", without an address and lease times. Only in our networks: an
    /// address elsewhere is somebody's who did not ask.
    /// </summary>
    private DhcpReply Inform(
        DhcpScope scope, in DhcpMessage message, NetbootClient client, ClientIdentity identity, Span<byte> buffer)
    {
        Ipv4Address address = message.Ciaddr;
        if (address.IsAny || !scope.Subnet.Contains(address))
        {
            return new DhcpReply(DhcpOutcome.NoAddress, Address: address);
        }

        BootFile? file = _policy.BootFileFor(client);
        var writer = new DhcpMessageWriter(buffer, message);
        scope.Options.Write(
            ref writer, DhcpMessageType.Ack, message, client, leaseSeconds: null, file, scope.Leases.ReservationOf(identity));
        return new DhcpReply(DhcpOutcome.Ack, writer.Finish(), DhcpRoute.Unicast, address, address, file);
    }

    private static DhcpReply Sent(
        DhcpScope scope, DhcpOutcome outcome, int length, in DhcpMessage message, Ipv4Address address, BootFile? file)
    {
        (DhcpRoute route, Ipv4Address to) = RouteTo(scope, message, address);
        return new DhcpReply(outcome, length, route, to, address, file);
    }

    /// <summary>RFC 2131 §4.1. A ciaddr of another network is not believed: it would send our replies to strangers.</summary>
    private static (DhcpRoute Route, Ipv4Address To) RouteTo(DhcpScope scope, in DhcpMessage message, Ipv4Address yiaddr)
    {
        if (!message.Giaddr.IsAny)
        {
            return (DhcpRoute.Relay, message.Giaddr);
        }

        if (!message.Ciaddr.IsAny && scope.Subnet.Contains(message.Ciaddr))
        {
            return (DhcpRoute.Unicast, message.Ciaddr);
        }

        return message.IsBroadcast || message.Mac.IsNone
            ? (DhcpRoute.Broadcast, Ipv4Address.Broadcast)
            : (DhcpRoute.Station, yiaddr);
    }

    /// <summary>The lease that this client gets: what is configured for its stage, or less when it asks for less (option 51).</summary>
    private uint LeaseSeconds(in DhcpMessage message, NetbootClient client)
    {
        uint configured = client.Stage == ClientStage.None ? _leaseTime : _bootLeaseTime;
        return message.TryGetOption(DhcpOptionCode.LeaseTime, out ReadOnlySpan<byte> asked) && asked.Length == sizeof(uint)
            ? Math.Min(configured, Math.Max(BinaryPrimitives.ReadUInt32BigEndian(asked), MinimumLease))
            : configured;
    }

    private static TimeSpan Expiry(TimeSpan now, uint seconds) =>
        seconds == Infinity ? TimeSpan.MaxValue : now + TimeSpan.FromSeconds(seconds);

    private static uint Seconds(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || time.TotalSeconds >= Infinity ? Infinity : (uint)time.TotalSeconds;
}
