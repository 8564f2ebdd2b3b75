using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Tests.Boot;

public sealed class WakeOnLanTests
{
    [Fact]
    public void A_magic_packet_goes_to_everyone_on_the_wire()
    {
        using var listener = new UdpClient(new IPEndPoint(IPAddress.Any, 0)) { Client = { ReceiveTimeout = 10_000 } };
        var network = new NetworkOptions { Address = IPAddress.Loopback, PrefixLength = 8 };

        WakeOnLan.Send(network, MacAddress.Read([0x52, 0x54, 0, 1, 2, 3]), ((IPEndPoint)listener.Client.LocalEndPoint!).Port);

        IPEndPoint? from = null;
        byte[] packet = listener.Receive(ref from);
        Assert.Equal(MagicPacket.Length, packet.Length);
        Assert.Equal([0x52, 0x54, 0, 1, 2, 3], packet[^6..]);
    }

    [Theory]
    [InlineData("192.168.100.1", 24, "192.168.100.255")]
    [InlineData("10.1.2.3", 8, "10.255.255.255")]
    [InlineData("192.168.100.5", 30, "192.168.100.7")]
    public void Everyone_is_the_last_address_of_the_network(string address, int prefix, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), new NetworkOptions { Address = IPAddress.Parse(address), PrefixLength = prefix }.Broadcast);

    [Fact]
    public void An_address_that_no_interface_has_is_a_failure_of_the_socket() => Assert.Throws<SocketException>(
        static () => WakeOnLan.Send(new NetworkOptions { Address = IPAddress.Parse("198.51.100.1") }, MacAddress.Broadcast));
}
