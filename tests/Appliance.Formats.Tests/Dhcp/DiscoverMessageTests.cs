using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Formats.Tests.Dhcp;

public sealed class DiscoverMessageTests
{
    [Fact]
    public void D_16_our_own_discover_is_a_discover_that_wants_its_answers_broadcast()
    {
        MacAddress mac = MacAddress.Read([0x02, 0, 0, 0, 0, 1]);
        byte[] buffer = new byte[DiscoverMessage.Length + 10];
        Array.Fill(buffer, (byte)0xee);

        DiscoverMessage.Write(buffer, mac, 0x12345678);

        Assert.All(buffer[DiscoverMessage.Length..], static untouched => Assert.Equal(0xee, untouched));
        Assert.True(DhcpMessage.TryParse(buffer.AsSpan(0, DiscoverMessage.Length), out DhcpMessage message, out string? reason), reason);
        Assert.True(message.IsRequest);
        Assert.Equal(DhcpMessageType.Discover, message.Type);
        Assert.Equal(mac, message.Mac);
        Assert.Equal(0x12345678u, message.Xid);
        Assert.True(message.IsBroadcast);
        Assert.True(message.Ciaddr.IsAny && message.Giaddr.IsAny);
        Assert.Equal(60, message.Secs);
    }
}
