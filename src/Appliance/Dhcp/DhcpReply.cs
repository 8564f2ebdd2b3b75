using System.Net;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>How a reply reaches its client (RFC 2131 §4.1).</summary>
public enum DhcpRoute
{
    /// <summary>To the relay at the address, on the server port.</summary>
    Relay,

    /// <summary>To the address on the client port; the client answers ARP.</summary>
    Unicast,

    /// <summary>To everyone on the wire.</summary>
    Broadcast,

    /// <summary>To the address at the client's hardware address; the client does not answer ARP yet.</summary>
    Station,
}

/// <summary>What to do about one message: what became of it, and, when there is one, the reply that lies in the buffer.</summary>
/// <param name="Outcome">What became of the message.</param>
/// <param name="Length">Bytes of the reply; 0 when there is none.</param>
/// <param name="Route">How the reply goes out.</param>
/// <param name="To">Where to, unless it is broadcast.</param>
/// <param name="Address">The address that the message or the reply is about; any when none.</param>
/// <param name="File">The boot file that the reply names, or null.</param>
/// <param name="NeedsProbe">Whether the address was never leased, so that a stranger may be using it.</param>
public readonly record struct DhcpReply(
    DhcpOutcome Outcome,
    int Length = 0,
    DhcpRoute Route = DhcpRoute.Broadcast,
    Ipv4Address To = default,
    Ipv4Address Address = default,
    BootFile? File = null,
    bool NeedsProbe = false);

/// <summary>One exchange that tells something of a client's boot, for whoever follows it.</summary>
/// <param name="Client">Who asked.</param>
/// <param name="Request">What it sent.</param>
/// <param name="Outcome">What it got.</param>
/// <param name="Address">The address offered, granted or refused; any when there is none.</param>
/// <param name="BootFile">Name of the file that it was told to load, or null.</param>
/// <param name="OtherServer">The server whose offer it took, when that is not this one; else null.</param>
/// <param name="Remedy">What to do about a client that wants to boot and cannot be told what to load; else null.</param>
public readonly record struct DhcpTransaction(
    NetbootClient Client, DhcpMessageType Request, DhcpOutcome Outcome, IPAddress Address, string? BootFile,
    IPAddress? OtherServer = null, string? Remedy = null);
