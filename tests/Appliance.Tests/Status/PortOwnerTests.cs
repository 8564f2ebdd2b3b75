using System.Net;
using System.Net.Sockets;
using Appliance.Status;

namespace Appliance.Tests.Status;

public sealed class PortOwnerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_names_the_process_that_has_a_port(bool tcp)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (tcp)
        {
            socket.Listen();
        }

        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Assert.EndsWith($"(process {Environment.ProcessId})", PortOwner.Find(port, tcp), StringComparison.Ordinal);
        socket.Close();
        Assert.Null(PortOwner.Find(port, tcp));
    }
}
