using Appliance.Http;

namespace Appliance.Tests.Http;

/// <summary>How connections begin and end.</summary>
public sealed class HttpConnectionTests(HttpServerFixture fixture) : IClassFixture<HttpServerFixture>
{
    private const string Get = "GET /big.iso HTTP/1.1\r\nHost: a\r\nRange: bytes=1000000-1040000\r\n";

    [Fact]
    public void More_connections_than_threads_are_all_served_and_each_again()
    {
        HttpClientSocket[] clients = [.. Enumerable.Range(0, ConnectionThreads.Max + 10).Select(_ => new HttpClientSocket(fixture.Address))];
        for (int round = 0; round < 2; round++)
        {
            foreach (HttpClientSocket client in clients)
            {
                client.Send($"{Get}\r\n");
            }

            foreach (HttpClientSocket client in clients)
            {
                Assert.True(fixture.Big.AsSpan(1_000_000, 40_001).SequenceEqual(client.Receive().Body));
            }
        }

        foreach (HttpClientSocket client in clients)
        {
            client.Dispose();
        }
    }

    /// <summary>
    /// GRUB 2.12 acknowledges no FIN after it has closed, and begins with the same port after the PC's next start: nothing may
    /// be left of the connection. With others a reset could destroy what they have not read yet.
    /// </summary>
    [Theory]
    [InlineData("GRUB 2.12-9", true)]
    [InlineData("iPXE/1.21.1", false)]
    public void What_GRUB_has_closed_is_reset_and_what_others_have_closed_is_closed(string agent, bool isReset)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"{Get}User-Agent: {agent}\r\n\r\n");
        client.Receive();
        client.CloseSending();
        Assert.Equal(isReset, client.IsReset());
    }
}
