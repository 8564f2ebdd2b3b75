using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Appliance.Status;

/// <summary>What the host says of its network interfaces.</summary>
public static class HostNetwork
{
    /// <summary>
    /// The interface to serve: the one named, or else the one that carries the address.
    /// </summary>
    /// <exception cref="StartException">There is none such, or it does not carry the address; the message has the remedy.</exception>
    public static string FindInterface(string? wanted, IPAddress address, int prefixLength)
    {
        NetworkInterface[] interfaces = NetworkInterface.GetAllNetworkInterfaces();
        if (wanted is not null)
        {
            NetworkInterface named = interfaces.FirstOrDefault(candidate => candidate.Name == wanted)
                ?? throw new StartException($"interface {wanted} does not exist; there are: {Names(interfaces)}");
            return Carries(named, address)
                ? named.Name
                : throw new StartException($"interface {wanted} does not have the address {address}; give it: ip address add {address}/{prefixLength} dev {wanted}");
        }

        return interfaces.FirstOrDefault(candidate => Carries(candidate, address))?.Name
            ?? throw new StartException($"no interface has the address {address}; give it to one, such as: ip address add {address}/{prefixLength} dev {Suggest(interfaces)}");
    }

    /// <summary>
    /// Bytes that an interface has sent and received since it came up; 0 when there is none such. From /proc, which shows
    /// the network namespace of this process; /sys shows that in which it was mounted, and has no such interface there
    /// (proc_pid_net(5), /proc/pid/net/dev: name, received bytes and seven more, sent bytes).
    /// </summary>
    public static long BytesMoved(string name)
    {
        const int SentColumn = 8;
        try
        {
            string prefix = name + ":";
            string? line = File.ReadLines("/proc/net/dev").Select(static line => line.TrimStart())
                .FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal));
            string[] columns = line?[prefix.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return columns.Length > SentColumn && long.TryParse(columns[0], out long received) && long.TryParse(columns[SentColumn], out long sent)
                ? received + sent
                : 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Whoever asks only wants to be polite: it must not fail for that.
            return 0;
        }
    }

    private static bool Carries(NetworkInterface candidate, IPAddress address) =>
        candidate.GetIPProperties().UnicastAddresses.Any(unicast => unicast.Address.Equals(address));

    private static string Names(NetworkInterface[] interfaces) => string.Join(", ", interfaces.Select(static candidate => candidate.Name));

    /// <summary>An interface that looks like a spare cable: hardware, and without an IPv4 address.</summary>
    private static string Suggest(NetworkInterface[] interfaces)
    {
        NetworkInterface[] hardware = [.. interfaces.Where(static candidate => Directory.Exists($"/sys/class/net/{candidate.Name}/device"))];
        return (Array.Find(hardware, static candidate => !candidate.GetIPProperties().UnicastAddresses
                .Any(static unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)) ?? hardware.FirstOrDefault())?.Name
            ?? "eth0";
    }
}
