using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Tests.Tftp;

/// <summary>A client that does as its test says.</summary>
internal sealed class TftpClient : IDisposable
{
    private const int ReceiveMilliseconds = 10_000;

    private readonly IPEndPoint _server;
    private readonly Socket _socket;

    public TftpClient(IPEndPoint server)
    {
        _server = server;
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = ReceiveMilliseconds };
        _socket.Bind(new IPEndPoint(server.Address, 0));
        _socket.ReceiveBufferSize = 1024 * 1024;
    }

    /// <summary>Where the latest packet came from.</summary>
    public IPEndPoint Transfer { get; private set; } = new(IPAddress.None, 0);

    public void Send(byte[] datagram) => _socket.SendTo(datagram, _server);

    public void SendToTransfer(byte[] datagram) => _socket.SendTo(datagram, Transfer);

    public void Request(string name, string modeAndOptions) => Send(Encoding.Latin1.GetBytes($"\0\u0001{name}\0{modeAndOptions}"));

    public void Ack(int block) => SendToTransfer([0, 4, (byte)(block >> 8), (byte)block]);

    public byte[] Receive()
    {
        byte[] buffer = new byte[65536];
        EndPoint from = new IPEndPoint(_server.Address, 0);
        int length = _socket.ReceiveFrom(buffer, ref from);
        Transfer = (IPEndPoint)from;
        return buffer[..length];
    }

    /// <summary>Packets that have arrived and were not received.</summary>
    public int CountWaiting()
    {
        int count = 0;
        for (; _socket.Poll(0, SelectMode.SelectRead); count++)
        {
            Receive();
        }

        return count;
    }

    /// <summary>Asks again each second, as clients do: a request may find the server's queue full.</summary>
    private void RequestUntilAnswered(string name, string modeAndOptions)
    {
        int attempts = 0;
        do
        {
            Request(name, modeAndOptions);
        }
        while (!_socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead) && ++attempts < 10);
    }

    /// <summary>Fetches a file as a patient client of RFC 7440 does.</summary>
    public byte[] Fetch(string name, string modeAndOptions)
    {
        RequestUntilAnswered(name, modeAndOptions);
        var content = new MemoryStream();
        int blksize = 512;
        int windowsize = 1;
        int block = 0;
        while (true)
        {
            byte[] packet = Receive();
            if (packet[1] == 6)
            {
                string[] options = Encoding.Latin1.GetString(packet, 2, packet.Length - 3).Split('\0');
                blksize = Option(options, "blksize") ?? blksize;
                windowsize = Option(options, "windowsize") ?? windowsize;
                Ack(0);
                continue;
            }

            Assert.Equal(3, packet[1]);
            if (((packet[2] << 8) | packet[3]) != ((block + 1) & 0xffff))
            {
                continue;
            }

            content.Write(packet, 4, packet.Length - 4);
            block++;
            bool last = packet.Length - 4 < blksize;
            if (last || block % windowsize == 0)
            {
                Ack(block);
            }

            if (last)
            {
                return content.ToArray();
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static int? Option(string[] options, string name)
    {
        int index = Array.IndexOf(options, name);
        return index < 0 ? null : int.Parse(options[index + 1]);
    }
}
