using System.ComponentModel;
using System.Net.Sockets;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// The DHCP client of this box (RFC 2131 §4.4): gets an address from the network's server, gives it to the interface, keeps it.
/// Works on frames, because there is no address yet. Needs CAP_NET_RAW and CAP_NET_ADMIN.
/// </summary>
/// <exception cref="StartException">There is no such Ethernet interface.</exception>
public sealed partial class AddressClient(string interfaceName, DhcpOptions options, TimeProvider time, ILogger<AddressClient> log)
{
    private const int MaximumFrame = 1514;

    /// <summary>How often a server is looked for. With <see cref="AnswerTime"/> 8 s: nobody waits longer for a lone cable.</summary>
    private const int Tries = 2;

    /// <summary>How long one answer is waited for. 4 s: dnsmasq pings an address for 3 s before it offers it.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(4);

    /// <summary>How often a server is looked for while there is none: an office's router may start long after the box.</summary>
    private static readonly TimeSpan SearchInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often is looked whether the interface is still the same.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>How often it is asked again for an address that it has, once half of its time is over.</summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(30);

    private readonly EthernetInterface _link = EthernetInterface.Find(interfaceName) is { IsEthernet: true } link
        ? link
        : throw new StartException($"{interfaceName} is no Ethernet interface; set interface to one that 'ip link' shows, or address to a fixed one");

    private readonly uint _xid = (uint)Random.Shared.Next();

    /// <summary>Gets an address; null when no server gives one.</summary>
    /// <exception cref="StartException">Frames cannot be sent, or the address cannot be set; the message has the remedy.</exception>
    public async Task<AddressLease?> ObtainAsync(CancellationToken cancellation)
    {
        using PacketSocket socket = Open();
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            if (await DiscoverAsync(socket, cancellation) is not { } offered)
            {
                continue;
            }

            Answer granted = await ExchangeAsync(
                socket, message => ClientMessage.WriteSelecting(message, _link.Mac, _xid, offered.Address, offered.Server), DhcpMessageType.Ack, cancellation);
            if (granted.Lease is { } lease)
            {
                Set(lease.Address, lease.Mask);
                Log.Obtained(log, interfaceName, lease.Address, lease.PrefixLength, lease.Server);
                return lease;
            }
        }

