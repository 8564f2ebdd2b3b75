using System.Text;
using Appliance.Boot;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>What clients are told beside another server of addresses: conformance P-01 to P-08.</summary>
public sealed class ProxyResponderTests
{
    private const string Menu = "http://192.168.100.1/menu.ipxe";
    private const DhcpOptionCode VendorOptions = (DhcpOptionCode)43;

    private readonly Bench _bench = new();

    [Theory]
    [InlineData("bios-virtio-plain-1-discover", "PXEClient", false, Menu)]
    [InlineData("bios-chain-undionly-1-discover", "PXEClient", false, Menu)]
    [InlineData("bios-chain-undionly-3-discover", "PXEClient", false, Menu)]
    [InlineData("uefi-pxe-ipxe-1-discover", "PXEClient", true, "snponly.efi")]
    [InlineData("proxy-uefi-pxe-1-discover", "PXEClient", true, "snponly.efi")]
    [InlineData("proxy-uefi-pxe-4-discover", "PXEClient", false, Menu)]
    [InlineData("arm64-pxe-1-discover", "PXEClient", true, "ipxe-arm64.efi")]
    [InlineData("arm64-pxe-3-discover", "PXEClient", false, Menu)]
    [InlineData("uefi-http-1-discover", "HTTPClient", false, "http://192.168.100.1/snponly.efi")]
    [InlineData("arm64-http-1-discover", "HTTPClient", false, "http://192.168.100.1/ipxe-arm64.efi")]
    public void P_02_P_05_P_06_each_captured_discover_is_offered_its_file_and_no_address(
        string name, string vendorClass, bool hasVendorOptions, string file)
    {
        byte[] datagram = Captures.Read(name);
        Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage request, out _));

        Answer offer = _bench.SendToProxy(datagram);

        Assert.Equal((DhcpOutcome.ProxyOffer, DhcpRoute.Broadcast), (offer.Outcome, offer.Route));
        Assert.Equal(DhcpMessageType.Offer, offer.Message.Type);
        Assert.Equal(request.Xid, offer.Message.Xid);
        Assert.Equal("0.0.0.0", offer.Address);
        Assert.Equal(Bench.Server, offer.Message.Siaddr.ToString());
        Assert.Equal(file, offer.File);
        Assert.Equal(file + '\0', Encoding.ASCII.GetString(offer.Option(DhcpOptionCode.BootFileName)!));
        Assert.Equal(vendorClass, Encoding.ASCII.GetString(offer.Option(DhcpOptionCode.VendorClass)!));
        Assert.Equal(hasVendorOptions ? [6, 1, 8, 255] : null, offer.Option(VendorOptions));
        Assert.Equal(DhcpRequest.Address(Bench.Server), offer.Option(DhcpOptionCode.ServerIdentifier));
        request.TryGetOption(DhcpOptionCode.ClientMachineIdentifier, out ReadOnlySpan<byte> uuid);
        Assert.Equal(uuid.ToArray(), offer.Option(DhcpOptionCode.ClientMachineIdentifier) ?? []);
        Assert.Null(offer.Option(DhcpOptionCode.LeaseTime));
        Assert.Null(offer.Option(DhcpOptionCode.SubnetMask));
    }

    [Fact]
    public void P_02_a_bios_rom_is_offered_its_file_without_an_address()
    {
        Answer offer = _bench.SendToProxy(DhcpRequest.Of(DhcpMessageType.Discover, Class("PXEClient:Arch:00000:UNDI:002001")));

        Assert.Equal("undionly.kpxe", offer.File);
        Assert.Equal("PXEClient", Encoding.ASCII.GetString(offer.Option(DhcpOptionCode.VendorClass)!));
        Assert.Equal([6, 1, 8, 255], offer.Option(VendorOptions));
    }

    [Fact]
    public void P_01_who_does_not_boot_is_never_answered()
    {
        for (int type = 0; type < 16; type++)
        {
            DhcpRequest request = DhcpRequest.Of((DhcpMessageType)type, (DhcpOptionCode.VendorClass, "MSFT 5.0"u8.ToArray()));

            Assert.Equal((DhcpOutcome.NotBooting, 0), (_bench.SendToProxy(request).Outcome, _bench.SendToProxy(request).Reply.Length));
            Assert.Equal(DhcpOutcome.NotBooting, _bench.SendToBootServer(request.ToBytes()).Outcome);
        }

        Assert.Equal(DhcpOutcome.NotBooting, _bench.SendToProxy(Captures.Read("live-fetch-3-discover")).Outcome);
    }

    [Fact]
    public void P_03_the_captured_request_to_port_4011_is_acknowledged_with_its_file()
    {
        Answer ack = _bench.SendToBootServer(Captures.Read("proxy-uefi-pxe-3-request-4011"));

        Assert.Equal(DhcpOutcome.ProxyAck, ack.Outcome);
        Assert.Equal(DhcpMessageType.Ack, ack.Message.Type);
        Assert.Equal("snponly.efi", ack.File);
        Assert.Equal("10.77.0.61", ack.Message.Ciaddr.ToString());
        Assert.Equal("10.77.0.61", ack.Reply.Address.ToString());
        Assert.Equal("0.0.0.0", ack.Address);
        Assert.Equal("PXEClient", Encoding.ASCII.GetString(ack.Option(DhcpOptionCode.VendorClass)!));
    }

    [Fact]
    public void P_03_the_boot_item_that_the_client_chose_is_repeated()
    {
        Answer ack = _bench.SendToBootServer(DhcpRequest.Of(
            DhcpMessageType.Request, Class("PXEClient:Arch:00000:UNDI:002001"), (VendorOptions, [71, 4, 0, 0, 0x80, 1, 255])).ToBytes());

        Assert.Equal([71, 4, 0, 0, 0x80, 1, 255], ack.Option(VendorOptions));
    }

    [Fact]
    public void P_03_a_request_on_the_server_port_that_names_us_is_acknowledged_without_an_address()
    {
        Answer ack = _bench.SendToProxy(DhcpRequest.Of(
            DhcpMessageType.Request,
            Class("PXEClient:Arch:00007:UNDI:003016"),
            (DhcpOptionCode.ServerIdentifier, DhcpRequest.Address(Bench.Server))));

        Assert.Equal((DhcpOutcome.ProxyAck, "0.0.0.0", "snponly.efi"), (ack.Outcome, ack.Address, ack.File));
    }

    [Theory]
    [InlineData("PXEClient:Arch:00002:UNDI:003000")]
    [InlineData("PXEClient:Arch:00006:UNDI:003000")]
    [InlineData("PXEClient:Arch:00010:UNDI:003000")]
    [InlineData("PXEClient:Arch:65535:UNDI:003000")]
    public void P_08_an_architecture_without_a_loader_is_not_offered_anything(string vendorClass) =>
        Assert.Equal(DhcpOutcome.NoLoader, _bench.SendToProxy(DhcpRequest.Of(DhcpMessageType.Discover, Class(vendorClass))).Outcome);

    [Fact]
    public void P_06_an_ipxe_that_took_our_loader_beside_another_server_is_given_the_menu_next()
    {
        var bench = new Bench(new ApplianceOptions { Loaders = new LoaderOptions { ChainIpxe = true } });
        byte[] discover = Captures.Read("bios-chain-undionly-1-discover");

        Assert.Equal("undionly.kpxe", bench.SendToProxy(discover).File);
        Assert.Equal("undionly.kpxe", bench.SendToProxy(discover).File);
        Answer watched = bench.SendToProxy(Captures.Read("bios-chain-undionly-2-request"));
        Assert.Equal((DhcpOutcome.Watched, 0), (watched.Outcome, watched.Reply.Length));
        Assert.Equal(Menu, bench.SendToProxy(Captures.Read("bios-chain-undionly-3-discover")).File);
    }

    [Fact]
    public void V_02_a_relay_of_an_unknown_wire_is_not_answered_and_ours_is_by_unicast()
    {
        DhcpRequest discover = DhcpRequest.Of(DhcpMessageType.Discover, Class("PXEClient:Arch:00007:UNDI:003016"));

        Assert.Equal(DhcpOutcome.UnknownRelay, _bench.SendToProxy(discover with { Giaddr = "203.0.113.1" }).Outcome);
        Answer offer = _bench.SendToProxy(discover with { Giaddr = "192.168.100.9" });
        Assert.Equal((DhcpRoute.Relay, "192.168.100.9"), (offer.Route, offer.To));
    }

    [Fact]
    public void Mutated_messages_never_get_an_address_and_never_throw()
    {
        var random = new Random(4011);
        byte[][] seeds = [.. Captures.AllNames.Select(Captures.Read)];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] datagram = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (int change = random.Next(1, 10); change > 0; change--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            if (DhcpMessage.TryParse(datagram, out _, out _))
            {
                Answer answer = round % 2 == 0 ? _bench.SendToProxy(datagram) : _bench.SendToBootServer(datagram);
                Assert.Equal(answer.Outcome is DhcpOutcome.ProxyOffer or DhcpOutcome.ProxyAck, answer.Reply.Length > 0);
                if (answer.Reply.Length > 0)
                {
                    Assert.Equal("0.0.0.0", answer.Address);
                }
            }
        }
    }

    private static (DhcpOptionCode, byte[]) Class(string text) => (DhcpOptionCode.VendorClass, Encoding.ASCII.GetBytes(text));
}
