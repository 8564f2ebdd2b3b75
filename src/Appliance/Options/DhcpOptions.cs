using System.Net;

namespace Appliance.Options;

/// <summary>Whether addresses are handed out.</summary>
public enum DhcpMode
{
    /// <summary>Another server does all of it; this one is silent.</summary>
    Off,

    /// <summary>We hand out addresses and boot file names.</summary>
    Server,
}

/// <summary>The DHCP server (RFC 2131).</summary>
public sealed record DhcpOptions
{
    public DhcpMode Mode { get; init; } = DhcpMode.Server;

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
}
