using System.Text;
using Appliance.Http;

namespace Appliance.Tests.Http;

public class HttpRequestHeadTests
{
    /// <summary>As iPXE's sanboot sends it.</summary>
    private const string Ipxe =
        "GET /isos/debian.iso HTTP/1.1\r\nConnection: keep-alive\r\nUser-Agent: iPXE/1.21.1+git-20220113.fbbdc3926\r\n"
        + "Host: 192.168.100.1\r\nRange: bytes=32768-34815\r\n\r\n";

    [Fact]
    public void A_range_request_of_ipxe_is_plain()
    {
        Assert.True(Parse(Ipxe, out HttpRequestHead head));
        Assert.False(head.IsHead);
        Assert.False(head.IsHttp10);
        Assert.True(head.KeepAlive);
        Assert.Equal("/isos/debian.iso", Encoding.ASCII.GetString(head.Target));
        Assert.Equal("bytes=32768-34815", Encoding.ASCII.GetString(head.Conditions.Range));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true)]
    public void H_01_a_connection_stays_by_the_rules_of_its_version(string text, bool keepAlive)
    {
        Assert.True(Parse(text, out HttpRequestHead head));
        Assert.Equal(keepAlive, head.KeepAlive);
    }

    [Theory]
    [InlineData("Host: a")]
    [InlineData("Host: 192.168.100.1:8080")]
    [InlineData("Host: [fe80::1]:80")]
    [InlineData("host:a")]
    [InlineData("HOST:\t a \t")]
    [InlineData("Host: a\r\nX-Odd: \u00e4\t,")]
    [InlineData("Host: a\r\nX-Empty:")]
    public void H_05_headers_are_read_in_any_spelling(string headers) =>
        Assert.True(Parse($"HEAD /x HTTP/1.1\r\n{headers}\r\n\r\n", out _));

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("get / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1 \r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.2\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a\u0001 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, TE\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\n\r\n")]
    public void V_07_what_is_not_plain_is_left_to_kestrel(string text) => Assert.False(Parse(text, out _));

    [Fact]
    public void H_04_more_than_a_hundred_headers_are_left_to_kestrel()
    {
        string headers = string.Concat(Enumerable.Range(0, 99).Select(static i => $"X-{i}: y\r\n"));
        Assert.True(Parse($"GET / HTTP/1.1\r\nHost: a\r\n{headers}\r\n", out _));
        Assert.False(Parse($"GET / HTTP/1.1\r\nHost: a\r\n{headers}Y: z\r\n\r\n", out _));
    }

    [Fact]
    public void Every_prefix_is_refused()
    {
        for (int length = 0; length < Ipxe.Length; length++)
        {
            Assert.False(Parse(Ipxe[..length], out _));
        }
    }

    [Fact]
    public void Twenty_thousand_mutated_heads_are_read_or_refused()
    {
        var random = new Random(9112);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(Ipxe);
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (HttpRequestHead.TryParse(bytes.AsSpan(0, random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length), out HttpRequestHead head))
            {
                Assert.False(head.Target.IsEmpty);
                Assert.False(head.Target.ContainsAnyInRange((byte)0, (byte)' '));
                HttpTarget.TryToPath(head.Target, out _);
                HttpSelection selection = HttpSelection.For(head.Conditions, head.IsHead, 40_000, "\"tag\"", DateTimeOffset.UnixEpoch);
                Assert.InRange(selection.Offset + selection.Length, 0, 40_000);
            }
        }
    }

    private static bool Parse(string text, out HttpRequestHead head) => HttpRequestHead.TryParse(Encoding.Latin1.GetBytes(text), out head);
}
