using System.Net.Sockets;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Status;

namespace Appliance.Capture;

/// <summary>
/// Captures what one machine sends and is sent on our wire, with what is said to everyone, until it is stopped: for a boot that
/// nobody understands. Started once; needs CAP_NET_RAW.
/// </summary>
public sealed class ClientCapture(string interfaceName, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The longest that the kernel hands up: segments that the card has put together, or has not cut yet.</summary>
    private const int MaximumFrame = 64 * 1024 + 256;

    private readonly FrameRing _frames = new();
    private Task _running = Task.CompletedTask;
    private CancellationTokenSource? _stop;

    /// <summary>Frames that are kept now.</summary>
    public int Count => _frames.Count;

    /// <summary>Frames, the oldest, that had to make room.</summary>
    public long Dropped => _frames.Dropped;

    /// <summary>Begins; when this returns, no frame is missed.</summary>
    /// <exception cref="StartException">There is no such interface, or frames cannot be received; the message has the remedy.</exception>
    public void Start(MacAddress station)
    {
        PacketSocket socket = Open(station);
        _stop = new CancellationTokenSource();
        _running = ReceiveAsync(socket, _stop.Token);
    }

    /// <summary>Ends it; its frames stay.</summary>
    public async Task StopAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
            _stop = null;
        }
    }

    /// <summary>What was captured so far, as a pcap file.</summary>
    public byte[] Read() => _frames.ToPcap();

    public async ValueTask DisposeAsync() => await StopAsync();

    private PacketSocket Open(MacAddress station)
    {
        EthernetInterface? link = EthernetInterface.Find(interfaceName);
        if (link is not { IsEthernet: true })
        {
            throw new StartException($"{interfaceName} is no Ethernet interface that is there now; see plugboot doctor");
        }

        try
        {
            return PacketSocket.Open(link, PacketSocket.ReceiveAll, SocketFilterInstruction.WhereStationIs(station));
        }
        catch (SocketException failure)
        {
            throw new StartException($"frames on {interfaceName} cannot be captured: {failure.Message}; run as root, or grant CAP_NET_RAW", failure);
        }
    }

    private async Task ReceiveAsync(PacketSocket socket, CancellationToken cancellation)
    {
        using PacketSocket opened = socket;
        byte[] frame = new byte[MaximumFrame];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await opened.ReceiveAsync(frame, cancellation);
                _frames.Add(frame.AsSpan(0, length), time.GetUtcNow());
            }
            catch (SocketException)
            {
                // The kernel reports "network is down" once; the next receive waits until it is up again.
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
