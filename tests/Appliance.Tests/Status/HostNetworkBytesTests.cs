using System.Net;
using System.Net.Sockets;
using Appliance.Status;

namespace Appliance.Tests.Status;

public sealed class HostNetworkBytesTests
{
    [Fact]
    public void Bytes_over_an_interface_are_counted()
    {
        long before = HostNetwork.BytesMoved("lo");
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Send(new byte[1000], (IPEndPoint)socket.Client.LocalEndPoint!);
        Assert.True(SpinWait.SpinUntil(() => HostNetwork.BytesMoved("lo") >= before + 2000, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("none0")]
    [InlineData("")]
    public void An_interface_that_is_not_there_has_moved_nothing(string name) => Assert.Equal(0, HostNetwork.BytesMoved(name));
}
