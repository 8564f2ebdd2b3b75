using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Formats.Tests.Dhcp;

public sealed class ClientMessageTests
{
    private static readonly MacAddress Mac = MacAddress.Read([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
    private static readonly Ipv4Address Offered = new(0xc0a864d2);
    private static readonly Ipv4Address Server = new(0xc0a86402);

    /// <summary>RFC 2131 §4.3.2: server identifier and requested address, and no ciaddr.</summary>
    [Fact]
    public void A_request_for_what_was_offered_names_server_and_address()
    {
        byte[] bytes = new byte[ClientMessage.Length];
        ClientMessage.WriteSelecting(bytes, Mac, 0x01020304, Offered, Server);

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out string? reason), reason);
        Assert.Equal((DhcpMessageType.Request, 0x01020304u, Mac), (message.Type, message.Xid, message.Mac));
        Assert.True(message.IsRequest && message.IsBroadcast && message.Ciaddr.IsAny);
        Assert.True(message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address requested));
        Assert.True(message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server));
        Assert.Equal((Offered, Server), (requested, server));
        Assert.True(message.TryGetOption(DhcpOptionCode.ParameterRequestList, out _));
    }

    /// <summary>RFC 2131 §4.3.2: ciaddr, and neither of the two.</summary>
    [Fact]
    public void A_request_to_go_on_names_the_address_as_its_own_and_no_server()
    {
        byte[] bytes = new byte[ClientMessage.Length];
        ClientMessage.WriteRebinding(bytes, Mac, 1, Offered);

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out string? reason), reason);
        Assert.Equal((DhcpMessageType.Request, Offered), (message.Type, message.Ciaddr));
        Assert.False(message.TryGetOption(DhcpOptionCode.ServerIdentifier, out _));
        Assert.False(message.TryGetOption(DhcpOptionCode.RequestedAddress, out _));
    }
}
