using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Sends replies the way that RFC 2131 §4.1 demands. Holds the buffer in which a reply is written, with room for the
/// headers before it, so that no byte is copied.
/// </summary>
internal sealed class DhcpSender
{
    private const int IpAndUdp = 28;

    private readonly Socket _socket;
    private readonly PacketSocket? _frames;
    private readonly MacAddress _mac;
    private readonly Ipv4Address _server;
    private readonly ushort _serverPort;
    private readonly ushort _clientPort;
    private readonly byte[] _frame;

    // IPv4 socket address, rewritten for each reply: family, port, address.
    private readonly SocketAddress _to = new IPEndPoint(IPAddress.Broadcast, 0).Serialize();

    /// <param name="socket">The server's socket; stays the caller's.</param>
    /// <param name="frames">For replies to stations without an address; null broadcasts them. Stays the caller's too.</param>
    public DhcpSender(Socket socket, PacketSocket? frames, EthernetInterface ethernet, DhcpSubnet subnet, DhcpOptions options)
    {
        _socket = socket;
        _frames = frames;
        _mac = ethernet.Mac;
        _server = subnet.Server;
        _serverPort = (ushort)options.ServerPort;
        _clientPort = (ushort)options.ClientPort;

        // "Never fragment": ROMs do not reassemble. Ethernet's 1500 is the most, whatever the interface could carry.
        int payload = Math.Clamp(ethernet.Mtu, 576, 1500) - IpAndUdp;
        _frame = new byte[UdpFrame.HeaderLength + payload];
    }

    /// <summary>Where the next reply is written; its length is the most that fits one packet.</summary>
    public Span<byte> Buffer => _frame.AsSpan(UdpFrame.HeaderLength);

    /// <summary>Sends the reply that lies in <see cref="Buffer"/>.</summary>
    /// <param name="station">The client's hardware address.</param>
    /// <exception cref="SocketException">The interface is down or its queue is full; the reply is lost, the client asks again.</exception>
    public void Send(in DhcpReply reply, MacAddress station)
    {
        switch (reply.Route)
        {
            case DhcpRoute.Relay:
                // Relays listen on the server port (RFC 2131 §4.1).
                SendUdp(reply.Length, reply.To, _serverPort);
                break;
            case DhcpRoute.Unicast:
                SendUdp(reply.Length, reply.To, _clientPort);
                break;
            case DhcpRoute.Station when _frames is not null:
                SendFrame(_frames, reply.Length, station, reply.To);
                break;
            default:
                SendBroadcast(reply.Length);
                break;
        }
    }

    /// <summary>Broadcasts go out as a frame too: the kernel sends them only with an address and a route on the interface.</summary>
    private void SendBroadcast(int length)
    {
        if (_frames is not null)
        {
            SendFrame(_frames, length, MacAddress.Broadcast, Ipv4Address.Broadcast);
        }
        else
        {
            SendUdp(length, Ipv4Address.Broadcast, _clientPort);
        }
    }

    private void SendFrame(PacketSocket frames, int length, MacAddress mac, Ipv4Address address)
    {
        Span<byte> frame = _frame.AsSpan(0, UdpFrame.HeaderLength + length);
        UdpFrame.WriteHeaders(frame, new UdpEnd(_mac, _server, _serverPort), new UdpEnd(mac, address, _clientPort));
        frames.Send(frame);
    }

    private void SendUdp(int length, Ipv4Address address, ushort port)
    {
        Span<byte> to = _to.Buffer.Span;
        to[2] = (byte)(port >> 8);
        to[3] = (byte)port;
        address.Write(to[4..]);
        _socket.SendTo(Buffer[..length], SocketFlags.None, _to);
    }
}
