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

    /// <summary>Bytes that an interface has sent and received since it came up; 0 when there is none such.</summary>
    public static long BytesMoved(string name) =>
        NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(candidate => candidate.Name == name)?.GetIPStatistics() is { } counters
            ? counters.BytesSent + counters.BytesReceived
            : 0;

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
