using System.Text;
using Appliance.Http;

namespace Appliance.Tests.Http;

public class HttpSelectionTests
{
    private const string Tag = "\"abc\"";
    private const string Date = "Fri, 20 Nov 2026 12:00:00 GMT";
    private static readonly DateTimeOffset LastModified = new(2026, 11, 20, 12, 0, 0, 500, TimeSpan.Zero);

    [Theory]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=0-", 206, 0, 1000)]
    [InlineData("bytes=999-", 206, 999, 1)]
    [InlineData("bytes=10-19", 206, 10, 10)]
    [InlineData("bytes=10-5000", 206, 10, 990)]
    [InlineData("bytes=-1", 206, 999, 1)]
    [InlineData("bytes=-1000", 206, 0, 1000)]
    [InlineData("bytes=-99999", 206, 0, 1000)]
    [InlineData("BYTES=0-9", 206, 0, 10)]
    [InlineData("bytes=10-9223372036854775807", 206, 10, 990)]
    [InlineData("bytes=10-99999999999999999999999", 206, 10, 990)]
    [InlineData("bytes=1000-", 416, 0, 0)]
    [InlineData("bytes=1000-1001", 416, 0, 0)]
    [InlineData("bytes=9223372036854775807-", 416, 0, 0)]
    [InlineData("bytes=99999999999999999999999-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    public void H_03_one_range_is_cut_to_the_file(string range, int status, long offset, long length) =>
        Assert.Equal(new HttpSelection(status, offset, length), Select(range));

    [Theory]
    [InlineData("bytes=u-u")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=+5-6")]
    [InlineData("bytes=0x0-0x5")]
    [InlineData("bytes=1-2-3")]
    [InlineData("bytes=--5")]
    [InlineData("bytes=0-1,2-3")]
    [InlineData("bytes 0-1")]
    [InlineData("lines=1-2")]
    [InlineData("=0-1")]
    [InlineData("garbage")]
    public void H_03_what_is_no_single_byte_range_is_ignored(string range) => Assert.Equal(new HttpSelection(200, 0, 1000), Select(range));

    [Fact]
    public void V_09_many_ranges_are_one_answer()
    {
        Assert.Equal(new HttpSelection(200, 0, 1000), Select("bytes=" + string.Join(',', Enumerable.Repeat("0-", 200))));
        Assert.Equal(new HttpSelection(200, 0, 1000), Select("bytes=" + string.Join(',', Enumerable.Range(0, 1300).Select(static i => $"{i}-"))));
    }

    [Theory]
    [InlineData("bytes=0-", 416)]
    [InlineData("bytes=0-0", 416)]
    [InlineData("bytes=-5", 200)]
    public void H_03_an_empty_file_has_no_bytes_to_name(string range, int status) => Assert.Equal(status, Select(range, length: 0).Status);

    [Fact]
    public void H_03_ranges_beyond_four_gigabytes_are_exact() =>
        Assert.Equal(new HttpSelection(206, 5_000_000_000, 512), Select("bytes=5000000000-5000000511", length: 6_000_000_000));

    [Fact]
    public void H_02_a_range_of_a_head_request_is_ignored()
    {
        var conditions = new HttpConditions { Range = "bytes=0-9"u8 };
        Assert.Equal(new HttpSelection(200, 0, 1000), HttpSelection.For(conditions, isHead: true, 1000, Tag, LastModified));
    }

    [Theory]
    [InlineData(Tag, 206)]
    [InlineData("\"other\"", 200)]
    [InlineData("W/\"abc\"", 200)]
    [InlineData(Date, 206)]
    [InlineData("Fri, 20 Nov 2026 12:00:01 GMT", 200)]
    [InlineData("nonsense", 200)]
    public void H_03_if_range_holds_for_the_same_bytes_only(string ifRange, int status)
    {
        var conditions = new HttpConditions { Range = "bytes=0-9"u8, IfRange = Encoding.ASCII.GetBytes(ifRange) };
        Assert.Equal(status, HttpSelection.For(conditions, false, 1000, Tag, LastModified).Status);
    }

    [Theory]
    [InlineData(Tag, null, 304)]
    [InlineData("W/\"abc\"", null, 304)]
    [InlineData("\"x\", \"abc\"", null, 304)]
    [InlineData("*", null, 304)]
    [InlineData("\"x\"", null, 200)]
    [InlineData("\"x\"", Date, 200)]
    [InlineData(null, Date, 304)]
    [InlineData(null, "Sat, 21 Nov 2026 12:00:00 GMT", 304)]
    [InlineData(null, "Fri, 20 Nov 2026 11:59:59 GMT", 200)]
    [InlineData(null, "yesterday", 200)]
    public void H_03_a_client_that_has_it_gets_304_by_tag_before_date(string? noneMatch, string? modifiedSince, int status)
    {
        var conditions = new HttpConditions
        {
            IfNoneMatch = Encoding.ASCII.GetBytes(noneMatch ?? ""),
            IfModifiedSince = Encoding.ASCII.GetBytes(modifiedSince ?? ""),
        };
        Assert.Equal(status, HttpSelection.For(conditions, false, 1000, Tag, LastModified).Status);
    }

    [Theory]
    [InlineData(Tag, null, 200)]
    [InlineData("*", null, 200)]
    [InlineData("\"x\"", null, 412)]
    [InlineData("W/\"abc\"", null, 412)]
    [InlineData(null, Date, 200)]
    [InlineData(null, "Fri, 20 Nov 2026 11:59:59 GMT", 412)]
    public void H_03_a_client_that_wants_other_bytes_gets_412(string? match, string? unmodifiedSince, int status)
    {
        var conditions = new HttpConditions
        {
            IfMatch = Encoding.ASCII.GetBytes(match ?? ""),
            IfUnmodifiedSince = Encoding.ASCII.GetBytes(unmodifiedSince ?? ""),
        };
        Assert.Equal(status, HttpSelection.For(conditions, false, 1000, Tag, LastModified).Status);
    }

    private static HttpSelection Select(string range, long length = 1000)
    {
        var conditions = new HttpConditions { Range = Encoding.ASCII.GetBytes(range) };
        return HttpSelection.For(conditions, false, length, Tag, LastModified);
    }
}
