using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Real firmware, through the published daemon, to a running kernel. Each journey names what the console must show, in
/// order; the kernel comes out of a Debian installer image in the sample library.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class FirmwareJourneys(RigFixture rig)
{
    /// <summary>Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private const string OurIpxe = @"iPXE 1\.21";
    private const string Menu = @"menu\.ipxe";
    private const string Kernel = "Linux version [0-9]";
    private const string Installer = "(Choose|Select a) language";

    [Fact]
    public Task Bios_with_ipxe_in_the_card_reaches_the_installer() =>
        BootAsync("bios-rom", Firmware.Bios, [], "iPXE", Menu, Kernel, Installer);

    [Fact]
    public Task Bios_with_an_old_ipxe_gets_undionly_and_reaches_the_kernel() =>
        BootAsync("bios-undionly", Firmware.Bios, ["ipxe-minimum-version = 1.21"], "iPXE", @"undionly\.kpxe", OurIpxe, Menu, Kernel);

    [Fact]
    public Task Uefi_pxe_gets_snponly_and_reaches_the_kernel() =>
        BootAsync("uefi-snponly", Firmware.Uefi, [], @"snponly\.efi", OurIpxe, Menu, Kernel);

    [Fact]
    public Task Uefi_pxe_gets_ipxe_with_own_drivers_and_reaches_the_kernel() =>
        BootAsync("uefi-ipxe", Firmware.Uefi, ["loader-uefi-x64 = ipxe-amd64.efi"], @"ipxe-amd64\.efi", OurIpxe, Menu, Kernel);

    [Fact]
    public Task Uefi_http_boot_reaches_the_kernel() =>
        BootAsync("uefi-http", Firmware.UefiHttp, [], "Start HTTP Boot", @"http://192\.168\.100\.1", OurIpxe, Menu, Kernel);

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.Arm64, "Start PXE over IPv4")]
    [InlineData(Firmware.Arm64Http, "Start HTTP Boot")]
    public async Task Arm64_firmware_reaches_the_kernel(string firmware, string start)
    {
        await HostCommand.RunAsync(Repository.Script("board/common/host-packages.sh"), "test-all");
        await SampleLibrary.BuildAsync("arm64");
        await BootAsync(firmware, firmware, [], [start, @"ipxe-arm64\.efi", OurIpxe, Menu, Kernel], SampleLibrary.InstallerArm64);
    }

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.Uefi)]
    [InlineData(Firmware.UefiHttp)]
    public Task Uefi_reaches_the_installer(string firmware) =>
        BootAsync("installer-" + firmware, firmware, [], OurIpxe, Menu, Kernel, Installer);

    private Task BootAsync(string name, string firmware, string[] settings, params string[] stages) =>
        BootAsync(name, firmware, settings, stages, SampleLibrary.InstallerAmd64);

    private async Task BootAsync(string name, string firmware, string[] settings, string[] stages, string image)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, name, ["menu-default = " + image, "menu-timeout = 1", .. settings]);
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, name);
        // One pattern that grows, so that each stage is found behind those before it.
        string pattern = "";
        foreach (string stage in stages)
        {
            pattern = pattern.Length == 0 ? stage : $"{pattern}[^\0]*?{stage}";
            await pc.Console.WaitForAsync(pattern, StageDeadline);
        }

        Assert.Equal(0, await daemon.StopAsync());
    }
}
