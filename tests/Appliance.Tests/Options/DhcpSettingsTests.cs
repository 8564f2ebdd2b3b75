using System.Net;
using System.Text;
using Appliance.Options;

namespace Appliance.Tests.Options;

/// <summary>Machines, networks and options of the DHCP server as they are written in the settings.</summary>
public sealed class DhcpSettingsTests
{
    [Fact]
    public void A_setting_that_may_be_given_several_times_adds_and_none_begins_anew()
    {
        ApplianceOptions options = Read(
            out List<string> mistakes,
            "dhcp-host = 52-54-00-12-34-56 192.168.100.20 12=text:lathe",
            "dhcp-host = id:FF0102 192.168.100.21",
            "dhcp-option = 42 192.168.100.9",
            "dhcp-option = none",
            "dhcp-option = 15 text:bench.example",
            "dhcp-relay-subnet = 10.1.0.0/24 10.1.0.100-10.1.0.199 10.1.0.1");

        Assert.Empty(mistakes);
        Assert.Equal("525400123456", Convert.ToHexString(options.Dhcp.Reservations[0].Chaddr!.Value.AsSpan()));
        Assert.Equal(12, Assert.Single(options.Dhcp.Reservations[0].Options).Code);
        Assert.Equal("FF0102", Convert.ToHexString(options.Dhcp.Reservations[1].ClientIdentifier!.Value.AsSpan()));
        Assert.Equal("bench.example", Encoding.ASCII.GetString(Assert.Single(options.Dhcp.Options).Value.AsSpan()));
        Assert.Equal(IPAddress.Parse("10.1.0.1"), Assert.Single(options.Dhcp.RelaySubnets).Router);
    }

    [Theory]
    [InlineData("dhcp-host = 52:54:00:12:34:56", "takes a hardware address or id:HEX, an address")]
    [InlineData("dhcp-host = 52:54:00:12:34 192.168.100.20", "is no hardware address")]
    [InlineData("dhcp-host = id:f 192.168.100.20", "pairs of hexadecimal digits")]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.100.20 lathe", "'lathe' is no option; write CODE=VALUE")]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.100.1", "is no address for a machine")]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.100.255", "is no address for a machine")]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.101.20", "is no address for a machine")]
    [InlineData("dhcp-option = 42", "takes a code and a value")]
    [InlineData("dhcp-option = 256 192.168.100.9", "is no option code")]
    [InlineData("dhcp-option = 82 hex:00", "option 82 is set by the server itself")]
    [InlineData("dhcp-option = 67 text:evil", "option 67 is set by the server itself")]
    [InlineData("dhcp-option = 42 hex:0", "pairs of hexadecimal digits")]
    [InlineData("dhcp-option = 42 text:", "text: takes 1 to 255 plain characters")]
    [InlineData("dhcp-option = 42 192.168.100", "takes an IPv4 address")]
    [InlineData("dhcp-relay-subnet = 10.1.0.0/24 10.1.0.100-10.1.0.199", "takes a network, its pool and its router")]
    [InlineData("dhcp-relay-subnet = 10.1.0.1/24 10.1.0.100-10.1.0.199 10.1.0.1", "is not the first address of a network of 24 bits")]
    [InlineData("dhcp-relay-subnet = 10.1.0.0/24 10.1.1.100-10.1.1.199 10.1.0.1", "does not lie inside 10.1.0.0/24")]
    [InlineData("dhcp-relay-subnet = 192.168.0.0/16 192.168.1.1-192.168.1.9 192.168.0.1", "overlaps with the network of address")]
    public void What_is_wrong_is_said_with_the_form_that_is_taken(string line, string message)
    {
        Read(out List<string> mistakes, line);

        Assert.Contains(message, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.100.20", "dhcp-host = 52:54:00:12:34:57 192.168.100.20")]
    [InlineData("dhcp-host = 52:54:00:12:34:56 192.168.100.20", "dhcp-host = 52:54:00:12:34:56 192.168.100.21")]
    public void D_16_an_address_or_a_machine_that_is_named_twice_is_refused(string first, string second)
    {
        Read(out List<string> mistakes, first, second);

        Assert.Contains("is named twice", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    private static ApplianceOptions Read(out List<string> mistakes, params string[] lines)
    {
        mistakes = [];
        return OptionsReader.Read(SettingSource.FromFile("test.conf", string.Join('\n', lines), mistakes), mistakes);
    }
}
