using System.Net;
using System.Net.Sockets;
using Appliance.Http;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Http;

public sealed class HttpIpv6Tests
{
    [Fact]
    public async Task The_boot_plane_is_served_at_both_addresses_of_a_box_with_ipv6()
    {
        var seen = new List<AddressFamily>();
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback, Ipv6Prefix = IPAddress.Parse("::") },
            Http = new HttpOptions { Ports = [0] },
        };
        await using var server = new HttpBootServer(options, (_, client, _) => Seen(client), NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        foreach (IPEndPoint address in server.LocalEndPoints)
        {
            using var client = new HttpClientSocket(address);
            client.Send($"GET /menu.ipxe HTTP/1.1\r\nHost: {address}\r\n\r\n");
            Assert.Equal(404, client.Receive().Status);
        }

        await server.StopAsync();
        Assert.Equal([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6], seen);

        Appliance.Images.Payload? Seen(IPAddress client)
        {
            seen.Add(client.AddressFamily);
            return null;
        }
    }
}
