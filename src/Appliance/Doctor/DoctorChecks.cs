using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Doctor;

/// <summary>Looks at everything that <c>serve</c> needs and says what is wrong with it, before a PC waits for it.</summary>
public sealed class DoctorChecks(ApplianceOptions options)
{
    /// <summary>Below this much free space the media partition is as good as full: an upload would fail.</summary>
    private const long LittleSpace = 100L << 20;

    public IEnumerable<DoctorCheck> Run() =>
        CheckInterface().Concat(CheckPorts()).Append(CheckPacketSocket()).Append(CheckMedia()).Append(StateCheck.Run(options.Storage.State)).Append(CheckLoaders());

    private IEnumerable<DoctorCheck> CheckInterface()
    {
        string name;
        DoctorCheck? problem = null;
        try
        {
            name = HostNetwork.FindInterface(options.Network.Interface, options.Network.Address, options.Network.PrefixLength);
        }
        catch (StartException missing)
        {
            name = "";
            int remedy = missing.Message.IndexOf(';', StringComparison.Ordinal);
            problem = new DoctorCheck("address", DoctorVerdict.Problem, missing.Message[..remedy], missing.Message[(remedy + 1)..].Trim());
        }

        if (problem is not null)
        {
            yield return problem;
            yield break;
        }

        yield return new DoctorCheck("address", DoctorVerdict.Ok, $"{options.Network.Address}/{options.Network.PrefixLength} on {name}");
        OperationalStatus status = NetworkInterface.GetAllNetworkInterfaces().First(candidate => candidate.Name == name).OperationalStatus;
        yield return status is OperationalStatus.Up or OperationalStatus.Unknown
            ? new DoctorCheck("cable", DoctorVerdict.Ok, $"{name} has a link")
            : new DoctorCheck("cable", DoctorVerdict.Warning, $"{name} has no link", "plug the cable in, or switch the PC at its other end on");
    }

    private IEnumerable<DoctorCheck> CheckPorts()
    {
        if (options.Dhcp.Mode is not DhcpMode.Off)
        {
            yield return CheckPort("dhcp-server-port", options.Dhcp.ServerPort, IPAddress.Any, tcp: false);
        }

        if (options.Dhcp.Mode is DhcpMode.Auto or DhcpMode.Proxy)
        {
            yield return CheckPort("dhcp-boot-server-port", options.Dhcp.BootServerPort, IPAddress.Any, tcp: false);
        }

        // An address that is missing has been said; the ports are looked at all the same.
        IPAddress address = NetworkInterface.GetAllNetworkInterfaces().Any(HasAddress) ? options.Network.Address : IPAddress.Any;
        yield return CheckPort("tftp-port", options.Tftp.Port, address, tcp: false);
        foreach (int port in options.Http.Ports)
        {
            yield return CheckPort("http-ports", port, address, tcp: true);
        }

        if (options.Admin.Port != 0)
        {
            yield return CheckPort("admin-port", options.Admin.Port, address, tcp: true);
        }

        if (options.Nbd.Enabled)
        {
            yield return CheckPort("nbd-port", options.Nbd.Port, address, tcp: true);
        }

        if (options.Nfs.Enabled)
        {
            yield return CheckPort("nfs-port", options.Nfs.Port, address, tcp: true);
            yield return CheckPort("nfs-port", options.Nfs.Port, address, tcp: false);
        }
    }

    private bool HasAddress(NetworkInterface candidate) =>
        candidate.GetIPProperties().UnicastAddresses.Any(unicast => unicast.Address.Equals(options.Network.Address));

    private static DoctorCheck CheckPort(string setting, int port, IPAddress address, bool tcp)
    {
        string subject = $"{(tcp ? "TCP" : "UDP")} port {port}";
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, port));
            if (tcp)
            {
                socket.Listen();
            }

            return new DoctorCheck(subject, DoctorVerdict.Ok, "free");
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            string owner = PortOwner.Find(port, tcp) ?? "another program";
            return owner.StartsWith("plugboot", StringComparison.Ordinal)
                ? new DoctorCheck(subject, DoctorVerdict.Ok, $"{owner} is serving it")
                : new DoctorCheck(subject, DoctorVerdict.Problem, $"{owner} has it", $"stop that program, or change {setting}");
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AccessDenied)
        {
            return new DoctorCheck(
                subject, DoctorVerdict.Problem, "may not be opened", "run as root, or with CAP_NET_BIND_SERVICE as plugboot.service does");
        }
    }

    private static DoctorCheck CheckPacketSocket()
    {
        const string Subject = "packet socket";
        try
        {
            using var socket = new Socket(AddressFamily.Packet, SocketType.Dgram, ProtocolType.Unspecified);
            return new DoctorCheck(Subject, DoctorVerdict.Ok, "may be opened");
        }
        catch (SocketException)
        {
            return new DoctorCheck(
                Subject, DoctorVerdict.Warning, "may not be opened: other DHCP servers are not seen, and dhcp-mode auto hands out no addresses",
                "run as root, or with CAP_NET_RAW as plugboot.service does");
        }
    }

    private DoctorCheck CheckMedia()
    {
        string folder = options.Storage.Isos;
        try
        {
            int images = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
                .Count(static path => Path.GetExtension(path).ToLowerInvariant() is ".iso" or ".img");
            long free = new DriveInfo(folder).AvailableFreeSpace;
            string finding = string.Create(CultureInfo.InvariantCulture, $"{folder}: {images} images, {free / 1e9:0.0} GB free");
            return free < LittleSpace
                ? new DoctorCheck("media", DoctorVerdict.Warning, finding, "remove images that are no longer needed")
                : new DoctorCheck("media", DoctorVerdict.Ok, finding);
        }
        catch (DirectoryNotFoundException)
        {
            return new DoctorCheck("media", DoctorVerdict.Warning, $"{folder} does not exist", $"make it and put ISO files there: mkdir --parents {folder}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new DoctorCheck("media", DoctorVerdict.Problem, unreadable.Message, "check the disk, and the folder's owner and mode");
        }
    }

    private DoctorCheck CheckLoaders()
    {
        var loaders = new LoaderFiles(options.Storage);
        loaders.Refresh();
        string[] missing = [.. options.Loaders.Missing(loaders.Contains)];
        return missing.Length == 0
            ? new DoctorCheck("loaders", DoctorVerdict.Ok, $"{loaders.Names.Count()} files")
            : new DoctorCheck("loaders", DoctorVerdict.Problem, $"missing: {string.Join(", ", missing)}",
                $"put them into {options.Storage.Loaders} (make loaders builds them) or {options.Storage.OwnLoaders}, or name others by the loader- settings");
    }
}
