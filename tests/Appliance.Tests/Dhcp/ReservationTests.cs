using System.Net;
using System.Text;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>Machines with an address of their own, and options that the user adds: conformance D-07, D-10, D-16, D-17.</summary>
public sealed class ReservationTests
{
    private static readonly byte[] Lathe = DhcpRequest.Mac(1);
    private static readonly byte[] Stranger = DhcpRequest.Mac(2);
    private static readonly byte[] Identifier = [0xff, 1, 2];

    private readonly Bench _bench = Create(
        "dhcp-host = 52:54:aa:00:00:01 192.168.100.100 12=text:lathe 42=192.168.100.9",
        "dhcp-host = id:ff0102 192.168.100.20",
        "dhcp-option = 42 192.168.100.7,192.168.100.8",
        "dhcp-option = 119 hex:0361626300");

    [Fact]
    public void D_10_a_machine_gets_its_own_address_before_any_other_wish()
    {
        Answer offer = _bench.Discover(Lathe, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.150")));

        Assert.Equal("192.168.100.100", offer.Address);
        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe));
    }

    [Fact]
    public void D_07_the_hardware_address_counts_whatever_identifier_rom_and_system_send()
    {
        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe, (DhcpOptionCode.ClientIdentifier, [0, 9, 9, 9])));
        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe, (DhcpOptionCode.ClientIdentifier, [0xff, 7])));
        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe));
    }

    [Fact]
    public void D_07_the_identifier_counts_from_any_card_and_its_address_may_lie_outside_of_the_pool()
    {
        Assert.Equal("192.168.100.20", _bench.Obtain(Stranger, (DhcpOptionCode.ClientIdentifier, Identifier)));
        Assert.Equal("192.168.100.20", _bench.Obtain(DhcpRequest.Mac(3), (DhcpOptionCode.ClientIdentifier, Identifier)));
    }

    [Fact]
    public void D_16_nobody_else_is_ever_given_an_address_that_is_a_machines_own()
    {
        Assert.Equal("192.168.100.101", _bench.Discover(Stranger).Address);
        Assert.NotEqual(
            "192.168.100.100",
            _bench.Discover(DhcpRequest.Mac(3), (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.100"))).Address);
        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Stranger, "192.168.100.100").Outcome);
        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Stranger, "192.168.100.20").Outcome);
    }

    [Fact]
    public void D_11_a_machine_that_comes_with_another_address_is_refused_and_sent_to_its_own()
    {
        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Lathe, "192.168.100.150").Outcome);
        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe));
    }

    [Fact]
    public void D_12_while_a_stranger_uses_its_address_the_machine_gets_another()
    {
        _bench.Obtain(Lathe);
        _bench.Decline(Lathe, "192.168.100.100");

        string meanwhile = _bench.Obtain(Lathe);
        _bench.Time.Advance(LeaseTable.QuarantineTime);

        Assert.NotEqual("192.168.100.100", meanwhile);
        Assert.Equal("192.168.100.100", _bench.Discover(Lathe).Address);
    }

    [Fact]
    public void V_05_a_flood_leaves_every_machine_its_own_address()
    {
        for (int client = 100; client < 10_000; client++)
        {
            _bench.Discover(DhcpRequest.Mac(client));
        }

        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe));
    }

    [Fact]
    public void A_lease_from_before_the_reservation_is_not_restored_to_a_stranger()
    {
        _bench.Leases.Restore(
            DhcpSubnet.From(IPAddress.Parse("192.168.100.100")), new ClientIdentity([1, 2, 3], default), TimeSpan.FromHours(5));

        Assert.Equal("192.168.100.100", _bench.Obtain(Lathe));
    }

    [Fact]
    public void A_machines_own_options_win_over_those_for_all_and_all_are_told_the_rest()
    {
        Answer own = _bench.Discover(Lathe);
        Answer other = _bench.Discover(Stranger);

        Assert.Equal("lathe", Encoding.ASCII.GetString(own.Option(DhcpOptionCode.HostName)!));
        Assert.Equal(DhcpRequest.Address("192.168.100.9"), own.Option((DhcpOptionCode)42));
        Assert.Equal([3, .. "abc"u8, 0], own.Option((DhcpOptionCode)119));
        Assert.Null(other.Option(DhcpOptionCode.HostName));
        Assert.Equal([192, 168, 100, 7, 192, 168, 100, 8], other.Option((DhcpOptionCode)42));
    }

    [Fact]
    public void D_05_a_custom_option_that_is_asked_for_stands_where_it_was_asked_for()
    {
        Answer offer = _bench.Discover(Stranger, (DhcpOptionCode.ParameterRequestList, [119, 1, 42]));

        Assert.Equal([(DhcpOptionCode)119, DhcpOptionCode.SubnetMask, (DhcpOptionCode)42], offer.Codes.Skip(3).Take(3));
    }

    [Fact]
    public void D_17_classless_routes_come_before_the_router()
    {
        Bench bench = Create("dhcp-router = 192.168.100.254", "dhcp-option = 121 hex:00c0a864fe");

        List<DhcpOptionCode> codes = bench.Discover(Stranger, (DhcpOptionCode.ParameterRequestList, [1, 3, 121])).Codes;

        Assert.Equal(codes.IndexOf(DhcpOptionCode.ClasslessStaticRoute) + 1, codes.IndexOf(DhcpOptionCode.Router));
    }

    [Fact]
    public void P_06_option_43_of_the_user_reaches_no_machine_that_boots()
    {
        Bench bench = Create("dhcp-option = 43 hex:010203");

        Assert.Equal([1, 2, 3], bench.Discover(Stranger).Option(DhcpOptionCode.VendorOptions));
        Assert.Null(bench.Send(Captures.Read("bios-virtio-plain-1-discover")).Option(DhcpOptionCode.VendorOptions));
        Assert.Null(bench.Send(Captures.Read("uefi-pxe-ipxe-1-discover")).Option(DhcpOptionCode.VendorOptions));
    }

    [Fact]
    public void D_03_a_custom_option_of_255_bytes_is_sent_whole()
    {
        Bench bench = Create("dhcp-option = 224 hex:" + string.Concat(Enumerable.Repeat("ab", 255)));

        Answer offer = bench.Discover(Stranger, (DhcpOptionCode.MaximumMessageSize, [5, 0xc0]));

        Assert.Equal(Enumerable.Repeat((byte)0xab, 255), offer.Option((DhcpOptionCode)224));
    }

    internal static Bench Create(params string[] settings)
    {
        var mistakes = new List<string>();
        ApplianceOptions options = OptionsReader.Read(SettingSource.FromFile("test.conf", string.Join('\n', settings), mistakes), mistakes);
        Assert.Empty(mistakes);
        return new Bench(options);
    }
}
