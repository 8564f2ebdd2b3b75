using System.Text;
using Appliance.Http;

namespace Appliance.Tests.Http;

public class HttpTargetTests
{
    [Theory]
    [InlineData("/menu.ipxe", "/menu.ipxe")]
    [InlineData("//grubx64.efi", "/grubx64.efi")]
    [InlineData("/a///b", "/a/b")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/a%2Bb", "/a+b")]
    [InlineData("/a%23b", "/a#b")]
    [InlineData("/a%3Fb", "/a?b")]
    [InlineData("/%C3%A4.iso", "/ä.iso")]
    [InlineData("/%2541", "/%41")]
    [InlineData("/a?x=1", "/a")]
    [InlineData("/", "/")]
    [InlineData("http://192.168.100.1/a", "/a")]
    [InlineData("HTTP://host:8080/a?b", "/a")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?x", "/")]
    public void H_05_a_target_is_decoded_once(string target, string expected)
    {
        Assert.True(HttpTarget.TryToPath(Encoding.Latin1.GetBytes(target), out string? path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("host:80")]
    [InlineData("ftp://host/a")]
    [InlineData("/..")]
    [InlineData("/../etc/passwd")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("/a/./b")]
    [InlineData("/a%2fb")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%5cb")]
    [InlineData("/a\\b")]
    [InlineData("/a%00b")]
    [InlineData("/a%0ab")]
    [InlineData("/a%7fb")]
    [InlineData("/%c0%ae%c0%ae/etc")]
    [InlineData("/%ff")]
    [InlineData("/a%")]
    [InlineData("/a%4")]
    [InlineData("/a%zz")]
    [InlineData("/a%+1")]
    public void H_05_a_target_that_no_name_has_is_refused(string target) =>
        Assert.False(HttpTarget.TryToPath(Encoding.Latin1.GetBytes(target), out _));

    [Fact]
    public void H_04_a_target_of_any_length_is_read_or_refused()
    {
        for (int length = 1; length < 8000; length += 37)
        {
            HttpTarget.TryToPath(Encoding.ASCII.GetBytes("/" + new string('a', length)), out _);
        }
    }
}