        return null;
    }

    /// <summary>
    /// A link-local address that is free, now the interface's (RFC 3927); null when there is none, or the interface is down.
    /// </summary>
    /// <exception cref="StartException">The address cannot be set; the message has the remedy.</exception>
    public async Task<Ipv4Address?> TakeLinkLocalAsync(CancellationToken cancellation)
    {
        try
        {
            Ipv4Address? address = await new LinkLocalClient(_link, time).ClaimAsync(cancellation);
            if (address is { } free)
            {
                Set(free, LinkLocalCandidates.Mask);
            }

            return address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Looks for a server, for a box that has taken an address by itself, until it is cancelled.</summary>
    /// <exception cref="StartException">There is one now: the box takes an address of it when it starts anew.</exception>
    public async Task SearchAsync(CancellationToken cancellation)
    {
        using PacketSocket socket = Open();
        try
        {
            while (true)
            {
                await WaitAsync(SearchInterval, cancellation);
                if (await DiscoverAsync(socket, cancellation) is { } offered)
                {
                    throw new StartException($"the DHCP server {offered.Server} answers now and offers {offered.Address}: starting anew");
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task<AddressLease?> DiscoverAsync(PacketSocket socket, CancellationToken cancellation) =>
        (await ExchangeAsync(socket, message => DiscoverMessage.Write(message, _link.Mac, _xid), DhcpMessageType.Offer, cancellation)).Lease;

    /// <summary>Gives the interface an address that nobody gave us.</summary>
    /// <exception cref="StartException">Not permitted; the message has the remedy.</exception>
    public void Set(Ipv4Address address, uint mask)
    {
        try
        {
            InterfaceAddress.Set(interfaceName, address, mask);
        }
        catch (Win32Exception failure)
        {
            throw new StartException($"{interfaceName} cannot be given the address {address}: {failure.Message}; run as root, or grant CAP_NET_ADMIN", failure);
        }
    }

    /// <summary>Renews the lease until it is cancelled.</summary>
    /// <exception cref="StartException">The address is lost: everything that was told to clients is wrong now.</exception>
    public async Task KeepAsync(AddressLease lease, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                long began = time.GetTimestamp();
                await WaitAsync(lease.RenewAfter, cancellation);
                lease = await RenewAsync(lease, began, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Waits in short steps: a timer takes 49 days at most, and an adapter may be pulled meanwhile.</summary>
    /// <exception cref="StartException">The interface is another one now, without the address.</exception>
    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        bool isThere = true;
        for (TimeSpan left = wait; left > TimeSpan.Zero || !isThere; left = wait - time.GetElapsedTime(began))
        {
            await Task.Delay(left > TimeSpan.Zero && left < LookInterval ? left : LookInterval, time, cancellation);
            int index = EthernetInterface.IndexOf(interfaceName);
            isThere = index != 0;
            if (isThere && index != _link.Index)
            {
                throw new StartException($"{interfaceName} came back without its address: starting anew");
            }
        }
    }

    private async Task<AddressLease> RenewAsync(AddressLease lease, long began, CancellationToken cancellation)
    {
        using PacketSocket socket = Open();
        while (time.GetElapsedTime(began) < lease.Time)
        {
            Answer answer = await ExchangeAsync(
                socket, message => ClientMessage.WriteRebinding(message, _link.Mac, _xid, lease.Address), DhcpMessageType.Ack, cancellation);
            if (answer.Lease is { } renewed && renewed.Address == lease.Address)
            {
                Log.Renewed(log, interfaceName, lease.Address);
                return renewed;
            }

            if (answer.IsRefused)
            {
                break;
            }

            await Task.Delay(lease.Time / 8 < RenewalInterval ? lease.Time / 8 : RenewalInterval, time, cancellation);
        }

        throw new StartException($"the address {lease.Address} was given by {lease.Server}, which does not renew it: starting anew");
    }

    /// <summary>Sends one message and waits for an answer of the type, or a refusal.</summary>
    private async Task<Answer> ExchangeAsync(
        PacketSocket socket, Action<byte[]> write, DhcpMessageType type, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswerTime);
        byte[] frame = new byte[MaximumFrame];
        try
        {
            Send(socket, write);
            while (true)
            {
                int length = await socket.ReceiveAsync(frame, deadline.Token);
                if (Read(frame.AsSpan(0, length), type) is { } answer)
                {
                    return answer;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return default;
        }
        catch (SocketException)
        {
            // The interface is down for the moment: as if nobody had answered.
            await Task.Delay(AnswerTime, time, cancellation);
            return default;
        }
    }

    private void Send(PacketSocket socket, Action<byte[]> write)
    {
        byte[] message = new byte[ClientMessage.Length];
        write(message);
        byte[] frame = new byte[UdpFrame.HeaderLength + message.Length];
        message.CopyTo(frame, UdpFrame.HeaderLength);
        UdpFrame.WriteHeaders(
            frame,
            new UdpEnd(_link.Mac, Ipv4Address.Any, (ushort)options.ClientPort),
            new UdpEnd(MacAddress.Broadcast, Ipv4Address.Broadcast, (ushort)options.ServerPort));
        socket.Send(frame);
    }

    /// <summary>What a frame is to us; null when it is not for us, or of another type.</summary>
    private Answer? Read(ReadOnlySpan<byte> frame, DhcpMessageType type)
    {
        if (!UdpFrame.TryParse(frame, out _, out ReadOnlySpan<byte> datagram)
            || !DhcpMessage.TryParse(datagram, out DhcpMessage message, out _)
            || message.IsRequest || message.Xid != _xid || message.Mac != _link.Mac)
        {
            return null;
        }

        return message.Type == DhcpMessageType.Nak ? new Answer(null, IsRefused: true)
            : message.Type == type && AddressLease.From(message) is { } lease ? new Answer(lease, IsRefused: false)
            : null;
    }

    private PacketSocket Open()
    {
        try
        {
            return PacketSocket.Open(
                _link, UdpFrame.EtherType,
                SocketFilterInstruction.WhereBytesAre(UdpFrame.Signature((ushort)options.ServerPort, (ushort)options.ClientPort)));
        }
        catch (SocketException failure)
        {
            throw new StartException($"no address can be asked for on {interfaceName}: {failure.Message}; run as root, or grant CAP_NET_RAW", failure);
        }
    }

    /// <summary>What came of one exchange; neither when nobody answered.</summary>
    private readonly record struct Answer(AddressLease? Lease, bool IsRefused);

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "{Interface} got the address {Address}/{Prefix} from the DHCP server {Server}")]
        public static partial void Obtained(ILogger log, string @interface, Ipv4Address address, int prefix, Ipv4Address server);

        [LoggerMessage(31, LogLevel.Debug, "{Interface} keeps the address {Address}")]
        public static partial void Renewed(ILogger log, string @interface, Ipv4Address address);
    }
}
