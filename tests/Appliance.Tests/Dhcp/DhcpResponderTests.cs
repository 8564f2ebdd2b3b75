using System.Net;
using System.Text;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>The state machine and the destinations: conformance D-05 to D-13, V-02.</summary>
public sealed class DhcpResponderTests
{
    private static readonly byte[] Mac1 = DhcpRequest.Mac(1);
    private static readonly byte[] Mac2 = DhcpRequest.Mac(2);

    private readonly Bench _bench = new();

    [Fact]
    public void D_05_required_options_come_first_then_what_is_asked_for_in_its_order()
    {
        Answer offer = _bench.Discover(Mac1, (DhcpOptionCode.ParameterRequestList, [28, 59, 1, 250, 53, 1]));

        Assert.Equal(
            [
                DhcpOptionCode.MessageType, DhcpOptionCode.ServerIdentifier, DhcpOptionCode.LeaseTime,
                DhcpOptionCode.BroadcastAddress, DhcpOptionCode.RebindingTime, DhcpOptionCode.SubnetMask,
                DhcpOptionCode.RenewalTime,
            ],
            offer.Codes);
    }

    [Fact]
    public void D_05_router_dns_and_domain_are_told_when_configured()
    {
        var bench = new Bench(new ApplianceOptions
        {
            Dhcp = new DhcpOptions
            {
                Router = IPAddress.Parse("192.168.100.254"),
                DnsServer = IPAddress.Parse("192.0.2.53"),
                DomainName = "bench.test",
            },
        });

        Answer offer = bench.Discover(Mac1);

        Assert.Equal(DhcpRequest.Address("192.168.100.254"), offer.Option(DhcpOptionCode.Router));
        Assert.Equal(DhcpRequest.Address("192.0.2.53"), offer.Option(DhcpOptionCode.DomainNameServer));
        Assert.Equal("bench.test", Encoding.ASCII.GetString(offer.Option(DhcpOptionCode.DomainName)!));
    }

    [Fact]
    public void D_06_identifiers_are_repeated_unaltered_in_offer_ack_and_nak()
    {
        byte[] id = [0xff, 1, 2, 3, 0, 0];
        (DhcpOptionCode, byte[])[] options = [(DhcpOptionCode.ClientIdentifier, id)];

        Answer offer = _bench.Discover(Mac1, options);
        Answer ack = _bench.Select(Mac1, offer.Address, options);
        Answer nak = _bench.Reboot(Mac1, "10.0.0.1", options);

        Assert.Equal(DhcpOutcome.Nak, nak.Outcome);
        Assert.All([offer, ack, nak], answer => Assert.Equal(id, answer.Option(DhcpOptionCode.ClientIdentifier)));
    }

    [Fact]
    public void D_06_the_uuid_is_repeated_even_when_it_is_odd()
    {
        byte[] odd = [1, 2, 3];

        Assert.Equal(odd, _bench.Discover(Mac1, (DhcpOptionCode.ClientMachineIdentifier, odd)).Option(DhcpOptionCode.ClientMachineIdentifier));
    }

    [Fact]
    public void D_07_the_identifier_counts_before_the_hardware_address()
    {
        (DhcpOptionCode, byte[])[] id = [(DhcpOptionCode.ClientIdentifier, [0xff, 9, 9])];
        string address = _bench.Obtain(Mac1, id);

        Assert.Equal(address, _bench.Discover(Mac2, id).Address);
    }

    [Fact]
    public void D_07_an_identifier_of_type_1_is_the_same_client_as_the_bare_hardware_address()
    {
        string address = _bench.Obtain(Mac1);

        Assert.Equal(address, _bench.Obtain(Mac1, (DhcpOptionCode.ClientIdentifier, [1, .. Mac1])));
    }

    [Fact]
    public void D_07_a_client_without_hardware_address_needs_an_identifier()
    {
        DhcpRequest discover = DhcpRequest.Of(DhcpMessageType.Discover) with { Htype = 32, Chaddr = [] };
        DhcpRequest identified = DhcpRequest.Of(DhcpMessageType.Discover, (DhcpOptionCode.ClientIdentifier, [0xff, 1]))
            with
        { Htype = 32, Chaddr = [] };

        Assert.Equal(DhcpOutcome.NoIdentity, _bench.Send(discover).Outcome);
        Assert.Equal(DhcpRoute.Broadcast, _bench.Send(identified).Route);
    }

