using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Options;

/// <summary>The TFTP server (RFC 1350, 2347, 2348, 2349, 7440).</summary>
public sealed record TftpOptions
{
    public int Port { get; init; } = 69;

    /// <summary>Transfers at one time; further requests get an error. 200: a class room, at 64 KiB each.</summary>
    public int MaxTransfers { get; init; } = 200;

    /// <summary>Transfers of one client address at one time. 4: firmware uses one, GRUB two.</summary>
    public int MaxTransfersPerClient { get; init; } = 4;

    /// <summary>Largest block we agree to. 1468: Ethernet's 1500 less 32 bytes of headers, so that nothing is fragmented.</summary>
    public int MaxBlksize { get; init; } = 1468;

    /// <summary>Largest window we agree to (RFC 7440). 64: 94 KB, what a switch's port buffers.</summary>
    public int MaxWindowsize { get; init; } = 64;

    /// <summary>
    /// Whether requests from beyond our own network are dropped unanswered. On: a forged address elsewhere must not be
    /// flooded by us; off where a router with a DHCP relay stands between.
    /// </summary>
    public bool LocalSubnetOnly { get; init; } = true;
}

/// <summary>The HTTP boot plane.</summary>
public sealed record HttpOptions
{
    /// <summary>Ports, all the same. 80 for firmware and short URLs, 8080 because the founding documents' scripts use it.</summary>
    public ImmutableArray<int> Ports { get; init; } = [80, 8080];
}

/// <summary>The NBD server.</summary>
public sealed record NbdOptions
{
    /// <summary>Whether it runs. On: it is read-only and shows nothing that HTTP does not.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>IANA's port for NBD.</summary>
    public int Port { get; init; } = 10809;

    /// <summary>Connections at one time; further ones are closed. 200: a class room; each takes a thread and 72 KiB.</summary>
    public int MaxSessions { get; init; } = 200;

    /// <summary>Connections of one client address at one time. 16: clients that share their reads out use four to eight.</summary>
    public int MaxSessionsPerClient { get; init; } = 16;

    /// <summary>
    /// How long a client may ask for nothing. 24 h: a live system with its root here is silent while its cache is warm; dead
    /// clients are noticed by TCP within a minute.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>The NFS server (RFC 1813).</summary>
public sealed record NfsOptions
{
    /// <summary>Whether it runs. On: live systems then need gigabytes of memory less.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Port of NFS and of the mount protocol, TCP and UDP. 2049: what clients take unless they ask.</summary>
    public int Port { get; init; } = 2049;

    /// <summary>Port of the port mapper. No setting: clients know no other.</summary>
    public int PortmapPort { get; init; } = 111;

    /// <summary>Connections at one time. 200: a class room; each keeps 36 KiB.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>Connections of one client address at one time. 16: what Linux' nconnect goes up to.</summary>
    public int MaxConnectionsPerClient { get; init; } = 16;
}

/// <summary>Where files are.</summary>
public sealed record StorageOptions
{
    /// <summary>The media partition: <c>isos/</c>, and the user's own <c>loaders/</c>, <c>profiles/</c> and <c>inject/</c>.</summary>
    public string Media { get; init; } = "/srv/plugboot";

    /// <summary>The loaders that came with the program.</summary>
    public string Loaders { get; init; } = "/usr/share/plugboot/loaders";

    /// <summary>What the daemon writes for itself: leases and catalog. On a board a partition of its own.</summary>
    public string State { get; init; } = "/var/lib/plugboot";

    /// <summary>
    /// How often the library is looked at without being told. 10 s: file systems without inotify (exFAT written by
    /// another, network mounts) show new images while the user still waits.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes per second at which images are read again to find damage, and a quarter of the rate of the first reading; 0
    /// never reads them. 5 MB/s: a tenth of what a card gives and of one core of a small board, so that nothing else waits.
    /// </summary>
    public long ScrubRate { get; init; } = 5_000_000;

    public string Isos => Path.Combine(Media, "isos");

    public string OwnLoaders => Path.Combine(Media, "loaders");

    /// <summary>The user's own profiles of distributions (docs/profiles.md).</summary>
    public string OwnProfiles => Path.Combine(Media, "profiles");

    /// <summary>The user's own files for images' initial RAM file systems, below the path of each image.</summary>
    public string Inject => Path.Combine(Media, "inject");
}

/// <summary>The boot menu.</summary>
public sealed record MenuOptions
{
    public string Title { get; init; } = "Plugboot";

    /// <summary>Time before the default entry starts; zero waits for ever. 30 s: long enough to read, short enough to leave alone.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Entry that starts by itself: an image name, or <c>local</c>. The local disk: a PC that was left in the boot order
    /// must never install something unasked.
    /// </summary>
    public string Default { get; init; } = "local";

    /// <summary>Whether <see cref="Default"/> names this image, by its name or by its file's.</summary>
    public bool IsDefault(string id) =>
        Default.StartsWith(id, StringComparison.OrdinalIgnoreCase)
        && Default[id.Length..].ToLowerInvariant() is ("" or ".iso" or ".img");
}

/// <summary>How much the log says.</summary>
public enum LogVerbosity
{
    Error,
    Warning,

    /// <summary>One line per transaction.</summary>
    Info,

    /// <summary>Also every packet that was dropped, and why.</summary>
    Debug,
}

/// <summary>All of the start-up configuration.</summary>
public sealed record ApplianceOptions
{
    public NetworkOptions Network { get; init; } = new();

    public DhcpOptions Dhcp { get; init; } = new();

    public LoaderOptions Loaders { get; init; } = new();

    public TftpOptions Tftp { get; init; } = new();

    public HttpOptions Http { get; init; } = new();

    public NbdOptions Nbd { get; init; } = new();

    public NfsOptions Nfs { get; init; } = new();

    public AdminOptions Admin { get; init; } = new();

    public BoardOptions Board { get; init; } = new();

    public StorageOptions Storage { get; init; } = new();

    public MenuOptions Menu { get; init; } = new();

    /// <summary>
    /// Base URL of the boot plane, without a slash at its end. Port 80 where it is served, because it can be left out.
    /// </summary>
    public string BootUrl => BootUrlOf(Network.Address);

    /// <summary>The same for a client that came by IPv6; null where it is not served.</summary>
    public string? BootUrlIpv6 => Network.Ipv6Address is { } address ? BootUrlOf(address) : null;

    /// <summary>Base URL of the boot plane at one of our addresses, which IPv6 has in brackets (RFC 3986 §3.2.2).</summary>
    public string BootUrlOf(IPAddress address)
    {
        string host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return Http.Ports.Contains(80) ? $"http://{host}" : $"http://{host}:{Http.Ports[0]}";
    }

    /// <summary>Info: what a bench wants to read afterwards, and no more than a card should store.</summary>
    public LogVerbosity LogLevel { get; init; } = LogVerbosity.Info;
}
