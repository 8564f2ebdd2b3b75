using Appliance.Board;
using Appliance.Options;

namespace Appliance.Tests.Board;

public sealed class ButtonCycleTests
{
    [Fact]
    public void Three_presses_lead_through_the_dhcp_modes_and_back()
    {
        DhcpMode mode = DhcpMode.Auto;
        Assert.Equal(DhcpMode.Server, mode = ButtonCycle.Next(mode));
        Assert.Equal(DhcpMode.Proxy, mode = ButtonCycle.Next(mode));
        Assert.Equal(DhcpMode.Auto, ButtonCycle.Next(mode));
        Assert.Equal(DhcpMode.Auto, ButtonCycle.Next(DhcpMode.Off));
        Assert.Equal(3, ButtonCycle.NumberOf(DhcpMode.Proxy));
    }

    [Theory]
    [InlineData("debian.iso", "local", "local")]
    [InlineData("local", "local", "first.iso")]
    [InlineData("local", "memtest", "memtest")]
    [InlineData("memtest", "memtest", "local")]
    public void The_default_image_goes_on_and_off(string current, string configured, string next) =>
        Assert.Equal(next, ButtonCycle.NextDefault(current, configured, ["first.iso", "second.iso"]));

    [Fact]
    public void Without_images_the_local_disk_stays() => Assert.Equal("local", ButtonCycle.NextDefault("local", "local", []));

    [Fact]
    public void What_a_reset_takes_back_are_settings_that_there_are() =>
        Assert.All(ButtonCycle.NetworkSettings, static name => Assert.Contains(Settings.All, setting => setting.Name == name));
}
