using System.Text;
using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

public class TftpFileNameTests
{
    [Theory]
    [InlineData("ipxe.efi", "/ipxe.efi")]
    [InlineData("/ipxe.efi", "/ipxe.efi")]
    [InlineData("//grubx64.efi", "/grubx64.efi")]
    [InlineData("\\Boot\\BCD", "/Boot/BCD")]
    [InlineData("undionly.kpxe\u00ff", "/undionly.kpxe")]
    [InlineData("undionly.kpxe\u00ff\u00ff", "/undionly.kpxe")]
    [InlineData("", "/")]
    public void T_10_names_are_read_as_firmware_means_them(string name, string expected)
    {
        Assert.True(TftpFileName.TryToPath(Encoding.Latin1.GetBytes(name), out string? path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("/../../etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("..\\..\\boot.ini")]
    [InlineData("a/./b")]
    [InlineData("a\u0001b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    [InlineData("\u00c0\u00ae\u00c0\u00ae/etc")]
    [InlineData("a\u0080")]
    public void T_10_names_that_nothing_has_are_refused(string name) =>
        Assert.False(TftpFileName.TryToPath(Encoding.Latin1.GetBytes(name), out _));

    [Fact]
    public void T_10_names_longer_than_dhcp_can_carry_are_refused()
    {
        Assert.True(TftpFileName.TryToPath(Encoding.ASCII.GetBytes(new string('a', 255)), out _));
        Assert.False(TftpFileName.TryToPath(Encoding.ASCII.GetBytes(new string('a', 256)), out _));
    }

    [Fact]
    public void Log_text_has_no_control_characters() =>
        Assert.Equal("a??[31mb", TftpFileName.ToLogText(Encoding.ASCII.GetBytes("a\n\u001b[31mb")));
}
