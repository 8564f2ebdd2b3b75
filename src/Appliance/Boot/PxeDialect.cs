using System.Collections.Immutable;

namespace Appliance.Boot;

/// <summary>
/// How a kind of client wants to be told what to load: which of PXE's own options it needs and which it must not see. The
/// table is the one place for what firmware was found to need.
/// </summary>
/// <param name="Name">What kind it is.</param>
/// <param name="Stage">Which stage of a boot asks.</param>
/// <param name="Firmware">Which firmware; empty for any that has a loader.</param>
/// <param name="VendorClass">Option 60 of the reply that names the file beside an address; null for none.</param>
/// <param name="ProxyVendorClass">Option 60 of a reply without an address.</param>
/// <param name="ProxyDiscoveryControl">Whether a reply without an address carries option 43, "use this file".</param>
/// <param name="NamesServer">Whether option 66 names us as the TFTP server.</param>
/// <param name="Source">Where this was read or measured.</param>
/// <param name="Test">The test that shows it.</param>
public sealed record PxeDialect(
    string Name,
    ClientStage Stage,
    ImmutableArray<ClientFirmware> Firmware,
    string? VendorClass,
    string ProxyVendorClass,
    bool ProxyDiscoveryControl,
    bool NamesServer,
    string Source,
    string Test)
{
    private const string PxeClient = "PXEClient";
    private const string HttpClient = "HTTPClient";

    /// <summary>First three bytes of the hardware addresses of these machines; empty for any.</summary>
    public ImmutableArray<uint> Makers { get; init; } = [];

    /// <summary>The name that the firmware looks for in a menu in option 43, without which it takes no offer; null for none.</summary>
    public string? BootMenu { get; init; }

    /// <summary>The table; the first row that matches counts.</summary>
    public static ImmutableArray<PxeDialect> All { get; } =
    [
        new(
            "Raspberry Pi",
            ClientStage.Pxe,
            [ClientFirmware.Bios],
            VendorClass: PxeClient,
            ProxyVendorClass: PxeClient,
            ProxyDiscoveryControl: false,
            NamesServer: true,
            "It says that it is a BIOS PC, and goes on only where option 43 holds \"Raspberry Pi Boot\" (raspberrypi.com, bootloader "
            + "configuration, PXE_OPTION43; the same in the ROM of the third). It then asks the server for files of its own naming",
            "DhcpResponderTests.A_raspberry_pi_finds_its_name_in_the_menu_of_option_43")
        {
            // The Foundation's and Raspberry Pi Trading's blocks (IEEE MA-L).
            Makers = [0x28cdc1, 0x2ccf67, 0x88a29e, 0xb827eb, 0xd83add, 0xdca632, 0xe45f01],
            BootMenu = "Raspberry Pi Boot",
        },
        new(
            "iPXE",
            ClientStage.Ipxe,
            [],
            VendorClass: null,
            ProxyVendorClass: PxeClient,
            ProxyDiscoveryControl: false,
            NamesServer: true,
            "iPXE takes a proxy's offer by its class alone, and the file in it without asking again (net/udp/dhcp.c, "
            + "dhcp_has_pxeopts); with option 43 its BIOS build looks for a boot server and fails with 2d03e13b (measured behind "
            + "dnsmasq 2.90)",
            "ProxyJourneys.Firmware_reaches_the_menu_beside_a_server_of_addresses(bios)"),
        new(
            "UEFI HTTP boot",
            ClientStage.HttpBoot,
            [],
            VendorClass: HttpClient,
            ProxyVendorClass: HttpClient,
            ProxyDiscoveryControl: false,
            NamesServer: false,
            "UEFI 2.10 §24.7.3.1: offers of another class are not for HTTP boot, the URI is in option 67",
            "ProxyJourneys.Firmware_reaches_the_menu_beside_a_server_of_addresses(uefi-http)"),
        new(
            "UEFI PXE",
            ClientStage.Pxe,
            [ClientFirmware.UefiX64, ClientFirmware.UefiIa32, ClientFirmware.UefiArm64, ClientFirmware.UefiArm32],
            VendorClass: null,
            ProxyVendorClass: PxeClient,
            ProxyDiscoveryControl: true,
            NamesServer: true,
            "edk2 #8149: an offer with an address and option 60, but without 43, sends the client to port 4011; without 60 it "
            + "takes the file. A proxy's offer needs 60 (PXE 2.1 §2.2.3), and 43 saves the second question",
            "ProxyJourneys.Firmware_reaches_the_menu_beside_a_server_of_addresses(uefi)"),
        new(
            "BIOS PXE",
            ClientStage.Pxe,
            [ClientFirmware.Bios],
            VendorClass: null,
            ProxyVendorClass: PxeClient,
            ProxyDiscoveryControl: true,
            NamesServer: true,
            "PXE 2.1 table 2-1: discovery control 8 makes every ROM use the file of the packet, without menu and prompt",
            "ProxyResponderTests.P_02_a_bios_rom_is_offered_its_file_without_an_address"),
    ];

    /// <summary>The row for a client; null when it does not boot, or no loader suits it (P-08: then no PXE option is sent).</summary>
    public static PxeDialect? For(NetbootClient client)
    {
        foreach (PxeDialect dialect in All)
        {
            if (dialect.Stage == client.Stage
                && (dialect.Firmware.IsEmpty || dialect.Firmware.Contains(client.Firmware))
                && (dialect.Makers.IsEmpty || dialect.Makers.Contains(MakerOf(client))))
            {
                return dialect;
            }
        }

        return null;
    }

    private static uint MakerOf(NetbootClient client) =>
        client.Mac.GetAddressBytes() is [var first, var second, var third, ..] ? (uint)((first << 16) | (second << 8) | third) : 0;
}
