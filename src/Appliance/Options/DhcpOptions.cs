using System.Collections.Immutable;
using System.Net;

namespace Appliance.Options;

/// <summary>Whether addresses are handed out.</summary>
public enum DhcpMode
{
    /// <summary>As the wire has it: addresses where nobody else hands them out, boot files alone where somebody does.</summary>
    Auto,

    /// <summary>Another server does all of it; this one is silent.</summary>
    Off,

    /// <summary>We hand out addresses and boot file names.</summary>
    Server,

    /// <summary>Another server hands out addresses; we name boot files beside it (PXE 2.1 §2.2).</summary>
    Proxy,
}

/// <summary>The DHCP server (RFC 2131).</summary>
public sealed record DhcpOptions
{
    /// <summary>Auto: plugged into anything, it neither breaks a network nor leaves a lone PC without an address.</summary>
    public DhcpMode Mode { get; init; }

    /// <summary>
    /// Whether <see cref="DhcpMode.Server"/> goes on offering beside another server. Off: two servers that do not know of
    /// each other give the same address twice.
    /// </summary>
    public bool Force { get; init; }

    /// <summary>UDP port of the boot server, beside another server of addresses; other than 4011 only for tests.</summary>
    public int BootServerPort { get; init; } = 4011;

    /// <summary>UDP port we listen on; other than 67 only for tests.</summary>
    public int ServerPort { get; init; } = 67;

    /// <summary>UDP port of clients; other than 68 only for tests.</summary>
    public int ClientPort { get; init; } = 68;

    /// <summary>First and last address of the pool, both included. A hundred: more PCs than a bench has sockets for.</summary>
    public IPAddress PoolStart { get; init; } = new([192, 168, 100, 100]);

    public IPAddress PoolEnd { get; init; } = new([192, 168, 100, 199]);

    /// <summary>Lease of an operating system. 12 h outlasts a working day, so nothing renews during an installation.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>
    /// Lease of a boot ROM or loader (vendor class PXEClient or HTTPClient, or iPXE). 10 min: each stage of one boot has
    /// an identity of its own and would otherwise keep an address for half a day.
    /// </summary>
    public TimeSpan BootLeaseTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Default router told to clients; null tells none, because the box routes nothing.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>DNS server told to clients; null tells none.</summary>
    public IPAddress? DnsServer { get; init; }

    /// <summary>Domain name told to clients; null tells none.</summary>
    public string? DomainName { get; init; }

    /// <summary>Addresses that are one machine's own.</summary>
    public ImmutableArray<DhcpReservation> Reservations { get; init; } = [];

    /// <summary>Networks behind relay agents.</summary>
    public ImmutableArray<DhcpRelaySubnet> RelaySubnets { get; init; } = [];

    /// <summary>Options that all clients are told beyond our own.</summary>
    public ImmutableArray<DhcpCustomOption> Options { get; init; } = [];
}
