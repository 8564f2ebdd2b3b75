using System.Net;
using Appliance.Options;

namespace Appliance.Tests.Options;

public sealed class OptionsReaderTests
{
    [Fact]
    public void Without_any_setting_the_defaults_are_valid()
    {
        ApplianceOptions options = Read("", out List<string> mistakes);
        Assert.Empty(mistakes);
        Assert.Equal(IPAddress.Parse("192.168.100.1"), options.Network.Address);
        Assert.Equal<int>([80, 8080], options.Http.Ports);
    }

    [Fact]
    public void The_example_of_every_setting_is_taken_and_is_the_default()
    {
        foreach (Setting setting in Settings.All)
        {
            var mistakes = new List<string>();
            ApplianceOptions options = OptionsReader.Read([new SettingValue(setting.Name, setting.Example, "test")], mistakes);
            Assert.Empty(mistakes);
            if (setting.Name is not ("interface" or "http-ports"))
            {
                // Lists are compared by what is in them, everything else as a whole.
                var expected = new ApplianceOptions();
                Assert.Equal(expected.Loaders.Lists.Select(static names => string.Join(' ', names)), options.Loaders.Lists.Select(static names => string.Join(' ', names)));
                Assert.Equal(expected with { Http = options.Http, Loaders = options.Loaders }, options);
                Assert.Equal(expected.Loaders.ChainIpxe, options.Loaders.ChainIpxe);
            }
        }
    }

    [Fact]
    public void All_mistakes_are_reported_at_once_with_file_and_line()
    {
        Read("""
            # a comment
            tftp-port = 70000
            dhcp-pol = 192.168.100.100-192.168.100.199
            nonsense

            dhcp-lease-time = soon # not a time
            menu-title = "unfinished
            """, out List<string> mistakes);
        Assert.Equal(
        [
            "test.conf:4: 'nonsense' is not a setting; write it as: name = value",
            "test.conf:7: menu-title: the closing quote is missing",
            "test.conf:2: tftp-port = '70000': takes a whole number from 1 to 65535",
            "test.conf:3: there is no setting 'dhcp-pol'; did you mean dhcp-pool?",
            "test.conf:6: dhcp-lease-time = 'soon': takes a time from 1m to 365d, such as 30s, 10m or 12h",
        ], mistakes);
    }

    [Fact]
    public void IPv6_is_off_until_a_prefix_is_given_whose_first_address_is_ours()
    {
        Assert.Null(Read("", out _).Network.Ipv6Address);
        Assert.Null(Read("ipv6-prefix = none", out _).BootUrlIpv6);
        ApplianceOptions options = Read("ipv6-prefix = fd5a:16c0:77e1:1::/64", out List<string> mistakes);

        Assert.Empty(mistakes);
        Assert.Equal([IPAddress.Parse("192.168.100.1"), IPAddress.Parse("fd5a:16c0:77e1:1::1")], options.Network.Addresses);
        Assert.Equal("http://[fd5a:16c0:77e1:1::1]", options.BootUrlIpv6);
        Assert.True(options.Network.Contains(IPAddress.Parse("fd5a:16c0:77e1:1:ffff::9")));
        Assert.False(options.Network.Contains(IPAddress.Parse("fd5a:16c0:77e1:2::9")));
        Assert.False(Read("", out _).Network.Contains(IPAddress.Parse("fd5a:16c0:77e1:1::9")));
    }

