using Appliance.Formats.Link;

namespace Appliance.Formats.Tests.Link;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("52:54:00:ab:cd:ef")]
    [InlineData("52-54-00-AB-CD-EF")]
    [InlineData("525400abcdef")]
    public void An_address_is_read_as_people_write_it(string text)
    {
        Assert.True(MacAddress.TryParse(text, out MacAddress address));
        Assert.Equal("52:54:00:ab:cd:ef", address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:ab:cd")]
    [InlineData("52:54:00:ab:cd:ef:01")]
    [InlineData("52:54-00:ab:cd:ef")]
    [InlineData("52.54.00.ab.cd.ef")]
    [InlineData("52:54:00:ab:cd:eg")]
    [InlineData("5254 0abcdef")]
    [InlineData("+25400abcdef")]
    [InlineData("5254:00abcdef")]
    public void What_is_no_address_is_refused(string text) => Assert.False(MacAddress.TryParse(text, out _));

    [Fact]
    public void A_magic_packet_is_ones_and_sixteen_times_the_address()
    {
        byte[] packet = new byte[MagicPacket.Length];

        Assert.Equal(102, MagicPacket.Write(packet, MacAddress.Read([0x52, 0x54, 0, 0xab, 0xcd, 0xef])));

        Assert.Equal(new string('f', 12) + string.Concat(Enumerable.Repeat("525400abcdef", 16)), Convert.ToHexStringLower(packet));
    }
}
