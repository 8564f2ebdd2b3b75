using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>Opens the UDP sockets that listen on one interface.</summary>
internal static class DhcpSocket
{
    /// <summary>After a failure to receive, so that one that lasts does not spin. The client asks again after seconds.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Room for the burst of a class room that is switched on at once; the kernel's default holds some 150 requests.</summary>
    private const int ReceiveBuffer = 1 << 20;

    // linux/socket.h
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    /// <param name="family">IPv4 or IPv6, and only that.</param>
    /// <param name="server">Whose port it is, and</param>
    /// <param name="setting">the setting that names it; for the message.</param>
    /// <exception cref="StartException">The port cannot be bound; the message says who has it and what to do.</exception>
    public static Socket Bind(
        string interfaceName, int port, string server, string setting, AddressFamily family = AddressFamily.InterNetwork)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.UTF8.GetBytes(interfaceName + '\0'));
            socket.EnableBroadcast = family == AddressFamily.InterNetwork;
            socket.ReceiveBufferSize = ReceiveBuffer;
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port));

            // A send that would wait fails instead: the loops wait for datagrams only.
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw StartException.ForPort(server, setting, port, tcp: false, exception);
        }
    }
}
