using System.Net.Sockets;
using System.Threading.Channels;
using Appliance.Formats.Link;
using Appliance.Interop;

namespace Appliance.Dhcp;

/// <summary>
/// Asks the wire whether a stranger uses an address that was just offered (RFC 2131 §2.2). The offer does not wait: the
/// answer comes within milliseconds, the client's request seconds later. A ping before the offer, as others do it, costs
/// every new client three seconds.
/// </summary>
internal sealed class ConflictProbe : IDisposable
{
    /// <summary>Answers kept until the server's loop looks; more than one wire's stations can give to one probe.</summary>
    private const int Capacity = 64;

    private readonly PacketSocket _socket;
    private readonly MacAddress _mac;
    private readonly DhcpSubnet _subnet;
    private readonly Channel<ArpPacket> _heard = Channel.CreateBounded<ArpPacket>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

    /// <exception cref="SocketException">Not permitted, or the interface is gone.</exception>
    public ConflictProbe(EthernetInterface link, DhcpSubnet subnet)
    {
        _socket = PacketSocket.Open(link, ArpPacket.EtherType, []);
        _mac = link.Mac;
        _subnet = subnet;
    }

    /// <summary>Sends the question.</summary>
    /// <exception cref="SocketException">The interface is down or its queue is full.</exception>
    public void Ask(Ipv4Address address)
    {
        Span<byte> frame = stackalloc byte[ArpPacket.Length];
        _socket.Send(frame[..ArpPacket.WriteProbe(frame, _mac, address)]);
    }

    /// <summary>Takes the next station that was heard to use an address of the pool; false when there is none.</summary>
    public bool TryTakeHeard(out ArpPacket heard) => _heard.Reader.TryRead(out heard);

    /// <summary>Listens until it is cancelled.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        byte[] frame = new byte[ArpPacket.Length];
        while (!cancellation.IsCancellationRequested)
        {
            int length = await ReceiveAsync(frame, cancellation);
            if (ArpPacket.TryParse(frame.AsSpan(0, length), out ArpPacket packet) && _subnet.IsInPool(packet.SenderAddress))
            {
                _heard.Writer.TryWrite(packet);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Receives a frame; 0 when the interface is down for the moment.</summary>
    private async Task<int> ReceiveAsync(byte[] frame, CancellationToken cancellation)
    {
        try
        {
            return await _socket.ReceiveAsync(frame, cancellation);
        }
        catch (SocketException)
        {
            // The kernel reports "network is down" once; the next receive waits until it is up again.
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
