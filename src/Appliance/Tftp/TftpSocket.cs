using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Tftp;

namespace Appliance.Tftp;

/// <summary>Who sent what a transfer's socket received.</summary>
internal enum TftpSender
{
    /// <summary>Nobody: the wait is over.</summary>
    None,

    /// <summary>The client, from its TID.</summary>
    Client,

    /// <summary>The server's own listening socket: a repeated request, or nothing but a wake-up.</summary>
    Server,

    /// <summary>Anybody else; has been answered.</summary>
    Stranger,
}

/// <summary>The UDP socket of one transfer.</summary>
internal sealed class TftpSocket : IDisposable
{
    private const int IpLevel = 0;
    private const int IpReceiveErrors = 11;
    private const int Ipv6Level = 41;
    private const int Ipv6ReceiveErrors = 25;
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;

    /// <summary>Most packets and bytes of one segmented send (UDP_MAX_SEGMENTS; the largest UDP payload over IPv4).</summary>
    private const int MaxSegments = 64;
    private const int MaxSendLength = 65507;

    /// <summary>errno values with which kernels and network cards refuse segmentation.</summary>
    private const int Eio = 5;
    private const int Einval = 22;
    private const int Emsgsize = 90;

    private readonly Socket _socket;
    private readonly SocketAddress _client;
    private readonly SocketAddress _server;
    private readonly SocketAddress _sender;
    private int _segmentLength;
    private bool _segmentationRefused;

    /// <summary>Binds a port of its own on the server's address.</summary>
    /// <exception cref="SocketException">No port or descriptor is left.</exception>
    public TftpSocket(IPEndPoint server, IPEndPoint client)
    {
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _sender = new SocketAddress(server.AddressFamily);
        _client = client.Serialize();
        _server = server.Serialize();
        try
        {
            _socket.Bind(new IPEndPoint(server.Address, 0));
            ReceiveErrors(1);
            LocalAddress = _socket.LocalEndPoint!.Serialize();
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }
    }

    public SocketAddress LocalAddress { get; }

    /// <summary>Sends one packet to the client. What the network does not take now counts as lost: the timer repeats it.</summary>
    /// <exception cref="SocketException">ConnectionRefused: the client's port is closed.</exception>
    public void Send(ReadOnlySpan<byte> packet)
    {
        try
        {
            _socket.SendTo(packet, SocketFlags.None, _client);
        }
        catch (SocketException e) when (IsPassing(e.SocketErrorCode))
        {
            Lost++;
        }
    }

    /// <summary>Sends that the network did not take.</summary>
    public long Lost { get; private set; }

    /// <summary>
    /// Sends packets that lie one behind the other, each <paramref name="stride"/> bytes but perhaps the last, by the
    /// kernel's segmentation (one trip through the network stack for up to 64 of them) or one by one.
    /// </summary>
    public void SendRun(ReadOnlySpan<byte> packets, int stride)
    {
        while (packets.Length > stride && !_segmentationRefused)
        {
            int count = Math.Min(MaxSegments, MaxSendLength / stride) * stride;
            ReadOnlySpan<byte> run = packets[..Math.Min(count, packets.Length)];
            if (!TrySendSegmented(run, stride))
            {
                break;
            }

            packets = packets[run.Length..];
        }

        while (!packets.IsEmpty)
        {
            ReadOnlySpan<byte> packet = packets[..Math.Min(stride, packets.Length)];
            Send(packet);
            packets = packets[packet.Length..];
        }
    }

    public void SendError(TftpErrorCode code, string text) => SendError(code, text, _client);

    /// <summary>Waits for one packet. A stranger's is answered with ERROR 5 and leaves the transfer as it is (RFC 1350 §4).</summary>
    /// <exception cref="SocketException">ConnectionRefused: the client's port is closed.</exception>
    public TftpSender Receive(Span<byte> buffer, TimeSpan wait, out int length)
    {
        length = 0;
        SetReceiveTimeout(wait);
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, _sender);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut || IsPassing(e.SocketErrorCode))
        {
            return TftpSender.None;
        }

        if (_sender.Equals(_client))
        {
            return TftpSender.Client;
        }

        if (_sender.Equals(_server))
        {
            return TftpSender.Server;
        }

        RefuseStranger(buffer[..length]);
        return TftpSender.Stranger;
    }

    public void Dispose() => _socket.Dispose();

    private void RefuseStranger(ReadOnlySpan<byte> packet)
    {
        // From here on an ICMP error may be about the stranger: it must not end the transfer.
        ReceiveErrors(0);
        if (TftpPacket.TryReadOpcode(packet, out TftpOpcode opcode) && opcode != TftpOpcode.Error)
        {
            SendError(TftpErrorCode.UnknownTransferId, "Unknown transfer ID", _sender);
        }
    }

    private void SendError(TftpErrorCode code, string text, SocketAddress to)
    {
        Span<byte> packet = stackalloc byte[TftpPacket.HeaderLength + TftpPacket.MaxErrorText + 1];
        _socket.SendTo(packet[..TftpPacket.WriteError(packet, code, text)], SocketFlags.None, to);
    }

    private bool TrySendSegmented(ReadOnlySpan<byte> run, int stride)
    {
        try
        {
            if (_segmentLength != stride)
            {
                SetOption(UdpLevel, UdpSegment, stride);
                _segmentLength = stride;
            }

            _socket.SendTo(run, SocketFlags.None, _client);
            return true;
        }
        catch (SocketException e) when (IsPassing(e.SocketErrorCode) && e.NativeErrorCode != Emsgsize)
        {
            Lost++;
            return true;
        }
        catch (SocketException e) when (e.NativeErrorCode is Eio or Einval or Emsgsize || e.SocketErrorCode == SocketError.ProtocolOption)
        {
            // No UDP_SEGMENT before Linux 4.18; EIO without checksum offload; EINVAL and EMSGSIZE above the path's MTU.
            _segmentationRefused = true;
            if (_segmentLength != 0)
            {
                SetOption(UdpLevel, UdpSegment, 0);
            }

            return false;
        }
    }

    private void SetReceiveTimeout(TimeSpan wait)
    {
        // Rounded up to a step of an eighth, so that a timer that learns a little from each ACK costs no system call each.
        int milliseconds = Math.Max(1, (int)Math.Ceiling(wait.TotalMilliseconds));
        int step = Math.Max(1, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)milliseconds) / 8);
        int rounded = (milliseconds + step - 1) / step * step;
        if (_socket.ReceiveTimeout != rounded)
        {
            _socket.ReceiveTimeout = rounded;
        }
    }

    /// <summary>Errors of a cable that is out for a moment, a full queue, a firewall; not those that end a transfer.</summary>
    private static bool IsPassing(SocketError error) =>
        error is SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown
            or SocketError.NoBufferSpaceAvailable or SocketError.AccessDenied or SocketError.MessageSize;

    private void ReceiveErrors(int yes)
    {
        bool isIpv6 = _socket.AddressFamily == AddressFamily.InterNetworkV6;
        SetOption(isIpv6 ? Ipv6Level : IpLevel, isIpv6 ? Ipv6ReceiveErrors : IpReceiveErrors, yes);
    }

    private void SetOption(int level, int name, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes, value);
        _socket.SetRawSocketOption(level, name, bytes);
    }
}
