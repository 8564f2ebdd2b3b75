using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot;

namespace Appliance.Tests.Boot;

public sealed class BootClientsTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.168.100.100");
    private readonly BootClients _clients = new();

    [Fact]
    public void A_client_is_known_by_the_address_it_got()
    {
        NetbootClient client = Client("525400000001", ClientStage.Pxe, ClientFirmware.UefiX64);
        _clients.Remember(Address, client);
        Assert.Same(client, _clients.Find(Address));
        Assert.Null(_clients.Find(IPAddress.Parse("192.168.100.101")));
    }

    [Fact]
    public void The_system_that_was_booted_does_not_make_its_firmware_forgotten()
    {
        _clients.Remember(Address, Client("525400000001", ClientStage.Ipxe, ClientFirmware.Bios));
        _clients.Remember(Address, Client("525400000001", ClientStage.None, ClientFirmware.Unknown));
        Assert.Equal(ClientFirmware.Bios, _clients.Find(Address)?.Firmware);
    }

    /// <summary>An installer that names itself by another identifier than its firmware did is another client to DHCP.</summary>
    [Fact]
    public void The_system_that_was_booted_is_known_by_its_hardware_address_on_another_address_too()
    {
        IPAddress other = IPAddress.Parse("192.168.100.101");
        _clients.Remember(Address, Client("525400000001", ClientStage.Ipxe, ClientFirmware.Bios));
        _clients.Remember(other, Client("525400000001", ClientStage.None, ClientFirmware.Unknown));
        Assert.Equal(PhysicalAddress.Parse("525400000001"), _clients.Find(other)?.Mac);
    }

    [Fact]
    public void Another_machine_on_the_same_address_is_another_client()
    {
        _clients.Remember(Address, Client("525400000001", ClientStage.Ipxe, ClientFirmware.Bios));
        _clients.Remember(Address, Client("525400000002", ClientStage.None, ClientFirmware.Unknown));
        Assert.Null(_clients.Find(Address));
    }

    [Fact]
    public void V_05_a_flood_of_clients_is_bounded()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _clients.Remember(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), Client("525400000001", ClientStage.Pxe, ClientFirmware.Bios));
        }

        Assert.NotNull(_clients.Find(IPAddress.Parse("10.0.0.1")));
        Assert.Null(_clients.Find(IPAddress.Parse("10.0.39.15")));
    }

    private static NetbootClient Client(string mac, ClientStage stage, ClientFirmware firmware) =>
        new() { Mac = PhysicalAddress.Parse(mac), Stage = stage, Firmware = firmware };
}
