using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp.Ipv6;

/// <summary>
/// The DHCPv6 server of one interface: gives the interface its address of the prefix, and hands every datagram to
/// <see cref="Dhcpv6Responder"/>. Its loop waits for nothing but the next datagram.
/// </summary>
/// <param name="observer">Told of every address given, on the loop: it must not block. Null for none.</param>
public sealed partial class Dhcpv6Server(
    ApplianceOptions options,
    string interfaceName,
    BootPolicy policy,
    TimeProvider time,
    ILogger<Dhcpv6Server> log,
    Action<DhcpTransaction>? observer = null)
{
    private const int Port = 547;
    private const int PrefixLength = 64;

    /// <summary>What every IPv6 wire carries in one piece (RFC 8200 §5), less the headers of IPv6 and UDP.</summary>
    private const int MaximumReply = 1280 - 40 - 8;

    private const int MaximumDatagram = 65_507;

    /// <summary>Answers per second to all stations, and at once: a class room of 60 that asks two questions each.</summary>
    private const double AnswersPerSecond = 200;
    private const double AnswersAtOnce = 400;

    private readonly TokenBuckets _buckets = new(AnswersPerSecond, AnswersAtOnce);
    private readonly long _started = time.GetTimestamp();

    /// <summary>All_DHCP_Relay_Agents_and_Servers (RFC 8415 §7.1).</summary>
    private static readonly IPAddress AllServers = IPAddress.Parse("ff02::1:2");

    /// <summary>Serves until it is cancelled. The port is bound before the first wait.</summary>
    /// <exception cref="StartException">
    /// No such interface, the port cannot be bound, or the address cannot be given; the message has the remedy.
    /// </exception>
    public Task RunAsync(CancellationToken cancellation) => new LinkSessions(interfaceName, time, log).RunAsync(ServeAsync, cancellation);

    private async Task ServeAsync(EthernetInterface link, CancellationToken cancellation)
    {
        Address(link);
        using Socket socket = Bind(link);
        var responder = new Dhcpv6Responder(options, policy, link.Mac);
        byte[] datagram = new byte[MaximumDatagram];
        byte[] reply = new byte[MaximumReply];
        var from = new SocketAddress(AddressFamily.InterNetworkV6);
        var anyEnd = new IPEndPoint(IPAddress.IPv6Any, 0);
        Log.Serving(log, interfaceName, options.Network.Ipv6Prefix!, options.Network.Ipv6Address!);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(datagram, SocketFlags.None, from, cancellation);
                int replyLength = Handle(responder, datagram.AsSpan(0, length), ((IPEndPoint)anyEnd.Create(from)).Address, reply);
                if (replyLength > 0)
                {
                    socket.SendTo(reply.AsSpan(0, replyLength), SocketFlags.None, from);
                }
            }
            catch (SocketException exception)
            {
                // The interface is down for the moment, or its queue is full: the client asks again.
                Log.SocketFailed(log, interfaceName, exception.Message);
                await Task.Delay(DhcpSocket.RetryInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private int Handle(Dhcpv6Responder responder, ReadOnlySpan<byte> datagram, IPAddress from, Span<byte> reply)
    {
        if (!Dhcpv6Message.TryParse(datagram, out Dhcpv6Message message, out string? reason))
        {
            Log.Malformed(log, interfaceName, datagram.Length, reason);
            return 0;
        }

        // From elsewhere it can only be forged. One bucket for all: the station is what a flood makes up.
        if (!(from.IsIPv6LinkLocal || options.Network.Contains(from)) || !_buckets.TryTake(MacAddress.None, time.GetElapsedTime(_started)))
        {
            return 0;
        }

        NetbootClient client = NetbootClient.From(message, Ipv6Addresses.StationOf(from));
        Dhcpv6Reply answer = responder.Respond(message, client, reply);
        if (answer.Length > 0)
        {
            Report(message, client, answer);
        }

        return answer.Length;
    }

    private void Report(in Dhcpv6Message message, NetbootClient client, in Dhcpv6Reply answer)
    {
        string address = answer.Address is null ? "" : $" {answer.Address}";
        string file = answer.Url is null ? "" : $" file={answer.Url}";
        Log.Answered(
            log, message.Type, DhcpText.Hardware(client.Mac.GetAddressBytes()), message.TransactionId, client.Architecture, client.Stage, address + file);
        bool isOffer = message.Type == Dhcpv6MessageType.Solicit;
        if (answer.Address is not null && !client.Mac.GetAddressBytes().All(static value => value == 0))
        {
            observer?.Invoke(new DhcpTransaction(
                client, isOffer ? DhcpMessageType.Discover : DhcpMessageType.Request, isOffer ? DhcpOutcome.Offer : DhcpOutcome.Ack,
                answer.Address, answer.Url, null, answer.Url is null ? policy.MissingLoader(client) : null));
        }
    }

    private void Address(EthernetInterface link)
    {
        try
        {
            InterfaceAddress.Add(link.Index, options.Network.Ipv6Address!, PrefixLength);
        }
        catch (Exception failure) when (failure is Win32Exception or SocketException)
        {
            throw new StartException(
                $"{interfaceName} cannot be given the address {options.Network.Ipv6Address}: {failure.Message}; grant CAP_NET_ADMIN, switch IPv6 on "
                + $"(sysctl net.ipv6.conf.{interfaceName}.disable_ipv6=0), or set ipv6-prefix to none", failure);
        }
    }

    private Socket Bind(EthernetInterface link)
    {
        Socket socket = DhcpSocket.Bind(interfaceName, Port, "the DHCPv6 server", "ipv6-prefix to none", AddressFamily.InterNetworkV6);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(AllServers, link.Index));
        return socket;
    }

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Information, "dhcpv6 on {Interface}: prefix {Prefix}/64, our address {Address}")]
        public static partial void Serving(ILogger log, string @interface, IPAddress prefix, IPAddress address);

        [LoggerMessage(41, LogLevel.Information, "dhcpv6 {Type} {Mac} xid={Xid:x6} arch={Architecture} stage={Stage} -> answered{Tail}")]
        public static partial void Answered(
            ILogger log, Dhcpv6MessageType type, string mac, uint xid, ushort? architecture, ClientStage stage, string tail);

        [LoggerMessage(42, LogLevel.Debug, "dhcpv6 {Interface}: dropped {Length} bytes: {Reason}")]
        public static partial void Malformed(ILogger log, string @interface, int length, string reason);

        [LoggerMessage(43, LogLevel.Debug, "dhcpv6 {Interface}: {Reason}")]
        public static partial void SocketFailed(ILogger log, string @interface, string reason);
    }
}
