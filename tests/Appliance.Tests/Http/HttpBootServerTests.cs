using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Http;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Http;

public sealed class HttpBootServerTests(HttpServerFixture fixture) : IClassFixture<HttpServerFixture>
{
    /// <summary>Header that makes a request not plain, so that Kestrel answers it.</summary>
    private const string ForKestrel = "Content-Length: 0\r\n";

    public static TheoryData<string> BothWays => ["", ForKestrel];

    [Theory]
    [MemberData(nameof(BothWays))]
    public void H_02_a_file_comes_whole_with_its_length_and_no_encoding(string extra)
    {
        HttpAnswer answer = Get("/big.iso", extra);
        Assert.Equal(200, answer.Status);
        Assert.Equal(fixture.Big.Length.ToString(), answer.Headers["Content-Length"]);
        Assert.Equal("bytes", answer.Headers["Accept-Ranges"]);
        Assert.Equal("application/octet-stream", answer.Headers["Content-Type"]);
        Assert.False(answer.Headers.ContainsKey("Transfer-Encoding"));
        Assert.False(answer.Headers.ContainsKey("Server"));
        Assert.True(answer.Headers.ContainsKey("Date"));
        Assert.True(fixture.Big.AsSpan().SequenceEqual(answer.Body));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void H_02_head_says_what_get_says_and_sends_nothing(string extra)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"HEAD /big.iso HTTP/1.1\r\nHost: a\r\n{extra}\r\n");
        HttpAnswer head = client.Receive(toHead: true);
        client.Send($"GET /big.iso HTTP/1.1\r\nHost: a\r\n{extra}\r\n");
        HttpAnswer get = client.Receive();
        Assert.Equal(Without(get.Headers, "Date"), Without(head.Headers, "Date"));
        Assert.Equal(200, head.Status);
    }

    [Theory]
    [InlineData("bytes=0-511", 0, 512)]
    [InlineData("bytes=32768-34815", 32768, 2048)]
    [InlineData("bytes=100000-132767", 100000, 32768)]
    [InlineData("bytes=1-2000000", 1, 2000000)]
    [InlineData("bytes=-10", 2_999_991, 10)]
    public void H_03_a_range_is_exact_both_ways(string range, int offset, int length)
    {
        foreach (string extra in new[] { "", ForKestrel })
        {
            HttpAnswer answer = Get("/big.iso", $"Range: {range}\r\n{extra}");
            Assert.Equal(206, answer.Status);
            Assert.Equal($"bytes {offset}-{offset + length - 1}/{fixture.Big.Length}", answer.Headers["Content-Range"]);
            Assert.True(fixture.Big.AsSpan(offset, length).SequenceEqual(answer.Body));
        }
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void H_03_a_range_behind_the_end_is_416_with_the_length(string extra)
    {
        HttpAnswer answer = Get("/big.iso", $"Range: bytes=3000001-\r\n{extra}");
        Assert.Equal(416, answer.Status);
        Assert.Equal("bytes */3000001", answer.Headers["Content-Range"]);
        Assert.Empty(answer.Body);
    }

    [Theory]
    [InlineData("bytes=u-u")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=0-0,5-6")]
    public void H_03_nonsense_ranges_get_the_whole_file_both_ways(string range)
    {
        foreach (string extra in new[] { "", ForKestrel })
        {
            HttpAnswer answer = Get("/menu.ipxe", $"Range: {range}\r\n{extra}");
            Assert.Equal(200, answer.Status);
            Assert.Equal("#!ipxe\n", answer.Text);
        }
    }

    [Fact]
    public void V_09_two_hundred_overlapping_ranges_get_one_copy()
    {
        HttpAnswer answer = Get("/big.iso", $"Range: bytes={string.Join(',', Enumerable.Repeat("0-", 200))}\r\n");
        Assert.Equal(200, answer.Status);
        Assert.Equal(fixture.Big.Length, answer.Body.Length);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void H_03_offsets_beyond_four_gigabytes_are_exact(string extra)
    {
        HttpAnswer answer = Get("/sparse.iso", $"Range: bytes={HttpServerFixture.SparseLength - 100_003}-\r\n{extra}");
        Assert.Equal(206, answer.Status);
        Assert.Equal(100_003, answer.Body.Length);
        Assert.Equal("\0\0end", Encoding.ASCII.GetString(answer.Body.AsSpan(^5..)));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void A_file_of_many_pieces_comes_in_order(string extra)
    {
        byte[] big = fixture.Big;
        byte[] expected = [.. big[1000..501_000], .. "between"u8, .. new byte[100_000], .. big[..100], .. big[2_000_000..3_000_001]];
        Assert.True(expected.AsSpan().SequenceEqual(Get("/pieces", extra).Body));
        HttpAnswer part = Get("/pieces", $"Range: bytes=499000-1000000\r\n{extra}");
        Assert.True(expected.AsSpan(499_000..1_000_001).SequenceEqual(part.Body));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void H_03_a_tag_that_is_known_gets_304_without_a_body(string extra)
    {
        string tag = Get("/menu.ipxe", "").Headers["ETag"];
        HttpAnswer answer = Get("/menu.ipxe", $"If-None-Match: {tag}\r\n{extra}");
        Assert.Equal(304, answer.Status);
        Assert.Equal(tag, answer.Headers["ETag"]);
    }

    [Theory]
    [InlineData("/menu.ipxe")]
    [InlineData("//menu.ipxe")]
    [InlineData("http://192.168.100.1/menu.ipxe")]
    [InlineData("/menu.ipxe?mac=52:54:00:12:34:56")]
    [InlineData("/%6denu.ipxe")]
    public void H_02_a_path_in_any_spelling_is_served_and_never_redirected(string target)
    {
        Assert.Equal("#!ipxe\n", Get(target, "").Text);
        Assert.Equal("#!ipxe\n", Get(target, ForKestrel).Text);
    }

    [Fact]
    public void H_05_a_name_with_a_space_is_served() => Assert.Equal(200, Get("/a/b%20c.iso", "").Status);

    [Theory]
    [InlineData("/../etc/passwd", 400)]
    [InlineData("/%2e%2e/etc/passwd", 400)]
    [InlineData("/a%2fb", 400)]
    [InlineData("/a%00", 400)]
    [InlineData("/missing", 404)]
    [InlineData("/", 404)]
    [InlineData("/broken", 500)]
    public void H_05_what_is_not_there_is_answered_and_the_connection_stays(string target, int status)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(status, client.Receive().Status);
        client.Send("GET /menu.ipxe HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, client.Receive().Status);
    }

    [Fact]
    public void Health_is_ok()
    {
        Assert.Equal("OK", Get("/health", "").Text);
        Assert.Equal("OK", Get("/health", ForKestrel).Text);
    }

    [Fact]
    public void H_01_pipelined_requests_are_answered_in_order_by_both_ways()
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send(
            "GET /menu.ipxe HTTP/1.1\r\nHost: a\r\n\r\nHEAD /big.iso HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n"
            + $"GET /menu.ipxe HTTP/1.1\r\nHost: a\r\n{ForKestrel}\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("#!ipxe\n", client.Receive().Text);
        Assert.Equal("3000001", client.Receive(toHead: true).Headers["Content-Length"]);
        Assert.Equal("OK", client.Receive().Text);
        Assert.Equal("#!ipxe\n", client.Receive().Text);
        Assert.Equal("OK", client.Receive().Text);
    }

    [Fact]
    public void A_request_that_comes_byte_by_byte_is_answered()
    {
        using var client = new HttpClientSocket(fixture.Address);
        foreach (char c in "GET /menu.ipxe HTTP/1.1\r\nHost: a\r\n\r\n")
        {
            client.Send(c.ToString());
        }

        Assert.Equal("#!ipxe\n", client.Receive().Text);
    }

    [Fact]
    public void A_head_larger_than_one_packet_is_answered()
    {
        Assert.Equal(200, Get("/menu.ipxe", $"Cookie: {new string('x', 6000)}\r\n").Status);
        Assert.Equal(200, Get("/menu.ipxe", $"Cookie: {new string('x', 20_000)}\r\n").Status);
        Assert.Equal(431, Get("/menu.ipxe", $"Cookie: {new string('x', 40_000)}\r\n").Status);
    }

    [Fact]
    public void H_01_an_http_1_0_client_is_answered_and_let_go()
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send("GET /menu.ipxe HTTP/1.0\r\n\r\n");
        HttpAnswer answer = client.Receive();
        Assert.Equal("#!ipxe\n", answer.Text);
        Assert.Equal("close", answer.Headers["Connection"]);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public void H_01_an_http_1_0_client_may_ask_to_stay()
    {
        using var client = new HttpClientSocket(fixture.Address);
        for (int i = 0; i < 2; i++)
        {
            client.Send("GET /menu.ipxe HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Assert.Equal("keep-alive", client.Receive().Headers["Connection"]);
        }
    }

    [Theory]
    [InlineData("POST /menu.ipxe", 405)]
    [InlineData("PUT /menu.ipxe", 405)]
    [InlineData("DELETE /menu.ipxe", 405)]
    [InlineData("OPTIONS *", 405)]
    [InlineData("TRACE /", 405)]
    [InlineData("BREW /", 501)]
    public void H_04_other_methods_are_refused(string start, int status)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"{start} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        HttpAnswer answer = client.Receive();
        Assert.Equal(status, answer.Status);
        Assert.Equal("GET, HEAD", answer.Headers["Allow"]);
    }

    /// <summary>Proxmox' installer posts what it knows of its machine, and wants its answers back.</summary>
    [Fact]
    public void Answers_for_an_installer_are_given_to_a_POST_too()
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send("POST /autoinstall/x/answer.toml HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        HttpAnswer answer = client.Receive();
        Assert.Equal(200, answer.Status);
        Assert.Equal("[global]\n", answer.Text);
        Assert.Equal("close", answer.Headers["Connection"]);
    }

    [Fact]
    public void Each_fetch_is_told_to_the_observer()
    {
        Get("/pieces", "Range: bytes=10-19\r\n");
        Assert.True(SpinWait.SpinUntil(
            () => fixture.Fetches.Contains(
                new BootFetch(IPAddress.Loopback, BootProtocol.Http, "/pieces", 10, 10, 1_600_108, BootFetchOutcome.Complete)),
            TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void H_06_a_client_that_leaves_in_the_middle_is_told_as_aborted()
    {
        using (var client = new HttpClientSocket(fixture.Address))
        {
            client.Send("GET /sparse.iso HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        Assert.True(SpinWait.SpinUntil(
            () => fixture.Fetches.Any(static fetch => fetch is { Path: "/sparse.iso", Outcome: BootFetchOutcome.Aborted }),
            TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_its_remedy()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [fixture.Address.Port] },
        };
        await using var second = new HttpBootServer(options, static (_, _, _) => null, NullLoggerFactory.Instance);
        StartException error = await Assert.ThrowsAsync<StartException>(() => second.StartAsync(CancellationToken.None));
        Assert.Contains(fixture.Address.Port.ToString(), error.Message);
        Assert.Contains($"(process {Environment.ProcessId}) has it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_idle_connections_at_once()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [0] },
        };
        await using var server = new HttpBootServer(options, static (_, _, _) => null, NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClientSocket(server.LocalEndPoints[0]);
        client.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Receive();
        await server.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task Stopping_cuts_off_what_does_not_end()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [0] },
        };
        string path = Path.GetTempFileName();
        using (FileStream sparse = File.OpenWrite(path))
        {
            sparse.SetLength(1L << 32);
        }

        await using var server = new HttpBootServer(
            options, (_, _, _) => Payload.FromFile(SharedFile.Open(path), "application/octet-stream"), NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClientSocket(server.LocalEndPoints[0]);
        client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(SpinWait.SpinUntil(() => server.OpenConnections == 0, TimeSpan.FromSeconds(10)));
        File.Delete(path);
    }

    private HttpAnswer Get(string target, string extra)
    {
        using var client = new HttpClientSocket(fixture.Address);
        client.Send($"GET {target} HTTP/1.1\r\nHost: 192.168.100.1\r\n{extra}\r\n");
        return client.Receive();
    }

    private static Dictionary<string, string> Without(Dictionary<string, string> headers, string name) =>
        headers.Where(header => header.Key != name).ToDictionary();
}
