using Appliance.Boot;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>What real firmware sends, and what it gets. Conformance P-01, P-04 to P-06.</summary>
public sealed class CapturedClientTests
{
    private const string Menu = "http://192.168.100.1/menu.ipxe";

    [Theory]
    [InlineData("bios-virtio-plain-1-discover", ClientStage.Ipxe, ClientFirmware.Bios, DhcpRoute.Station, Menu)]
    [InlineData("bios-chain-undionly-1-discover", ClientStage.Ipxe, ClientFirmware.Bios, DhcpRoute.Station, Menu)]
    [InlineData("bios-chain-undionly-3-discover", ClientStage.Ipxe, ClientFirmware.Bios, DhcpRoute.Broadcast, Menu)]
    [InlineData("uefi-pxe-ipxe-1-discover", ClientStage.Pxe, ClientFirmware.UefiX64, DhcpRoute.Broadcast, "snponly.efi")]
    [InlineData("uefi-pxe-snponly-1-discover", ClientStage.Pxe, ClientFirmware.UefiX64, DhcpRoute.Broadcast, "snponly.efi")]
    [InlineData("sb-pxe-shim-1-discover", ClientStage.Pxe, ClientFirmware.UefiX64, DhcpRoute.Broadcast, "snponly.efi")]
    [InlineData("proxy-uefi-pxe-4-discover", ClientStage.Ipxe, ClientFirmware.UefiX64, DhcpRoute.Broadcast, Menu)]
    [InlineData("arm64-pxe-1-discover", ClientStage.Pxe, ClientFirmware.UefiArm64, DhcpRoute.Broadcast, "ipxe-arm64.efi")]
    [InlineData("arm64-pxe-3-discover", ClientStage.Ipxe, ClientFirmware.UefiArm64, DhcpRoute.Broadcast, Menu)]
    [InlineData("uefi-http-1-discover", ClientStage.HttpBoot, ClientFirmware.UefiX64, DhcpRoute.Broadcast, "http://192.168.100.1/snponly.efi")]
    [InlineData("arm64-http-1-discover", ClientStage.HttpBoot, ClientFirmware.UefiArm64, DhcpRoute.Broadcast, "http://192.168.100.1/ipxe-arm64.efi")]
    [InlineData("live-fetch-3-discover", ClientStage.None, ClientFirmware.Unknown, DhcpRoute.Broadcast, "")]
    public void Each_captured_discover_is_offered_what_its_stage_needs(
        string name, ClientStage stage, ClientFirmware firmware, DhcpRoute route, string file)
    {
        byte[] datagram = Captures.Read(name);
        Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage message, out _));
        NetbootClient client = NetbootClient.From(message);
        Assert.Equal(stage, client.Stage);
        Assert.Equal(firmware, client.Firmware);

        Answer offer = new Bench().Send(datagram);

        Assert.Equal(DhcpOutcome.Offer, offer.Outcome);
        Assert.Equal(route, offer.Route);
        Assert.Equal("192.168.100.100", offer.Address);
        Assert.Equal(file, offer.File);
        Assert.Equal(file.Length == 0 ? "0.0.0.0" : Bench.Server, offer.Message.Siaddr.ToString());
        Assert.Equal(stage == ClientStage.None ? 43_200u : 600u, offer.Seconds(DhcpOptionCode.LeaseTime));
        Assert.Equal(stage == ClientStage.Ipxe ? [0xb0, 1, 1] : null, offer.Option(DhcpOptionCode.Ipxe));
        Assert.Equal(stage == ClientStage.HttpBoot ? "HTTPClient"u8.ToArray() : null, offer.Option(DhcpOptionCode.VendorClass));
        Assert.Null(offer.Option((DhcpOptionCode)43));
        message.TryGetOption(DhcpOptionCode.ClientMachineIdentifier, out ReadOnlySpan<byte> uuid);
        Assert.Equal(uuid.ToArray(), offer.Option(DhcpOptionCode.ClientMachineIdentifier) ?? []);
    }

    [Theory]
    [InlineData("bios-virtio-plain")]
    [InlineData("uefi-pxe-ipxe")]
    [InlineData("uefi-http")]
    [InlineData("arm64-pxe")]
    [InlineData("arm64-http")]
    [InlineData("live-fetch")]
    public void Each_captured_request_for_another_servers_address_is_left_to_that_server(string boot)
    {
        var bench = new Bench();
        bench.Send(Captures.Read(boot + "-1-discover"));

        Assert.Equal(DhcpOutcome.OtherServer, bench.Send(Captures.Read(boot + "-2-request")).Outcome);
    }

    [Fact]
    public void D_07_rom_then_ipxe_then_operating_system_of_one_machine_share_one_address()
    {
        var bench = new Bench();
        Answer firmware = bench.Send(Captures.Read("arm64-pxe-1-discover"));
        Answer ipxe = bench.Send(Captures.Read("arm64-pxe-3-discover"));
        Answer system = bench.Send(Captures.Read("live-fetch-3-discover"));

        Assert.Equal("192.168.100.100", firmware.Address);
        Assert.Equal(firmware.Address, ipxe.Address);
        Assert.Equal(firmware.Address, system.Address);
    }

    [Fact]
    public void The_uuid_is_read_as_smbios_writes_it()
    {
        Assert.True(DhcpMessage.TryParse(Captures.Read("uefi-http-1-discover"), out DhcpMessage message, out _));

        Assert.Equal(Guid.Parse("11111111-2222-3333-4444-555555555555"), NetbootClient.From(message).Uuid);
    }

    [Fact]
    public void Mutated_messages_are_answered_or_dropped_but_never_throw()
    {
        var random = new Random(4011);
        var bench = new Bench();
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
                Answer answer = bench.Send(datagram);
                Assert.Equal(answer.Outcome is DhcpOutcome.Offer or DhcpOutcome.Ack or DhcpOutcome.Nak, answer.Reply.Length > 0);
            }

            bench.Time.Advance(TimeSpan.FromSeconds(random.Next(30)));
        }
    }
}
