using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Answers clients that boot while another server hands out the addresses (proxyDHCP, PXE 2.1 §2.2): only what to load and
/// where from. Message in, reply out; no socket, no clock, no lease.
/// </summary>
public sealed class ProxyResponder
{
    private readonly DhcpSubnet _subnet;
    private readonly BootPolicy _policy;
    private readonly DhcpReplyOptions _options;

    public ProxyResponder(ApplianceOptions options, DhcpSubnet subnet, BootPolicy policy)
    {
        _subnet = subnet;
        _policy = policy;
        _options = new DhcpReplyOptions(options.Dhcp, subnet);
    }

    /// <summary>Decides on a message to the server port.</summary>
    /// <param name="buffer">Where the reply goes; at least 300 bytes, at most what fits one packet.</param>
    public DhcpReply Respond(in DhcpMessage message, NetbootClient client, Span<byte> buffer)
    {
        if (client.Stage == ClientStage.None)
        {
            return new DhcpReply(DhcpOutcome.NotBooting);
        }

        if (!message.Giaddr.IsAny && !_subnet.Contains(message.Giaddr))
        {
            return new DhcpReply(DhcpOutcome.UnknownRelay, Address: message.Giaddr);
        }

        return message.Type switch
        {
            DhcpMessageType.Discover => Answer(DhcpMessageType.Offer, message, client, buffer),
            DhcpMessageType.Request => Request(message, client, buffer),
            _ => new DhcpReply(DhcpOutcome.UnexpectedType),
        };
    }

    /// <summary>
    /// Decides on a message to port 4011 (PXE 2.1 §2.3): "the client's request is unicast to the boot server". The
    /// acknowledgement goes back to where the request came from.
    /// </summary>
    public DhcpReply RespondAsBootServer(in DhcpMessage message, NetbootClient client, Span<byte> buffer) =>
        client.Stage == ClientStage.None ? new DhcpReply(DhcpOutcome.NotBooting)
        : message.Type is DhcpMessageType.Discover or DhcpMessageType.Request or DhcpMessageType.Inform
            ? Answer(DhcpMessageType.Ack, message, client, buffer) with { Address = message.Ciaddr }
            : new DhcpReply(DhcpOutcome.UnexpectedType);

    /// <summary>
    /// The request for an address goes to the other server; from it we learn the address that our menu will be asked from.
    /// One that names us can only be about the file.
    /// </summary>
    private DhcpReply Request(in DhcpMessage message, NetbootClient client, Span<byte> buffer)
    {
        if (message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server) && server == _subnet.Server)
        {
            return Answer(DhcpMessageType.Ack, message, client, buffer);
        }

        _policy.Granted(client, _policy.BootFileFor(client));
        return message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address address)
            ? new DhcpReply(DhcpOutcome.Watched, Address: address)
            : new DhcpReply(DhcpOutcome.NoAddress);
    }

    private DhcpReply Answer(DhcpMessageType type, in DhcpMessage message, NetbootClient client, Span<byte> buffer)
    {
        BootFile? file = _policy.BootFileFor(client);
        PxeDialect? dialect = PxeDialect.For(client);
        if (file is null || dialect is null)
        {
            return new DhcpReply(DhcpOutcome.NoLoader);
        }

        var writer = new DhcpMessageWriter(buffer, message);
        _options.WriteProxy(ref writer, type, message, dialect, file);
        (DhcpRoute route, Ipv4Address to) = message.Giaddr.IsAny
            ? (DhcpRoute.Broadcast, Ipv4Address.Broadcast)
            : (DhcpRoute.Relay, message.Giaddr);
        DhcpOutcome outcome = type == DhcpMessageType.Offer ? DhcpOutcome.ProxyOffer : DhcpOutcome.ProxyAck;
        return new DhcpReply(outcome, writer.Finish(), route, to, File: file);
    }
}
