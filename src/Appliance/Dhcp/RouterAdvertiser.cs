using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// Answers router solicitations with an advertisement of lifetime 0: "no router here". iPXE otherwise waits 13 to 15 s for
/// one after its IPv4 address is there. Works on frames, so that it needs neither an IPv6 address nor IPv6 in the kernel.
/// </summary>
/// <param name="prefix">What DHCPv6 gives addresses of; null where it is not served.</param>
public sealed partial class RouterAdvertiser(
    string interfaceName, TimeProvider time, ILogger<RouterAdvertiser> log, IPAddress? prefix = null)
{
    private const int MaximumFrame = 1514;

    /// <summary>
    /// Answers per second to all stations, and at once. iPXE sends four solicitations: a class room of 60 at the same moment.
    /// </summary>
    private const double AnswersPerSecond = 100;
    private const double AnswersAtOnce = 240;

    private readonly TokenBuckets _buckets = new(AnswersPerSecond, AnswersAtOnce);
    private readonly long _started = time.GetTimestamp();
    private readonly byte[] _prefix = prefix?.GetAddressBytes() ?? [];
    private long _answered;
    private long _dropped;

    /// <summary>Advertisements sent since start.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Solicitations dropped since start: not valid, too many, or the answer could not be sent.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>ff02::2, all routers, as an Ethernet group (RFC 2464 §7).</summary>
    private static ReadOnlySpan<byte> AllRouters => [0x33, 0x33, 0, 0, 0, 2];

    /// <summary>
    /// Serves until it is cancelled; the socket is open before the first wait. Returns at once, with one line in the log,
    /// where frames cannot be sent: clients then only wait longer.
    /// </summary>
    /// <exception cref="StartException">There is no such interface.</exception>
    public Task RunAsync(CancellationToken cancellation) => new LinkSessions(interfaceName, time, log).RunAsync(ServeAsync, cancellation);

    private async Task ServeAsync(EthernetInterface link, CancellationToken cancellation)
    {
        using PacketSocket? socket = Open(link);
        byte[] frame = new byte[MaximumFrame];
        while (socket is not null && !cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveAsync(frame, cancellation);
                Handle(socket, link, frame.AsSpan(0, length));
            }
            catch (SocketException exception)
            {
                // The interface is down for the moment, or its queue is full: the client asks again.
                Interlocked.Increment(ref _dropped);
                Log.SocketFailed(log, interfaceName, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Handle(PacketSocket socket, EthernetInterface link, ReadOnlySpan<byte> frame)
    {
        if (!RouterSolicitation.TryParse(frame, out RouterSolicitation solicitation, out string? reason))
        {
            Interlocked.Increment(ref _dropped);
            Log.Dropped(log, interfaceName, reason);
            return;
        }

        // One bucket for all: the station's address is what a flood makes up.
        if (!_buckets.TryTake(MacAddress.None, time.GetElapsedTime(_started)))
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        Span<byte> answer = stackalloc byte[RouterAdvertisement.MaximumFrameLength];
        socket.Send(answer[..RouterAdvertisement.Write(answer, solicitation, link.Mac, link.LinkLocal.Span, _prefix)]);
        Interlocked.Increment(ref _answered);
        Log.Answered(log, interfaceName, solicitation.SourceMac);
    }

    private PacketSocket? Open(EthernetInterface link)
    {
        if (!link.IsEthernet)
        {
            Log.NotEthernet(log, interfaceName);
            return null;
        }

        PacketSocket? socket = null;
        try
        {
            // The kernel filters, so that no other IPv6 traffic of this box passes through here.
            socket = PacketSocket.Open(link, RouterSolicitation.EtherType, SocketFilterInstruction.WhereBytesAre(RouterSolicitation.Signature));
            socket.Join(link, AllRouters);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            Log.NoPacketSocket(log, interfaceName, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "ra {Interface}: answered {Station}: no router here")]
        public static partial void Answered(ILogger log, string @interface, MacAddress station);

        [LoggerMessage(2, LogLevel.Debug, "ra {Interface}: dropped a solicitation: {Reason}")]
        public static partial void Dropped(ILogger log, string @interface, string reason);

        [LoggerMessage(3, LogLevel.Debug, "ra {Interface}: {Reason}")]
        public static partial void SocketFailed(ILogger log, string @interface, string reason);

        [LoggerMessage(4, LogLevel.Warning, "ra {Interface}: off, iPXE will wait 15 s longer: {Reason}; grant CAP_NET_RAW")]
        public static partial void NoPacketSocket(ILogger log, string @interface, string reason);

        [LoggerMessage(5, LogLevel.Information, "ra {Interface}: off, not an Ethernet interface")]
        public static partial void NotEthernet(ILogger log, string @interface);
    }
}
