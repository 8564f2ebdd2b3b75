using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// A wire on which nobody gives IPv4 addresses: firmware, loader and menu come by IPv6 alone (DHCPv6, RFC 5970; TFTP and HTTP
/// over IPv6), up to the kernel's first line.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class Ipv6Journeys(RigFixture rig)
{
    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(4);

    private const string Prefix = "fd5a:16c0:77e1:1::/64";
    private const string OurUrl = @"http://\[fd5a:16c0:77e1:1::1\]/menu";
    private const string Kernel = "Linux version [0-9]";

    [Fact]
    public Task Uefi_pxe_over_ipv6_gets_snponly_and_reaches_the_kernel() =>
        BootAsync(Firmware.UefiIpv6, "snponly.efi", "PXE over IPv6", @"iPXE 1\.21", OurUrl, Kernel);

    /// <summary>What a PC gets that nothing is said of: shim, and GRUB's script over IPv6.</summary>
    [Fact]
    [Trait("Suite", "all")]
    public Task Uefi_pxe_over_ipv6_gets_shim_whose_grub_goes_on_to_ipxe() => BootAsync(
        Firmware.UefiIpv6, "shimx64.efi snponly.efi", @"shimx64\.efi", "Secure Boot is off: going on to snponly", @"iPXE 1\.21", OurUrl, Kernel);

    [Fact]
    [Trait("Suite", "all")]
    public Task Uefi_http_boot_over_ipv6_reaches_the_kernel() =>
        BootAsync(Firmware.UefiIpv6Http, "snponly.efi", "HTTP Boot over IPv6", @"iPXE 1\.21", OurUrl, Kernel);

    private async Task BootAsync(string firmware, string loader, params string[] stages)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, firmware,
            ["dhcp-mode = off", "ipv6-prefix = " + Prefix, "loader-uefi-x64 = " + loader, "menu-default = " + SampleLibrary.InstallerAmd64, "menu-timeout = 1"]);
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, firmware);
        int seen = 0;
        foreach (string stage in stages)
        {
            seen = await pc.WaitForAsync(stage, StageDeadline, seen);
        }

        Assert.DoesNotMatch(@"(tftp|http) 192\.168\.", daemon.Log.Text);
        Assert.Equal(0, await daemon.StopAsync());
    }
}