    [Theory]
    [InlineData(false, DhcpRoute.Station)]
    [InlineData(true, DhcpRoute.Broadcast)]
    public void D_08_without_addresses_the_flag_decides(bool broadcast, DhcpRoute route)
    {
        Answer offer = _bench.Send(DhcpRequest.Of(DhcpMessageType.Discover) with { Broadcast = broadcast });

        Assert.Equal(route, offer.Route);
        Assert.Equal(broadcast ? "255.255.255.255" : offer.Address, offer.To);
        Assert.Equal(broadcast, offer.Message.IsBroadcast);
    }

    [Fact]
    public void D_08_a_renewing_client_is_answered_at_its_address()
    {
        string address = _bench.Obtain(Mac1);

        Answer ack = _bench.Renew(Mac1, address);

        Assert.Equal((DhcpOutcome.Ack, DhcpRoute.Unicast, address), (ack.Outcome, ack.Route, ack.To));
        Assert.Equal(address, ack.Message.Ciaddr.ToString());
    }

    [Fact]
    public void D_08_a_relay_gets_offers_and_refusals_and_a_refusal_asks_it_to_broadcast()
    {
        Answer offer = _bench.Send(DhcpRequest.Of(DhcpMessageType.Discover) with { Giaddr = "192.168.100.9" });
        Answer nak = _bench.Send(
            DhcpRequest.Of(DhcpMessageType.Request, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("10.1.1.1")))
                with
            { Giaddr = "192.168.100.9" });

