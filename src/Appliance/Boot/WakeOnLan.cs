using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>Switches machines on over the network.</summary>
public static class WakeOnLan
{
    /// <summary>Discard, the usual port: cards look at the payload only, and nobody else listens there.</summary>
    public const int Port = 9;

    /// <summary>
    /// Sends a magic packet to everyone on our wire: a machine that is off answers no ARP, and a switch has forgotten its port.
    /// </summary>
    /// <exception cref="SocketException">The interface is down, or does not have our address.</exception>
    public static void Send(NetworkOptions network, MacAddress station) => Send(network, station, Port);

    internal static void Send(NetworkOptions network, MacAddress station, int port)
    {
        Span<byte> packet = stackalloc byte[MagicPacket.Length];
        MagicPacket.Write(packet, station);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.Bind(new IPEndPoint(network.Address, 0));
        socket.SendTo(packet, new IPEndPoint(network.Broadcast, port));
    }
}
