using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>Networks behind relay agents: conformance D-06, D-08, D-11, V-02.</summary>
public sealed class RelayTests
{
    private const string Relay = "10.1.0.1";

    private readonly Bench _bench = ReservationTests.Create(
        "dhcp-relay-subnet = 10.1.0.0/24 10.1.0.100-10.1.0.199 10.1.0.1",
        "dhcp-relay-subnet = 10.2.0.0/16 10.2.1.0-10.2.1.255 10.2.0.254",
        "dhcp-host = 52:54:aa:00:00:09 10.1.0.20");

    [Theory]
    [InlineData("0.0.0.0", "192.168.100.100", "255.255.255.0", null)]
    [InlineData("10.1.0.1", "10.1.0.100", "255.255.255.0", "10.1.0.1")]
    [InlineData("10.2.0.7", "10.2.1.0", "255.255.0.0", "10.2.0.254")]
    public void D_08_the_relays_address_chooses_the_network(string giaddr, string address, string mask, string? router)
    {
        Answer offer = Discover(giaddr, 1);

        Assert.Equal(address, offer.Address);
        Assert.Equal(DhcpRequest.Address(mask), offer.Option(DhcpOptionCode.SubnetMask));
        Assert.Equal(router is null ? null : DhcpRequest.Address(router), offer.Option(DhcpOptionCode.Router));
        Assert.Equal(DhcpRequest.Address(Bench.Server), offer.Option(DhcpOptionCode.ServerIdentifier));
        Assert.Equal(giaddr == "0.0.0.0" ? DhcpRoute.Station : DhcpRoute.Relay, offer.Route);
    }

    [Fact]
    public void D_06_what_the_relay_added_comes_back_last_and_unchanged_and_only_then()
    {
        byte[] information = [1, 4, 0xde, 0xad, 0, 1, 2, 2, 0, 7];
        Answer offer = _bench.Send(DhcpRequest.Of(DhcpMessageType.Discover, (DhcpOptionCode.RelayAgentInformation, information)) with { Giaddr = Relay });

        Assert.Equal(DhcpOptionCode.RelayAgentInformation, offer.Codes[^1]);
        Assert.Equal(information, offer.Option(DhcpOptionCode.RelayAgentInformation));
        Assert.DoesNotContain(DhcpOptionCode.RelayAgentInformation, Discover(Relay, 2).Codes);
    }

    [Fact]
    public void D_11_a_client_behind_a_relay_renews_from_its_address_without_the_relay()
    {
        byte[] mac = DhcpRequest.Mac(1);
        Discover(Relay, 1);
        Answer bound = _bench.Send(DhcpRequest.Of(
            DhcpMessageType.Request,
            (DhcpOptionCode.ServerIdentifier, DhcpRequest.Address(Bench.Server)),
            (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("10.1.0.100"))) with
        { Chaddr = mac, Giaddr = Relay });

        Answer renewed = _bench.Renew(mac, "10.1.0.100");

        Assert.Equal((DhcpOutcome.Ack, DhcpRoute.Relay), (bound.Outcome, bound.Route));
        Assert.Equal((DhcpOutcome.Ack, DhcpRoute.Unicast, "10.1.0.100"), (renewed.Outcome, renewed.Route, renewed.To));
        Assert.Equal(bound.Option(DhcpOptionCode.Router), renewed.Option(DhcpOptionCode.Router));
    }

    [Fact]
    public void D_11_an_address_of_another_network_is_refused_through_the_relay()
    {
        Answer nak = _bench.Send(
            DhcpRequest.Of(DhcpMessageType.Request, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address("192.168.100.100"))) with { Giaddr = Relay });

        Assert.Equal((DhcpOutcome.Nak, DhcpRoute.Relay, Relay), (nak.Outcome, nak.Route, nak.To));
    }

    [Fact]
    public void D_16_a_machine_has_its_own_address_only_in_the_network_where_it_lies()
    {
        Assert.Equal("10.1.0.20", Discover(Relay, 9).Address);
        Assert.Equal("192.168.100.100", Discover("0.0.0.0", 9).Address);
    }

    [Fact]
    public void A_relays_router_is_never_given_to_a_client()
    {
        Bench bench = ReservationTests.Create("dhcp-relay-subnet = 10.1.0.0/24 10.1.0.1-10.1.0.10 10.1.0.1");

        Assert.Equal("10.1.0.2", bench.Send(DhcpRequest.Of(DhcpMessageType.Discover) with { Giaddr = Relay }).Address);
    }

    [Fact]
    public void V_02_relays_of_other_networks_are_still_not_answered()
    {
        for (int type = 0; type < 16; type++)
        {
            Answer silence = _bench.Send(DhcpRequest.Of((DhcpMessageType)type) with { Giaddr = "10.3.0.1" });

            Assert.Equal((DhcpOutcome.UnknownRelay, 0), (silence.Outcome, silence.Reply.Length));
        }
    }

    private Answer Discover(string giaddr, int client) =>
        _bench.Send(DhcpRequest.Of(DhcpMessageType.Discover) with { Chaddr = DhcpRequest.Mac(client), Giaddr = giaddr });
}