        Assert.Equal((DhcpRoute.Relay, "192.168.100.9"), (offer.Route, offer.To));
        Assert.Equal((DhcpOutcome.Nak, DhcpRoute.Relay, "192.168.100.9"), (nak.Outcome, nak.Route, nak.To));
        Assert.True(nak.Message.IsBroadcast);
        Assert.False(offer.Message.IsBroadcast);
    }

    [Fact]
    public void D_08_a_refusal_on_our_wire_is_broadcast_and_configures_nothing()
    {
        Answer nak = _bench.Renew(Mac1, "10.0.0.7");

        Assert.Equal((DhcpOutcome.Nak, DhcpRoute.Broadcast), (nak.Outcome, nak.Route));
        Assert.True(nak.Message.Ciaddr.IsAny && nak.Message.Yiaddr.IsAny && nak.Message.Siaddr.IsAny);
        Assert.Equal([DhcpOptionCode.MessageType, DhcpOptionCode.ServerIdentifier, DhcpOptionCode.Message], nak.Codes);
    }

    [Fact]
    public void D_10_the_order_is_current_then_previous_then_requested_then_new()
    {
        (DhcpOptionCode, byte[]) wish = (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.150"));

        Assert.Equal("192.168.100.150", _bench.Discover(Mac1, wish).Address);
        Assert.Equal("192.168.100.150", _bench.Obtain(Mac1));
        Assert.Equal("192.168.100.150", _bench.Discover(Mac1).Address);
        _bench.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal("192.168.100.150", _bench.Discover(Mac1).Address);
        Assert.Equal("192.168.100.100", _bench.Discover(Mac2, wish).Address);
    }

    [Theory]
    [InlineData("192.168.100.1")]
    [InlineData("192.168.100.99")]
    [InlineData("192.168.100.200")]
    [InlineData("10.0.0.1")]
    [InlineData("255.255.255.255")]
    public void D_10_a_wish_outside_of_the_pool_is_not_granted(string wish) => Assert.Equal(
        "192.168.100.100",
        _bench.Discover(Mac1, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address(wish))).Address);

    [Fact]
    public void D_11_selecting_ours_is_granted_with_the_terms_of_the_offer()
    {
        Answer offer = _bench.Discover(Mac1);
        Answer ack = _bench.Select(Mac1, offer.Address);

        Assert.Equal(DhcpOutcome.Ack, ack.Outcome);
        Assert.Equal(offer.Address, ack.Address);
        Assert.Equal(offer.Codes, ack.Codes);
        Assert.Equal(offer.Seconds(DhcpOptionCode.LeaseTime), ack.Seconds(DhcpOptionCode.LeaseTime));
    }

    [Fact]
    public void D_11_selecting_another_server_frees_our_offer_silently()
    {
        string address = _bench.Discover(Mac1).Address;

        Answer silence = _bench.Send(DhcpRequest.Of(
            DhcpMessageType.Request,
            (DhcpOptionCode.ServerIdentifier, DhcpRequest.Address("192.168.100.2")),
            (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.77"))) with
        { Chaddr = Mac1 });

        Assert.Equal((DhcpOutcome.OtherServer, 0), (silence.Outcome, silence.Reply.Length));
        Assert.Equal(address, _bench.Discover(Mac2, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address))).Address);
    }

    [Fact]
    public void D_11_selecting_what_another_holds_is_refused()
    {
        string address = _bench.Obtain(Mac1);

        Assert.Equal(DhcpOutcome.Nak, _bench.Select(Mac2, address).Outcome);
    }

    [Fact]
    public void D_11_an_unknown_client_that_reboots_with_a_free_address_of_ours_keeps_it() =>
        Assert.Equal(DhcpOutcome.Ack, _bench.Reboot(Mac1, "192.168.100.140").Outcome);

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.100.1")]
    [InlineData("192.168.100.20")]
    public void D_11_a_client_that_reboots_with_an_address_we_do_not_give_is_refused(string address) =>
        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Mac1, address).Outcome);

    [Fact]
    public void D_11_a_client_that_reboots_with_another_address_than_it_holds_is_refused()
    {
        _bench.Obtain(Mac1);

        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Mac1, "192.168.100.140").Outcome);
    }

    [Fact]
    public void D_11_renewing_extends_the_lease_and_renewing_anothers_is_refused()
    {
        string address = _bench.Obtain(Mac1);
        _bench.Time.Advance(TimeSpan.FromHours(11));

        Assert.Equal(DhcpOutcome.Ack, _bench.Renew(Mac1, address).Outcome);
        _bench.Time.Advance(TimeSpan.FromHours(11));

        Assert.Equal(DhcpOutcome.Nak, _bench.Renew(Mac2, address).Outcome);
    }

    [Fact]
    public void D_11_a_request_that_names_no_address_is_dropped() =>
        Assert.Equal(DhcpOutcome.NoAddress, _bench.Send(DhcpRequest.Of(DhcpMessageType.Request)).Outcome);

    [Fact]
    public void D_12_a_declined_address_is_given_to_nobody_until_its_quarantine_ends()
    {
        string address = _bench.Obtain(Mac1);

        Assert.Equal((DhcpOutcome.Declined, 0), (_bench.Decline(Mac1, address).Outcome, _bench.Decline(Mac1, address).Reply.Length));
        Assert.NotEqual(address, _bench.Discover(Mac1).Address);
        Assert.Equal(DhcpOutcome.Nak, _bench.Reboot(Mac2, address).Outcome);
        _bench.Time.Advance(LeaseTable.QuarantineTime);
        Assert.Equal(DhcpOutcome.Ack, _bench.Reboot(Mac2, address).Outcome);
    }

    [Fact]
    public void D_12_and_V_06_only_its_holder_can_decline_or_release_an_address()
    {
        string address = _bench.Obtain(Mac1);

        Assert.Equal(DhcpOutcome.NotHolder, _bench.Decline(Mac2, address).Outcome);
        Assert.Equal(DhcpOutcome.NotHolder, _bench.Release(Mac2, address).Outcome);
        Assert.Equal(DhcpOutcome.Ack, _bench.Renew(Mac1, address).Outcome);
    }

    [Fact]
    public void D_12_a_released_address_is_free_and_its_holder_gets_it_back_if_it_still_is()
    {
        string address = _bench.Obtain(Mac1);

        Assert.Equal((DhcpOutcome.Released, 0), (_bench.Release(Mac1, address).Outcome, _bench.Release(Mac1, address).Reply.Length));
        Assert.Equal(address, _bench.Discover(Mac1).Address);
    }

    [Fact]
    public void D_12_inform_is_answered_at_ciaddr_without_address_and_lease()
    {
        Answer ack = _bench.Send(DhcpRequest.Of(DhcpMessageType.Inform) with { Ciaddr = "192.168.100.77" });

        Assert.Equal((DhcpOutcome.Ack, DhcpRoute.Unicast, "192.168.100.77"), (ack.Outcome, ack.Route, ack.To));
        Assert.True(ack.Message.Yiaddr.IsAny);
        Assert.Equal([DhcpOptionCode.MessageType, DhcpOptionCode.ServerIdentifier, DhcpOptionCode.SubnetMask], ack.Codes);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("198.51.100.1")]
    public void D_12_inform_from_nowhere_or_elsewhere_is_dropped(string ciaddr) => Assert.Equal(
        DhcpOutcome.NoAddress, _bench.Send(DhcpRequest.Of(DhcpMessageType.Inform) with { Ciaddr = ciaddr }).Outcome);

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(255)]
    public void D_12_types_that_are_not_for_servers_are_dropped(byte type) => Assert.Equal(
        DhcpOutcome.UnexpectedType, _bench.Send(DhcpRequest.Of((DhcpMessageType)type)).Outcome);

    [Theory]
    [InlineData("U-Boot.armv7", "192.168.100.1")]
    [InlineData("MSFT 5.0", "0.0.0.0")]
    public void U_boot_is_told_who_has_the_files_that_it_chooses_itself(string vendorClass, string next)
    {
        Answer offer = _bench.Discover(
            Mac1,
            (DhcpOptionCode.VendorClass, System.Text.Encoding.ASCII.GetBytes(vendorClass)),
            (DhcpOptionCode.ClientSystemArchitecture, [0, 0x15]));

        Assert.Equal((next, ""), (offer.Message.Siaddr.ToString(), offer.File));
    }

    /// <summary>Class and request list as a Raspberry Pi 4 sends them; a PC of the same architecture must not see the menu.</summary>
    [Theory]
    [InlineData("dca632", true)]
    [InlineData("525400", false)]
    public void A_raspberry_pi_finds_its_name_in_the_menu_of_option_43(string maker, bool expected)
    {
        (DhcpOptionCode, byte[])[] options =
        [
            (DhcpOptionCode.VendorClass, "PXEClient:Arch:00000:UNDI:002001"u8.ToArray()),
            (DhcpOptionCode.ParameterRequestList, [1, 3, 43, 60, 66, 67, 128, 129]),
        ];
        byte[] mac = [.. Convert.FromHexString(maker), 0, 0, 7];
        Answer offer = _bench.Discover(mac, options);
        Answer proxied = _bench.SendToProxy(DhcpRequest.Of(DhcpMessageType.Discover, options) with { Chaddr = mac });

        Assert.Equal("192.168.100.1", offer.Message.Siaddr.ToString());
        Assert.Equal(expected, HasName(offer));
        Assert.Equal(expected, HasName(proxied));

        static bool HasName(Answer answer) =>
            answer.Option(DhcpOptionCode.VendorOptions) is { } menu && menu.AsSpan().IndexOf("Raspberry Pi Boot"u8) >= 0;
    }

    [Fact]
    public void D_01_bootp_is_dropped() => Assert.Equal(DhcpOutcome.Bootp, _bench.Send(new DhcpRequest()).Outcome);

    [Fact]
    public void D_13_renewal_is_at_a_half_and_rebinding_at_seven_eighths()
    {
        Answer offer = _bench.Discover(Mac1);

        Assert.Equal(43_200u, offer.Seconds(DhcpOptionCode.LeaseTime));
        Assert.Equal(21_600u, offer.Seconds(DhcpOptionCode.RenewalTime));
        Assert.Equal(37_800u, offer.Seconds(DhcpOptionCode.RebindingTime));
    }

    [Fact]
    public void D_13_an_infinite_lease_has_no_renewal_and_never_ends()
    {
        var bench = new Bench(new ApplianceOptions { Dhcp = new DhcpOptions { LeaseTime = Timeout.InfiniteTimeSpan } });

        string address = bench.Obtain(Mac1);
        bench.Time.Advance(TimeSpan.FromDays(40_000));

        Assert.Equal(uint.MaxValue, bench.Discover(Mac1).Seconds(DhcpOptionCode.LeaseTime));
        Assert.Null(bench.Discover(Mac1).Option(DhcpOptionCode.RenewalTime));
        Assert.Equal(DhcpOutcome.Nak, bench.Select(Mac2, address).Outcome);
    }

    [Theory]
    [InlineData(0u, 60u)]
    [InlineData(59u, 60u)]
    [InlineData(3600u, 3600u)]
    [InlineData(43_201u, 43_200u)]
    [InlineData(uint.MaxValue, 43_200u)]
    public void D_13_a_client_can_ask_for_less_but_not_for_more(uint asked, uint given)
    {
        byte[] value = [(byte)(asked >> 24), (byte)(asked >> 16), (byte)(asked >> 8), (byte)asked];

        Assert.Equal(given, _bench.Discover(Mac1, (DhcpOptionCode.LeaseTime, value)).Seconds(DhcpOptionCode.LeaseTime));
    }

    [Fact]
    public void V_02_no_type_through_an_unknown_relay_is_answered()
    {
        for (int type = 0; type < 256; type++)
        {
            DhcpRequest request = DhcpRequest.Of((DhcpMessageType)type) with { Giaddr = "203.0.113.1", Ciaddr = "203.0.113.5" };

            Assert.Equal((DhcpOutcome.UnknownRelay, 0), (_bench.Send(request).Outcome, _bench.Send(request).Reply.Length));
        }
    }

    [Fact]
    public void V_02_no_reply_is_ever_sent_to_an_address_of_another_wire()
    {
        for (int type = 0; type < 16; type++)
        {
            DhcpRequest request = DhcpRequest.Of(
                (DhcpMessageType)type, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.120")))
                with
            { Ciaddr = "203.0.113.5" };

            Assert.NotEqual("203.0.113.5", _bench.Send(request).To);
        }
    }
}
