using System.Diagnostics;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Real firmware, through the published daemon, to a running kernel. Each journey names what the console must show, in
/// order; the kernel comes out of a Debian installer image in the sample library.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class FirmwareJourneys(RigFixture rig)
{
    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private static readonly Stage AnyIpxe = new("iPXE");
    private static readonly Stage OurIpxe = new(@"iPXE 1\.21");
    private static readonly Stage Menu = new(@"menu\.ipxe");
    private static readonly Stage Kernel = new("Linux version [0-9]");

    /// <summary>The installer's first screen, and its second after Return: keys reach it too.</summary>
    private static readonly Stage[] Installer = [new("(Choose|Select a) language", Reply: "\r"), new("Select your location")];

    [Fact]
    public Task Bios_with_ipxe_in_the_card_reaches_the_installer() =>
        BootAsync("bios-rom", Firmware.Bios, [], [AnyIpxe, Menu, Kernel, .. Installer]);

    [Fact]
    public Task Bios_with_ipxe_in_the_card_chained_to_undionly_and_reaches_the_kernel() =>
        BootAsync(
            "bios-undionly", Firmware.Bios, ["ipxe-chain = yes"], [AnyIpxe, new(@"undionly\.kpxe"), OurIpxe, Menu, Kernel]);

    [Fact]
    public Task Uefi_pxe_gets_snponly_and_reaches_the_kernel() =>
        BootAsync("uefi-snponly", Firmware.Uefi, ["loader-uefi-x64 = snponly.efi"], [new(@"snponly\.efi"), OurIpxe, Menu, Kernel]);

    [Fact]
    public Task Uefi_pxe_gets_shim_whose_grub_goes_on_to_ipxe_without_secure_boot() =>
        BootAsync("uefi-shim", Firmware.Uefi, [], [new(@"shimx64\.efi"), new("Secure Boot is off: going on to snponly"), OurIpxe, Menu, Kernel]);

    [Fact]
    public Task Uefi_http_boot_gets_shim_whose_grub_shows_its_menu() =>
        BootAsync("uefi-http-shim", Firmware.UefiHttp, [], [new(@"shimx64\.efi"), new("GNU GRUB"), new("Starting debian-12-amd64-netinst"), Kernel]);

    /// <summary>GRUB's menu of our making, a kernel with Debian's signature, and Secure Boot still on when it runs.</summary>
    [Theory]
    [InlineData(Firmware.UefiSecureBoot)]
    [InlineData(Firmware.UefiHttpSecureBoot)]
    public Task Secure_boot_reaches_a_signed_kernel_through_shim_and_grub(string firmware) =>
        BootAsync(firmware, firmware, [], [new(@"shimx64\.efi"), new("Starting debian-12-amd64-netinst"), Kernel, new("[Ss]ecure boot enabled")]);

    [Fact]
    public Task Uefi_pxe_gets_ipxe_with_own_drivers_and_reaches_the_kernel() =>
        BootAsync(
            "uefi-ipxe", Firmware.Uefi, ["loader-uefi-x64 = ipxe-amd64.efi"], [new(@"ipxe-amd64\.efi"), OurIpxe, Menu, Kernel]);

    [Fact]
    public Task Uefi_http_boot_reaches_the_kernel() =>
        BootAsync(
            "uefi-http", Firmware.UefiHttp, ["loader-uefi-x64 = snponly.efi"], [new("Start HTTP Boot"), new(@"http://192\.168\.100\.1"), OurIpxe, Menu, Kernel]);

    [Fact]
    public Task Bios_boots_an_unknown_image_as_a_disc() =>
        BootAsync("bios-sanboot", Firmware.Bios, [], [AnyIpxe, Menu, new("GNU GRUB|grub>")], SampleLibrary.GrubRescue);

    [Fact]
    public Task Bios_copies_memtest_to_memory() =>
        BootAsync("bios-memdisk", Firmware.Bios, [], [AnyIpxe, Menu, new("MEMDISK [0-9]")], SampleLibrary.Memtest);

    /// <summary>The firmware itself only goes on to its next entry; the log names the reason and the remedy.</summary>
    [Fact]
    public async Task Secure_boot_that_refuses_a_loader_is_told_in_words()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "uefi-sb-refused", ["loader-uefi-x64 = snponly.efi"]);
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.UefiSecureBoot, "uefi-sb-refused");
        await daemon.Log.WaitForAsync(
            "boot 52:54:00:70:62:01: loaded .*snponly.efi, which is not signed, and never asked for the menu: Secure Boot is probably on. Try: ",
            StageDeadline);
    }

    [Fact]
    public async Task Uefi_starts_memtest_as_a_program()
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, "uefi-memtest", ["menu-default = " + SampleLibrary.Memtest, "menu-timeout = 1"]);
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Uefi, "uefi-memtest");
        int seen = await pc.WaitForAsync(OurIpxe.Pattern, StageDeadline, 0);

        // It draws on the screen only: what the serial console shows last is that it is started.
        await pc.WaitForAsync(@"bootx64\.efi\.+ ok", StageDeadline, seen);
        await daemon.Log.WaitForAsync(@"/EFI/BOOT/bootx64\.efi [0-9]+ bytes", StageDeadline);
    }

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.Arm64, "Start PXE over IPv4")]
    [InlineData(Firmware.Arm64Http, "Start HTTP Boot")]
    public async Task Arm64_firmware_reaches_the_kernel(string firmware, string start)
    {
        await HostCommand.RunAsync(Repository.Script("board/common/host-packages.sh"), "test-all");
        await SampleLibrary.BuildAsync("arm64");
        Stage[] stages = [new(start), new(@"ipxe-arm64\.efi"), OurIpxe, Menu, Kernel];
        await BootAsync(firmware, firmware, ["loader-uefi-arm64 = ipxe-arm64.efi"], stages, SampleLibrary.InstallerArm64);
    }

    [Fact]
    [Trait("Suite", "all")]
    public async Task A_live_system_comes_up_under_uefi()
    {
        await SampleLibrary.BuildAsync("live");
        await BootLiveAsync(Firmware.Uefi, SampleLibrary.LiveMedia, SampleLibrary.Live);
    }

    /// <summary>Both on a PC of 1 GB: one copies its file system to memory first, the other reads what it needs.</summary>
    [Fact]
    [Trait("Suite", "all")]
    public async Task A_live_system_by_nfs_is_sent_at_most_two_fifths_of_what_a_fetched_one_is()
    {
        await SampleLibrary.BuildAsync("live");
        long fetched = await BootLiveAsync(Firmware.Bios, SampleLibrary.LiveMedia, SampleLibrary.Live);
        long byNfs = await BootLiveAsync(Firmware.Bios, SampleLibrary.LiveMedia, SampleLibrary.LiveByNfs);
        Assert.InRange(byNfs, 1, fetched * 2 / 5);
    }

    /// <summary>dracut's livenet: <c>root=live:</c> with the file system inside the image, and with the image itself.</summary>
    [Theory]
    [Trait("Suite", "all")]
    [InlineData(SampleLibrary.Dracut)]
    [InlineData(SampleLibrary.DracutWhole)]
    public async Task A_live_system_of_dracut_comes_up_out_of_its_image(string image)
    {
        await SampleLibrary.BuildAsync("dracut");
        await BootLiveAsync(Firmware.Bios, SampleLibrary.DracutMedia, image);
    }

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.Uefi)]
    [InlineData(Firmware.UefiHttp)]
    public Task Uefi_reaches_the_installer(string firmware) =>
        BootAsync("installer-" + firmware, firmware, ["loader-uefi-x64 = snponly.efi"], [OurIpxe, Menu, Kernel, .. Installer]);

    private Task<long> BootLiveAsync(string firmware, string media, string image) => BootAsync(
        $"{Path.GetFileNameWithoutExtension(image)}-{firmware}", firmware, ["media = " + media],
        [AnyIpxe, Menu, Kernel, new("LIVE SYSTEM UP")], image);

    /// <summary>
    /// Boots a PC through all stages; returns the bytes that were sent to it until the last. HTTP boot needs no TFTP on its way.
    /// </summary>
    private async Task<long> BootAsync(
        string name, string firmware, string[] settings, Stage[] stages, string image = SampleLibrary.InstallerAmd64)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, name, ["menu-default = " + image, "menu-timeout = 1", .. settings]);
        long before = await rig.Wire.CountBytesToPcAsync();
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, name);
        var clock = Stopwatch.StartNew();
        int seen = 0;
        foreach (Stage stage in stages)
        {
            seen = await pc.WaitForAsync(stage.Pattern, StageDeadline, seen);
            await pc.TypeAsync(stage.Reply);
        }

        TimeSpan took = clock.Elapsed;
        long sent = await rig.Wire.CountBytesToPcAsync() - before;
        await rig.Boots.AddAsync(name, took, sent);
        if (firmware.EndsWith("-http", StringComparison.Ordinal))
        {
            Assert.DoesNotMatch(@"TftpServer: [0-9]+\.", daemon.Log.Text);
        }

        Assert.Equal(0, await daemon.StopAsync());
        return sent;
    }

    /// <summary>One step of a journey.</summary>
    /// <param name="Pattern">What the console shows, behind what the step before showed.</param>
    /// <param name="Reply">What is typed then.</param>
    private sealed record Stage(string Pattern, string Reply = "");
}
