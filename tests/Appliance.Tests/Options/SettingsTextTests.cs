using Appliance.Options;

namespace Appliance.Tests.Options;

public sealed class SettingsTextTests
{
    [Theory]
    [InlineData("", "dhcp-mode = proxy\n")]
    [InlineData("# mine\n#dhcp-mode = off\nmenu-title = A\n", "# mine\n#dhcp-mode = off\nmenu-title = A\ndhcp-mode = proxy\n")]
    [InlineData("a = 1\n  dhcp-mode=server # for now\nb = 2", "a = 1\ndhcp-mode = proxy\nb = 2\n")]
    [InlineData("dhcp-mode = server\r\nb = 2\r\ndhcp-mode = off\r\n", "dhcp-mode = proxy\nb = 2\n")]
    public void A_setting_is_changed_where_it_stands_and_nothing_else_is(string before, string after) =>
        Assert.Equal(after, SettingsText.Change(before, "dhcp-mode", "proxy"));

    [Fact]
    public void A_setting_goes_back_to_its_default_when_its_lines_go() =>
        Assert.Equal("# kept\nb = 2\n", SettingsText.Change("# kept\ndhcp-mode = off\nb = 2\ndhcp-mode = auto\n", "dhcp-mode", null));

    [Theory]
    [InlineData("plain")]
    [InlineData("  blanks around ")]
    [InlineData("a # b")]
    [InlineData("#1")]
    [InlineData("")]
    [InlineData("it's \"so\"")]
    public void What_is_written_is_read_again(string value)
    {
        string text = SettingsText.Change("menu-title = old\n", "menu-title", value);
        SettingValue read = Assert.Single(SettingSource.FromFile("file", text, []));
        Assert.Equal(("menu-title", value), (read.Name, read.Value));
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("\x1b[31m")]
    [InlineData("\"quoted\" # and not")]
    public void What_could_not_be_read_again_is_refused(string value) =>
        Assert.Throws<SettingValueException>(() => SettingsText.Change("", "menu-title", value));

    [Fact]
    public void Settings_that_stand_once_for_each_are_left_to_their_owner() =>
        Assert.Throws<SettingValueException>(() => SettingsText.Change("", "dhcp-host", "none"));
}
