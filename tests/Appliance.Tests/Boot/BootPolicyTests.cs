using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot;
using Appliance.Options;
using Appliance.Tests.Dhcp;

namespace Appliance.Tests.Boot;

/// <summary>Who loads what: conformance P-04 to P-06, P-08.</summary>
public sealed class BootPolicyTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(ClientFirmware.Bios, "undionly.kpxe")]
    [InlineData(ClientFirmware.UefiX64, "snponly.efi")]
    [InlineData(ClientFirmware.UefiArm64, "ipxe-arm64.efi")]
    [InlineData(ClientFirmware.UefiIa32, null)]
    [InlineData(ClientFirmware.UefiArm32, null)]
    [InlineData(ClientFirmware.Unknown, null)]
    public void Firmware_gets_the_loader_of_its_architecture_or_none(ClientFirmware firmware, string? expected)
    {
        BootPolicy policy = Policy();

        Assert.Equal(expected, policy.BootFileFor(Client(ClientStage.Pxe, firmware))?.Name);
        Assert.Equal(
            expected is null ? null : "http://192.168.100.1/" + expected,
            policy.BootFileFor(Client(ClientStage.HttpBoot, firmware))?.Name);
    }

    [Fact]
    public void A_client_that_does_not_boot_gets_nothing_and_needs_no_remedy()
    {
        Assert.Null(Policy().BootFileFor(Client(ClientStage.None)));
        Assert.Null(Policy().MissingLoader(Client(ClientStage.None)));
    }

    [Theory]
    [InlineData(ClientStage.Pxe, ClientFirmware.UefiIa32, "loader-uefi-ia32")]
    [InlineData(ClientStage.Pxe, ClientFirmware.Unknown, "unknown architecture")]
    [InlineData(ClientStage.HttpBoot, ClientFirmware.UefiArm32, "32-bit ARM")]
    public void P_08_firmware_without_a_loader_is_named_with_a_remedy(ClientStage stage, ClientFirmware firmware, string remedy) =>
        Assert.Contains(remedy, Policy().MissingLoader(Client(stage, firmware)), StringComparison.Ordinal);

    [Fact]
    public void P_05_http_boot_without_an_http_server_gets_nothing_and_is_named_with_a_remedy()
    {
        BootPolicy policy = Policy(http: []);
        NetbootClient client = Client(ClientStage.HttpBoot, ClientFirmware.UefiX64);

        Assert.Null(policy.BootFileFor(client));
        Assert.Contains("http-ports", policy.MissingLoader(client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 80, 8080 }, true, "http://192.168.100.1/menu.ipxe")]
    [InlineData(new[] { 8080, 80 }, true, "http://192.168.100.1/menu.ipxe")]
    [InlineData(new[] { 8080 }, true, "http://192.168.100.1:8080/menu.ipxe")]
    [InlineData(new[] { 80 }, false, "menu.ipxe")]
    [InlineData(new int[0], true, "menu.ipxe")]
    public void P_06_ipxe_of_any_architecture_gets_the_menu_by_what_it_can_fetch(int[] ports, bool hasHttp, string expected)
    {
        NetbootClient client = Client(ClientStage.Ipxe, ClientFirmware.Unknown) with { IpxeHasHttp = hasHttp };

        Assert.Equal(expected, Policy(http: ports).BootFileFor(client)!.Name);
    }

    [Theory]
    [InlineData(true, "snponly.efi")]
    [InlineData(false, "http://192.168.100.1/menu.ipxe")]
    public void P_06_an_ipxe_that_is_not_ours_gets_our_loader_only_where_that_is_wanted(bool chain, string expected) =>
        Assert.Equal(expected, Policy(chain: chain).BootFileFor(Client(ClientStage.Ipxe))!.Name);

    [Fact]
    public void P_06_an_ipxe_without_a_loader_for_its_architecture_gets_the_menu() =>
        Assert.EndsWith("menu.ipxe", Policy(chain: true).BootFileFor(Ipxe() with { Firmware = ClientFirmware.UefiIa32 })!.Name, StringComparison.Ordinal);

    [Fact]
    public void P_06_offer_and_acknowledgement_name_the_same_loader_and_then_the_same_machine_gets_the_menu()
    {
        BootPolicy policy = Policy(chain: true);

        BootFile offered = policy.BootFileFor(Ipxe())!;
        BootFile granted = policy.BootFileFor(Ipxe())!;
        policy.Granted(Ipxe(), granted);

        Assert.Same(offered, granted);
        Assert.True(granted.IsLoader);
        Assert.False(policy.BootFileFor(Ipxe())!.IsLoader);
        Assert.True(policy.BootFileFor(Ipxe() with { Mac = Mac(2) })!.IsLoader);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(policy.BootFileFor(Ipxe())!.IsLoader);
    }

    [Fact]
    public void The_loop_guard_remembers_a_bounded_number_of_machines()
    {
        BootPolicy policy = Policy(chain: true);
        for (int machine = 0; machine < 10_000; machine++)
        {
            NetbootClient client = Ipxe() with { Mac = Mac(machine) };
            policy.Granted(client, policy.BootFileFor(client));
        }

        Assert.True(policy.BootFileFor(Ipxe() with { Mac = Mac(0) })!.IsLoader);
        Assert.False(policy.BootFileFor(Ipxe() with { Mac = Mac(9_999) })!.IsLoader);
    }

    [Fact]
    public void A_boot_file_is_told_with_and_without_its_nul()
    {
        BootFile file = Policy().BootFileFor(Client(ClientStage.Pxe))!;

        Assert.Equal("snponly.efi"u8.ToArray(), file.Ascii.ToArray());
        Assert.Equal("snponly.efi\0"u8.ToArray(), file.AsciiWithNul.ToArray());
    }

    [Theory]
    [InlineData(ClientFirmware.UefiX64, "shimx64.efi snponly.efi", "shimx64.efi")]
    [InlineData(ClientFirmware.UefiX64, "shimx64.efi snponly.efi snponly-shimx64.efi", "snponly-shimx64.efi")]
    [InlineData(ClientFirmware.UefiArm64, "shimaa64.efi ipxe-arm64.efi", "shimaa64.efi")]
    [InlineData(ClientFirmware.UefiX64, "", "ipxe-amd64.efi")]
    public void Uefi_gets_the_first_loader_that_is_there_and_signed_ones_come_first(ClientFirmware firmware, string published, string expected)
    {
        BootPolicy policy = Policy(published: published);

        Assert.Equal(expected, policy.BootFileFor(Client(ClientStage.Pxe, firmware))!.Name);
        Assert.Equal("http://192.168.100.1/" + expected, policy.BootFileFor(Client(ClientStage.HttpBoot, firmware))!.Name);
    }

    private BootPolicy Policy(int[]? http = null, bool chain = false, string published = "undionly.kpxe snponly.efi ipxe-arm64.efi") => new(
        new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Parse("192.168.100.1") },
            Http = new HttpOptions { Ports = [.. http ?? [80, 8080]] },
            Loaders = new LoaderOptions { ChainIpxe = chain },
        },
        name => published.Split(' ').Contains(name),
        _time);

    private static NetbootClient Ipxe() => Client(ClientStage.Ipxe);

    private static NetbootClient Client(ClientStage stage, ClientFirmware firmware = ClientFirmware.UefiX64) =>
        new() { Mac = Mac(1), Stage = stage, Firmware = firmware };

    private static PhysicalAddress Mac(int number) => new(Shared.DhcpRequest.Mac(number));
}