    [Theory]
    [InlineData("dhcp-pool = 192.168.100.150-192.168.100.120", "comes after")]
    [InlineData("dhcp-pool = 192.168.101.100-192.168.101.120", "does not lie inside 192.168.100.0/24")]
    [InlineData("dhcp-pool = 192.168.100.0-192.168.100.20", "does not lie inside")]
    [InlineData("dhcp-pool = 192.168.100.200-192.168.100.255", "does not lie inside")]
    [InlineData("dhcp-pool = 192.168.100.1-192.168.100.20", "holds our own address")]
    [InlineData("address = 192.168.100.255/24", "broadcast address")]
    [InlineData("address = dhcp", "set interface too")]
    [InlineData("interface = eth0\naddress = dhcp\ndhcp-mode = server", "does not go with dhcp-mode = server")]
    [InlineData("tftp-port = 67", "DHCP server's port")]
    [InlineData("nbd-port = 8080", "HTTP server's ports")]
    public void Settings_that_contradict_each_other_are_mistakes(string line, string words)
    {
        Read(line, out List<string> mistakes);
        Assert.Contains(mistakes, mistake => mistake.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("address = 192.168.100.1")]
    [InlineData("address = 192.168.1/24")]
    [InlineData("address = fe80::1/64")]
    [InlineData("address = 10.0.0.1/31")]
    [InlineData("dhcp-mode = servers")]
    [InlineData("dhcp-mode = 1")]
    [InlineData("http-ports = 80,80")]
    [InlineData("http-ports = 80,")]
    [InlineData("http-ports = +80")]
    [InlineData("loader-bios = ../undionly.kpxe")]
    [InlineData("loader-bios = a b/c")]
    [InlineData("media = relative/path")]
    [InlineData("interface = a-name-that-is-too-long")]
    [InlineData("ipxe-chain = sometimes")]
    [InlineData("router-advertisement = maybe")]
    [InlineData("ipv6-prefix = yes")]
    [InlineData("ipv6-prefix = 192.168.100.0/24")]
    [InlineData("ipv6-prefix = fd5a:16c0:77e1:1::")]
    [InlineData("ipv6-prefix = fd5a:16c0:77e1::/48")]
    [InlineData("ipv6-prefix = fd5a:16c0:77e1:1::1/64")]
    [InlineData("ipv6-prefix = fc00:16c0:77e1:1::/64")]
    [InlineData("ipv6-prefix = 2001:db8::/64")]
    [InlineData("menu-timeout = -1s")]
    [InlineData("menu-timeout = 99999999999999s")]
    [InlineData("dhcp-domain-name = a b")]
    public void A_value_that_makes_no_sense_is_one_mistake(string line)
    {
        Read(line, out List<string> mistakes);
        Assert.StartsWith("test.conf:1: ", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interface = eth0\naddress = dhcp", true, "192.168.100.1")]
    [InlineData("interface = eth0\naddress = 192.168.100.9/24\naddress = dhcp", true, "192.168.100.9")]
    [InlineData("interface = eth0\naddress = dhcp\naddress = 192.168.100.9/24", false, "192.168.100.9")]
    public void An_address_by_dhcp_falls_back_to_the_fixed_one_before_it(string text, bool byDhcp, string address)
    {
        ApplianceOptions options = Read(text, out List<string> mistakes);
        Assert.Empty(mistakes);
        Assert.Equal((byDhcp, address), (options.Network.AddressByDhcp, options.Network.Address.ToString()));
    }

    [Theory]
    [InlineData("menu-timeout = 0", 0)]
    [InlineData("menu-timeout = 90", 90)]
    [InlineData("menu-timeout = 2m", 120)]
    [InlineData("menu-timeout=1h", 3600)]
    public void Times_have_units(string line, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(line, out List<string> mistakes).Menu.Timeout);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void A_quoted_value_keeps_blanks_and_hashes()
    {
        Assert.Equal(" Bench #1 ", Read("menu-title = \" Bench #1 \"", out List<string> mistakes).Menu.Title);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void The_environment_uses_the_same_names()
    {
        List<SettingValue> values = SettingSource.FromEnvironment(
            [new("PATH", "/bin"), new("PLUGBOOT_DHCP_POOL", "192.168.100.10-192.168.100.20")]);
        var mistakes = new List<string>();
        ApplianceOptions options = OptionsReader.Read(values, mistakes);
        Assert.Empty(mistakes);
        Assert.Equal(IPAddress.Parse("192.168.100.20"), options.Dhcp.PoolEnd);
        Assert.Equal("environment PLUGBOOT_DHCP_POOL", values[0].Where);
    }

    [Fact]
    public void Flags_take_their_value_with_a_blank_or_an_equals_sign()
    {
        var mistakes = new List<string>();
        List<SettingValue> values = SettingSource.FromArguments(["--tftp-port", "6969", "--http-ports=8000"], mistakes);
        ApplianceOptions options = OptionsReader.Read(values, mistakes);
        Assert.Empty(mistakes);
        Assert.Equal(6969, options.Tftp.Port);
        Assert.Equal<int>([8000], options.Http.Ports);
    }

    [Fact]
    public void Arguments_that_are_no_settings_are_mistakes()
    {
        var mistakes = new List<string>();
        SettingSource.FromArguments(["tftp-port", "--", "--log-level"], mistakes);
        Assert.Equal(3, mistakes.Count);
        Assert.Contains("its value is missing", mistakes[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_a_value_do_not_reach_the_terminal()
    {
        Read("log-level = \u001b[31mred", out List<string> mistakes);
        Assert.Contains(@"\x1b[31mred", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    private static ApplianceOptions Read(string text, out List<string> mistakes)
    {
        mistakes = [];
        return OptionsReader.Read(SettingSource.FromFile("test.conf", text, mistakes), mistakes);
    }
}
