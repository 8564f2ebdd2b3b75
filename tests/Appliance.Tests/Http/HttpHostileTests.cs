using System.Net;

namespace Appliance.Tests.Http;

/// <summary>Requests that two servers in a row would read differently (V-07), and clients that wait.</summary>
public sealed class HttpHostileTests(HttpServerFixture fixture) : IClassFixture<HttpServerFixture>
{
    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /menu.ipxe HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nX: 1\r\n folded\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n")]
    [InlineData("GARBAGE\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    public void V_07_what_can_be_read_in_two_ways_is_refused_and_the_connection_ended(string request)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send(request);
        Assert.InRange(client.Receive().Status, 400, 505);
        Assert.True(client.IsClosed());
    }

    [Theory]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\nhello\r\n0\r\n\r\n")]
    [InlineData("5;\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    public void V_07_no_second_request_is_found_behind_odd_chunks(string body)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.InRange(client.Receive().Status, 400, 405);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public void A_body_that_was_sent_with_a_get_is_not_taken_for_a_request()
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send("GET /menu.ipxe HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\nGET /health HTTP/1.1\r\nHost: abcd\r\n\r\n");
        Assert.Equal("#!ipxe\n", client.Receive().Text);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public void V_08_a_client_that_reads_nothing_keeps_no_other_waiting()
    {
        HttpClientSocket[] stalled = [.. Enumerable.Range(0, 50).Select(_ => new HttpClientSocket(fixture.Address))];
        foreach (HttpClientSocket client in stalled)
        {
            client.Send("GET /sparse.iso HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        using var other = new HttpClientSocket(fixture.Address);
        other.Send("GET /menu.ipxe HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("#!ipxe\n", other.Receive().Text);
        Array.ForEach(stalled, static client => client.Dispose());
    }

    [Fact]
    public void V_08_more_slow_heads_than_places_keep_nobody_out()
    {
        var slow = new List<HttpClientSocket>();
        for (int i = 0; i < Appliance.Http.HttpConnectionTable.MaxConnections + 100; i++)
        {
            var client = new HttpClientSocket(fixture.Address);
            client.Send("GET / HTTP/1.1\r\nHost:");
            slow.Add(client);
        }

        using var other = new HttpClientSocket(fixture.Address);
        other.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("OK", other.Receive().Text);
        Assert.True(fixture.Server.OpenConnections <= Appliance.Http.HttpConnectionTable.MaxConnections);
        slow.ForEach(static client => client.Dispose());
    }
}
