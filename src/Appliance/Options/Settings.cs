using System.Collections.Immutable;

namespace Appliance.Options;

/// <summary>Every setting there is: the one table that the file, the environment, the command line and the help share.</summary>
public static class Settings
{
    public static ImmutableArray<Setting> All { get; } =
    [
        new("interface", "eth0", "Network interface to serve; default: the one that carries the address",
            static (o, v) => o with { Network = o.Network with { Interface = v.Length == 0 ? null : InterfaceName(v) } }),
        new("address", "192.168.100.1/24", "Own address and prefix length on that interface; dhcp: from the network's server, else this one (in mode proxy a link-local one)",
            static (o, v) =>
            {
                if (v is "dhcp")
                {
                    return o with { Network = o.Network with { AddressByDhcp = true } };
                }

                (System.Net.IPAddress address, int prefix) = SettingText.AddressAndPrefix(v);
                return o with { Network = o.Network with { Address = address, PrefixLength = prefix, AddressByDhcp = false } };
            }),
        new("router-advertisement", "yes", "Answer IPv6 router solicitations with lifetime 0, so that iPXE does not wait",
            static (o, v) => o with { Network = o.Network with { RouterAdvertisement = SettingText.YesNo(v) } }),
        new("ipv6-prefix", "none", "Serve IPv6 too, with addresses of this prefix: one of your own making, such as fd5a:16c0:77e1:1::/64",
            static (o, v) => o with { Network = o.Network with { Ipv6Prefix = SettingText.UniqueLocalPrefixOrNone(v) } }),

        new("dhcp-mode", "auto", "auto: hand out addresses unless another server does, server, proxy: only name loaders, off",
            static (o, v) => o with { Dhcp = o.Dhcp with { Mode = SettingText.Word<DhcpMode>(v) } }),
        new("dhcp-force", "no", "yes: mode server goes on beside another server",
            static (o, v) => o with { Dhcp = o.Dhcp with { Force = SettingText.YesNo(v) } }),
        new("dhcp-pool", "192.168.100.100-192.168.100.199", "First and last address handed out",
            static (o, v) =>
            {
                (System.Net.IPAddress start, System.Net.IPAddress end) = SettingText.AddressRange(v);
                return o with { Dhcp = o.Dhcp with { PoolStart = start, PoolEnd = end } };
            }),
        new("dhcp-lease-time", "12h", "Lease of an operating system",
            static (o, v) => o with { Dhcp = o.Dhcp with { LeaseTime = SettingText.Duration(v, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)) } }),
        new("dhcp-boot-lease-time", "10m", "Lease of firmware and loaders",
            static (o, v) => o with { Dhcp = o.Dhcp with { BootLeaseTime = SettingText.Duration(v, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)) } }),
        new("dhcp-router", "none", "Default router told to clients",
            static (o, v) => o with { Dhcp = o.Dhcp with { Router = SettingText.AddressOrNone(v) } }),
        new("dhcp-dns-server", "none", "DNS server told to clients",
            static (o, v) => o with { Dhcp = o.Dhcp with { DnsServer = SettingText.AddressOrNone(v) } }),
        new("dhcp-domain-name", "none", "Domain name told to clients",
            static (o, v) => o with { Dhcp = o.Dhcp with { DomainName = v is "none" or "" ? null : DomainName(v) } }),
        new("dhcp-host", "none", "Address of one machine: MAC or id:HEX, address, options as 12=text:lathe; once for each",
            static (o, v) => o with { Dhcp = o.Dhcp with { Reservations = v is "none" ? [] : o.Dhcp.Reservations.Add(DhcpSettingText.Reservation(v)) } }),
        new("dhcp-relay-subnet", "none", "Network behind a relay agent: 10.1.0.0/24 10.1.0.100-10.1.0.199 10.1.0.1 (its router); once for each",
            static (o, v) => o with { Dhcp = o.Dhcp with { RelaySubnets = v is "none" ? [] : o.Dhcp.RelaySubnets.Add(DhcpSettingText.RelaySubnet(v)) } }),
        new("dhcp-option", "none", "Option for all clients: 42 192.168.100.9, or 119 hex:0361626300, or 26 hex:05dc; once for each",
            static (o, v) => o with { Dhcp = o.Dhcp with { Options = v is "none" ? [] : o.Dhcp.Options.Add(DhcpSettingText.Option(v)) } }),
        new("dhcp-server-port", "67", "UDP port of the DHCP server",
            static (o, v) => o with { Dhcp = o.Dhcp with { ServerPort = SettingText.Number(v, 1, 65535) } }),
        new("dhcp-boot-server-port", "4011", "UDP port of the boot server in modes auto and proxy",
            static (o, v) => o with { Dhcp = o.Dhcp with { BootServerPort = SettingText.Number(v, 1, 65535) } }),
        new("dhcp-client-port", "68", "UDP port of DHCP clients",
            static (o, v) => o with { Dhcp = o.Dhcp with { ClientPort = SettingText.Number(v, 1, 65535) } }),

        new("loader-bios", "undionly.kpxe ipxe.pxe", "Loader for legacy BIOS: the first that is there, and the next where it does not come up",
            static (o, v) => o with { Loaders = o.Loaders with { Bios = SettingText.FileNames(v) } }),
        new("loader-uefi-x64", "snponly-shimx64.efi shimx64.efi snponly.efi ipxe-amd64.efi", "The same for UEFI x86-64; shim starts with and without Secure Boot",
            static (o, v) => o with { Loaders = o.Loaders with { UefiX64 = SettingText.FileNames(v) } }),
        new("loader-uefi-arm64", "snponly-shimaa64.efi shimaa64.efi ipxe-arm64.efi", "Loader for UEFI arm64: the first that is there",
            static (o, v) => o with { Loaders = o.Loaders with { UefiArm64 = SettingText.FileNames(v) } }),
        new("loader-uefi-ia32", "none", "Loader for UEFI IA32",
            static (o, v) => o with { Loaders = o.Loaders with { UefiIa32 = SettingText.FileNames(v) } }),
        new("ipxe-chain", "no", "yes: an iPXE that comes with a card or hypervisor is given our own loader first",
            static (o, v) => o with { Loaders = o.Loaders with { ChainIpxe = SettingText.YesNo(v) } }),

        new("tftp-port", "69", "UDP port of the TFTP server",
            static (o, v) => o with { Tftp = o.Tftp with { Port = SettingText.Number(v, 1, 65535) } }),
        new("tftp-max-transfers", "200", "TFTP transfers at one time",
            static (o, v) => o with { Tftp = o.Tftp with { MaxTransfers = SettingText.Number(v, 1, 10000) } }),
        new("tftp-max-transfers-per-client", "4", "TFTP transfers of one client at one time",
            static (o, v) => o with { Tftp = o.Tftp with { MaxTransfersPerClient = SettingText.Number(v, 1, 1000) } }),
        new("tftp-max-blksize", "1468", "Largest TFTP block; above 1468 only on wires with jumbo frames",
            static (o, v) => o with { Tftp = o.Tftp with { MaxBlksize = SettingText.Number(v, 512, 65464) } }),
        new("tftp-max-windowsize", "64", "Largest TFTP window, in blocks; 1 turns windows off",
            static (o, v) => o with { Tftp = o.Tftp with { MaxWindowsize = SettingText.Number(v, 1, 1024) } }),

        new("http-ports", "80,8080", "TCP ports of the HTTP boot plane",
            static (o, v) => o with { Http = o.Http with { Ports = SettingText.Ports(v) } }),

        new("nbd", "yes", "Serve images, and the files inside them, as block devices (NBD)",
            static (o, v) => o with { Nbd = o.Nbd with { Enabled = SettingText.YesNo(v) } }),
        new("nbd-port", "10809", "TCP port of the NBD server",
            static (o, v) => o with { Nbd = o.Nbd with { Port = SettingText.Number(v, 1, 65535) } }),
        new("nbd-idle-timeout", "24h", "How long an NBD client may ask for nothing before it is disconnected",
            static (o, v) => o with { Nbd = o.Nbd with { IdleTimeout = SettingText.Duration(v, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)) } }),
        new("nfs", "yes", "Serve what is inside the images by NFS too",
            static (o, v) => o with { Nfs = o.Nfs with { Enabled = SettingText.YesNo(v) } }),
        new("nfs-port", "2049", "TCP and UDP port of the NFS server",
            static (o, v) => o with { Nfs = o.Nfs with { Port = SettingText.Number(v, 1, 65535) } }),

        new("admin-port", "8081", "TCP port of the admin page and its API; 0 turns them off",
            static (o, v) => o with { Admin = o.Admin with { Port = SettingText.Number(v, 0, 65535) } }),
        new("control-socket", "/run/plugboot/control.sock", "Unix socket of plugboot console; none without its folder",
            static (o, v) => o with { Admin = o.Admin with { ControlSocket = SettingText.Folder(v) } }),
        new("debian-mirror", "http://ftp.debian.org/debian", "Where netboot files of Debian's installer are fetched from",
            static (o, v) => o with { Admin = o.Admin with { DebianMirror = SettingText.HttpUrl(v) } }),

        new("media", "/srv/plugboot", "Folder with isos/ and the owner's own loaders/",
            static (o, v) => o with { Storage = o.Storage with { Media = SettingText.Folder(v) } }),
        new("loaders", "/usr/share/plugboot/loaders", "Folder of the loaders that came with the program",
            static (o, v) => o with { Storage = o.Storage with { Loaders = SettingText.Folder(v) } }),
        new("state", "/var/lib/plugboot", "Folder for what the daemon keeps: leases and catalog",
            static (o, v) => o with { Storage = o.Storage with { State = SettingText.Folder(v) } }),
        new("library-poll", "10s", "How often the library is looked at where the file system gives no notice",
            static (o, v) => o with { Storage = o.Storage with { PollInterval = SettingText.Duration(v, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) } }),
        new("scrub-rate", "5", "MB/s at which images are read in idle time to find damage, four times that at first; 0 never",
            static (o, v) => o with { Storage = o.Storage with { ScrubRate = SettingText.Number(v, 0, 1000) * 1_000_000L } }),

        new("menu-title", "Plugboot", "Title of the boot menu",
            static (o, v) => o with { Menu = o.Menu with { Title = v } }),
        new("menu-timeout", "30s", "Time before the default entry starts; 0 waits for ever",
            static (o, v) => o with { Menu = o.Menu with { Timeout = SettingText.Duration(v, TimeSpan.Zero, TimeSpan.FromHours(1)) } }),
        new("menu-default", "local", "Entry that starts by itself: local, or an image's name without its extension",
            static (o, v) => o with { Menu = o.Menu with { Default = v } }),

        new("status-led", "none", "Light that shows how the box does, as in /sys/class/leds",
            static (o, v) => o with { Board = o.Board with { StatusLed = DeviceName(v) } }),
        new("button", "none", "Input device with the button, as in /sys/class/input/*/name",
            static (o, v) => o with { Board = o.Board with { Button = DeviceName(v) } }),
        new("button-short", "mode", "What a press does: mode (next DHCP mode), image (default image on or off), shutdown, reset, none",
            static (o, v) => o with { Board = o.Board with { Short = SettingText.Word<ButtonAction>(v) } }),
        new("button-double", "image", "What two presses do",
            static (o, v) => o with { Board = o.Board with { Double = SettingText.Word<ButtonAction>(v) } }),
        new("button-long", "shutdown", "What a press of 3 s does",
            static (o, v) => o with { Board = o.Board with { Long = SettingText.Word<ButtonAction>(v) } }),
        new("button-very-long", "reset", "What a press of 10 s does: reset is for network settings and password",
            static (o, v) => o with { Board = o.Board with { VeryLong = SettingText.Word<ButtonAction>(v) } }),

        new("log-level", "info", "error, warning, info or debug",
            static (o, v) => o with { LogLevel = SettingText.Word<LogVerbosity>(v) }),
    ];

    private static string? DeviceName(string text) => text switch
    {
        "none" or "" => null,
        _ when text.Length <= 64 && !text.Contains('/', StringComparison.Ordinal) && text != ".." && text != "." => text,
        _ => throw new SettingValueException("takes a device's name without slashes, or none"),
    };

    private static string InterfaceName(string text) =>
        text.Length <= 15 && !text.AsSpan().ContainsAny(" /\t\n")
            ? text
            : throw new SettingValueException("takes an interface name of at most 15 characters, such as eth0");

    private static string DomainName(string text) =>
        text.Length <= 253 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')
            ? text
            : throw new SettingValueException("takes a domain name, such as bench.example");
}
