using System.Net.Sockets;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Asks the wire for an address like a client, for ever, and tells who answers. Also hears what other servers broadcast to
/// their clients, and whether anybody else is there at all. Works on frames: answers are for a client, not for this host.
/// </summary>
internal sealed class ForeignServerProbe : IDisposable
{
    /// <summary>How often it asks. 2 s: see <see cref="ForeignServerWatch.AbsenceTime"/>; 300 bytes are no load.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A second question soon after the first, which a switch may have lost while its port came up.</summary>
    private static readonly TimeSpan SecondAfter = TimeSpan.FromMilliseconds(400);

    /// <summary>How often link and role are looked at: a fraction of what people notice.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(200);

    private const int MaximumFrame = 1514;

    private readonly EthernetInterface _link;
    private readonly ushort _serverPort;
    private readonly ushort _clientPort;
    private readonly PacketSocket _datagrams;
    private readonly PacketSocket _arp;
    private readonly byte[] _discover = new byte[UdpFrame.HeaderLength + DiscoverMessage.Length];
    private int _hurry;

    /// <exception cref="SocketException">Not permitted, or the interface is gone.</exception>
    public ForeignServerProbe(EthernetInterface link, DhcpOptions options)
    {
        _link = link;
        _serverPort = (ushort)options.ServerPort;
        _clientPort = (ushort)options.ClientPort;
        _datagrams = PacketSocket.Open(
            link, UdpFrame.EtherType, SocketFilterInstruction.WhereBytesAre(UdpFrame.Signature(_serverPort, _clientPort)));
        try
        {
            _arp = PacketSocket.Open(link, ArpPacket.EtherType, []);
        }
        catch (SocketException)
        {
            _datagrams.Dispose();
            throw;
        }
    }

    /// <summary>Asks at the next tick: something was heard that only another server explains.</summary>
    public void Hurry() => Volatile.Write(ref _hurry, 1);

    /// <summary>Runs until it is cancelled.</summary>
    public Task RunAsync(DhcpDispatcher dispatcher, TimeProvider time, CancellationToken cancellation) => Task.WhenAll(
        AskAsync(dispatcher, time, cancellation),
        ListenAsync(_datagrams, frame => HearDatagram(dispatcher, frame), cancellation),
        ListenAsync(_arp, frame => HearArp(dispatcher, frame), cancellation));

    public void Dispose()
    {
        _datagrams.Dispose();
        _arp.Dispose();
    }

    private async Task AskAsync(DhcpDispatcher dispatcher, TimeProvider time, CancellationToken cancellation)
    {
        uint xid = (uint)Random.Shared.Next();
        long? changes = _link.ReadCarrierChanges();
        long began = time.GetTimestamp();
        TimeSpan next = TimeSpan.Zero;
        bool isSecond = false;
        using var timer = new PeriodicTimer(TickInterval, time);
        do
        {
            TimeSpan now = time.GetElapsedTime(began);
            if (_link.ReadCarrierChanges() is var seen && seen != changes)
            {
                changes = seen;
                next = now;
                isSecond = false;
                dispatcher.LinkChanged();
            }

            if (Interlocked.Exchange(ref _hurry, 0) == 1 || now >= next)
            {
                next = now + (isSecond ? Interval : SecondAfter);
                isSecond = true;
                Ask(xid++);
            }

            dispatcher.Tick();
        }
        while (await NextTickAsync(timer, cancellation));
    }

    private void Ask(uint xid)
    {
        try
        {
            DiscoverMessage.Write(_discover.AsSpan(UdpFrame.HeaderLength), _link.Mac, xid);
            UdpFrame.WriteHeaders(
                _discover,
                new UdpEnd(_link.Mac, Ipv4Address.Any, _clientPort),
                new UdpEnd(MacAddress.Broadcast, Ipv4Address.Broadcast, _serverPort));
            _datagrams.Send(_discover);
        }
        catch (SocketException)
        {
            // The interface is down for the moment: nobody hears us, and we are asked by nobody.
            return;
        }
    }

    private void HearDatagram(DhcpDispatcher dispatcher, ReadOnlySpan<byte> frame)
    {
        if (UdpFrame.TryParse(frame, out UdpEnd from, out ReadOnlySpan<byte> datagram)
            && from.Mac != _link.Mac
            && DhcpMessage.TryParse(datagram, out DhcpMessage message, out _)
            && GivesAddresses(message))
        {
            message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server);
            dispatcher.ForeignServer(server.IsAny ? from.Address : server, message.Yiaddr);
        }
    }

    /// <summary>Offers and acknowledgements without an address are a proxy's; only a server refuses.</summary>
    private static bool GivesAddresses(in DhcpMessage message) => !message.IsRequest && message.Type switch
    {
        DhcpMessageType.Offer or DhcpMessageType.Ack => !message.Yiaddr.IsAny,
        DhcpMessageType.Nak => true,
        _ => false,
    };

    private void HearArp(DhcpDispatcher dispatcher, ReadOnlySpan<byte> frame)
    {
        if (ArpPacket.TryParse(frame, out ArpPacket packet) && packet.SenderMac != _link.Mac)
        {
            dispatcher.ForeignStation();
        }
    }

    private delegate void Hearer(ReadOnlySpan<byte> frame);

    private static async Task ListenAsync(PacketSocket socket, Hearer hear, CancellationToken cancellation)
    {
        byte[] frame = new byte[MaximumFrame];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveAsync(frame, cancellation);
                hear(frame.AsSpan(0, length));
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

    private static async Task<bool> NextTickAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
