using Appliance.Dhcp;

namespace Appliance.Tests.Dhcp;

public sealed class DhcpTextTests
{
    [Theory]
    [InlineData("pc-1", "pc-1")]
    [InlineData("a\"b\\c", "a\\x22b\\x5cc")]
    [InlineData("a\nb\u001b[31m", "a\\x0ab\\x1b[31m")]
    [InlineData("", "")]
    public void Client_text_cannot_break_out_of_its_log_line(string text, string expected) =>
        Assert.Equal(expected, DhcpText.Escape(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Long_client_text_is_cut() => Assert.Equal(new string('a', 64) + "...", DhcpText.Escape([.. Enumerable.Repeat((byte)'a', 65)]));

    [Fact]
    public void A_hardware_address_of_any_length_is_written_out()
    {
        Assert.Equal("52:54:00:aa", DhcpText.Hardware([0x52, 0x54, 0, 0xaa]));
        Assert.Equal("none", DhcpText.Hardware([]));
    }
}
