using System.Text;
using Appliance.Http;

namespace Appliance.Fuzz.Http;

public sealed class HttpFuzz
{
    private const int Cases = 50_000;
    private const long FileLength = 1_000_000;

    [Fact]
    public void Damaged_heads_end_in_a_plain_request_or_go_to_Kestrel()
    {
        var mutator = new ByteMutator(
            Head("GET /boot/live/casper/vmlinuz HTTP/1.1", "Host: 192.168.100.1", "Range: bytes=0-2047", "Connection: keep-alive"),
            Head("HEAD //a%20b/%c3%bc?q HTTP/1.0", "If-None-Match: \"x\", W/\"y\"", "If-Modified-Since: Thu, 29 Feb 2024 12:30:14 GMT"),
            Head("GET http://[::1]:8080/../x HTTP/1.1", "host: [::1]:8080", "if-range: \"etag\"", "range: bytes=-500", "connection: close"));
        FuzzCases.Run(Cases, seed =>
        {
            byte[] bytes = mutator.Mutate(seed);
            if (HttpRequestHead.TryParse(bytes, out HttpRequestHead head))
            {
                AssertPlain(head, bytes);
            }
        });
    }

    private static byte[] Head(params string[] lines) => Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n");

    private static void AssertPlain(HttpRequestHead head, ReadOnlySpan<byte> bytes)
    {
        Assert.True(bytes.EndsWith("\r\n\r\n"u8));
        Assert.False(head.Target.IsEmpty || head.Target.ContainsAnyInRange((byte)0, (byte)' '));
        if (HttpTarget.TryToPath(head.Target, out string? path))
        {
            PublishedPath.AssertNormal(path);
        }

        var selection = HttpSelection.For(head.Conditions, head.IsHead, FileLength, "\"etag\"", DateTimeOffset.UnixEpoch);
        Assert.Contains(selection.Status, (int[])[200, 206, 304, 412, 416]);
        Assert.InRange(selection.Offset, 0, FileLength);
        Assert.InRange(selection.Length, 0, FileLength - selection.Offset);
    }
}
