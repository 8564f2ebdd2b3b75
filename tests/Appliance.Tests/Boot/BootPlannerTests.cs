using System.Collections.Immutable;
using Appliance.Boot;
using Appliance.Formats.Tests.Fat;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>Images made by xorriso, read through the library, planned.</summary>
public sealed class BootPlannerTests : IDisposable
{
    private static readonly BootServices Services = new("http://192.168.100.1");

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_Debian_installer_starts_with_the_parameters_of_its_own_menu()
    {
        BootPlan plan = await PlanAsync("deb 12", "Debian 12 amd64", [],
            ("install.amd/vmlinuz", SampleKernels.X64), ("install.amd/initrd.gz", "x"u8.ToArray()),
            (".disk/info", "Debian GNU/Linux 12.0 netboot"u8.ToArray()),
            ("isolinux/isolinux.cfg", "label install\nkernel /install.amd/vmlinuz\nappend vga=788 initrd=/install.amd/initrd.gz --- console=ttyS0,115200\n"u8.ToArray()));
        Assert.Equal("Debian installer", plan.Kind);
        LinuxBootLine line = Assert.IsType<LinuxBootLine>(Assert.Single(plan.Options).Line);
        Assert.Equal("/boot/deb 12/install.amd/vmlinuz", line.Kernel);
        Assert.Equal<string>(["/boot/deb 12/install.amd/initrd.gz"], line.Initrds);
        Assert.Equal("vga=788 --- console=ttyS0,115200", line.Parameters);
        Assert.False(plan.OffersChoice);
        Assert.Equal([ClientFirmware.Bios, ClientFirmware.UefiX64], Firmwares(plan));
    }

    [Fact]
    public async Task The_installer_of_a_disc_says_that_it_will_ask_for_its_disc()
    {
        BootPlan plan = await PlanAsync("netinst", "Debian 12.7.0 amd64 n", [],
            ("install.amd/vmlinuz", SampleKernels.X64), ("install.amd/initrd.gz", "x"u8.ToArray()),
            (".disk/info", "Debian GNU/Linux 12.7.0"u8.ToArray()), (".disk/base_installable", ""u8.ToArray()));
        Assert.Contains("ask for its disc", plan.Kind, StringComparison.Ordinal);
        Assert.Contains("netboot.tar.gz", Assert.Single(plan.Options).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installer_for_arm64_is_not_offered_to_a_PC()
    {
        BootPlan plan = await PlanAsync("arm", "Debian 12 arm64", [],
            ("install.a64/vmlinuz", SampleKernels.Arm64), ("install.a64/initrd.gz", "x"u8.ToArray()), (".disk/info", "Debian GNU/Linux"u8.ToArray()));
        Assert.Equal([ClientFirmware.UefiArm64], Firmwares(plan));
    }

    [Fact]
    public async Task A_live_system_fetches_its_file_system_from_inside_the_image()
    {
        BootPlan plan = await PlanAsync("live/deb+kde", "d-live 13.0.0 kd amd64", [],
            ("live/vmlinuz-6.12.73+deb13-amd64", SampleKernels.X64), ("live/initrd.img-6.12.73+deb13-amd64", "x"u8.ToArray()),
            ("live/vmlinuz-6.12.70+deb13-amd64", SampleKernels.X64), ("live/initrd.img-6.12.70+deb13-amd64", "x"u8.ToArray()),
            ("live/filesystem.squashfs", "x"u8.ToArray()),
            ("boot/grub/grub.cfg", "menuentry 'Live' { linux /live/vmlinuz-6.12.73+deb13-amd64 boot=live components quiet splash findiso=${iso_path}\ninitrd /live/initrd.img-6.12.73+deb13-amd64 }"u8.ToArray()));
        LinuxBootLine line = Assert.IsType<LinuxBootLine>(plan.Options[0].Line);
        Assert.Equal("/boot/live/deb+kde/live/vmlinuz-6.12.73+deb13-amd64", line.Kernel);
        Assert.Equal("boot=live components quiet splash fetch=http://192.168.100.1/boot/live/deb%2Bkde/live/filesystem.squashfs", line.Parameters);
    }

    [Fact]
    public async Task A_live_system_whose_own_menu_comes_over_the_network_is_left_as_it_is()
    {
        BootPlan plan = await PlanAsync("live", "LIVE", [],
            ("live/vmlinuz", SampleKernels.X64), ("live/initrd.img", "x"u8.ToArray()), ("live/filesystem.squashfs", "x"u8.ToArray()),
            ("isolinux/isolinux.cfg", "label live\nkernel /live/vmlinuz\nappend boot=live netboot=nfs nfsroot=192.168.100.1:/boot/live\n"u8.ToArray()));
        Assert.Equal("boot=live netboot=nfs nfsroot=192.168.100.1:/boot/live", Assert.IsType<LinuxBootLine>(Assert.Single(plan.Options).Line).Parameters);
    }

    [Fact]
    public async Task Memtest_runs_as_a_program_under_UEFI_and_from_its_floppy_under_BIOS()
    {
        BootPlan plan = await PlanAsync("mt", "MT86PLUS_64", [], ("EFI/BOOT/bootx64.efi", SampleKernels.Pe(0x8664)), ("boot/floppy.img", new byte[1474560]));
        Assert.Equal("/boot/mt/EFI/BOOT/bootx64.efi", Assert.IsType<EfiProgramBootLine>(Assert.Single(For(plan, ClientFirmware.UefiX64)).Line).Program);
        Assert.Equal(new MemdiskBootLine("/boot/mt/boot/floppy.img", MemdiskMedium.Floppy), Assert.Single(For(plan, ClientFirmware.Bios)).Line);
        Assert.Empty(For(plan, ClientFirmware.UefiArm64));
    }

    [Fact]
    public async Task An_unknown_image_is_offered_as_a_disc_by_its_own_menu_and_as_a_copy()
    {
        BootPlan plan = await PlanAsync("other", "OTHER", ["-b", "boot.img", "-no-emul-boot"],
            ("boot.img", new byte[2048]), ("vmlinuz", SampleKernels.X86), ("initrd", "x"u8.ToArray()),
            ("boot/grub/grub.cfg", """
                set default=1
                menuentry 'Second' { linux /vmlinuz b
                initrd /initrd }
                menuentry 'First' { linux /vmlinuz a }
                menuentry 'Kernel is missing' { linux /gone }
                menuentry 'Initrd is missing' { linux /vmlinuz
                initrd /gone }
                menuentry 'No kernel' { linux /initrd }
                """u8.ToArray()));
        Assert.True(plan.OffersChoice);
        Assert.Equal(["Boot it as a disc", "First", "Second", "Copy it to memory (memdisk)"], plan.Options.Select(static option => option.Title));
        Assert.Equal(new SanBootLine("/isos/other.iso", HasBiosBoot: true, HasEfiBoot: false), plan.Options[0].Line);
        Assert.Equal([ClientFirmware.Bios], Firmwares(plan));
    }

    [Theory]
    [InlineData("BOOTX64.EFI", true)]
    [InlineData("GRUB.CFG", false)]
    public async Task A_disc_is_offered_to_UEFI_when_there_is_a_program_in_its_EFI_partition(string file, bool isOffered)
    {
        var fat = new HandMadeFat(12, present: 16);
        fat.WriteRoot(fat.Directory("EFI", fat.Directory("BOOT", fat.File(file, "x"u8))));
        BootPlan plan = await PlanAsync("efi", "EFI", ["-e", "efi.img", "-no-emul-boot"], ("efi.img", fat.Bytes));
        Assert.Equal(isOffered, !For(plan, ClientFirmware.UefiX64).IsEmpty);
    }

    [Fact]
    public async Task An_image_with_nothing_to_start_has_no_way()
    {
        BootPlan plan = await PlanAsync("data", "DATA", [], ("readme.txt", "hello"u8.ToArray()));
        Assert.Empty(plan.Options);
    }

    [Theory]
    [InlineData(1474560, MemdiskMedium.Floppy, typeof(MemdiskBootLine))]
    [InlineData(5_000_192, MemdiskMedium.HardDisk, typeof(SanBootLine))]
    public async Task A_raw_image_is_a_floppy_or_a_disk_by_its_length(int length, MemdiskMedium medium, Type first)
    {
        _folder.Write("isos/disk.IMG", new byte[length]);
        BootPlan plan = Plan(await ScanAsync("disk"));
        Assert.Equal(first, plan.Options[0].Line.GetType());
        Assert.Contains(plan.Options, option => option.Line is MemdiskBootLine memdisk && memdisk.Medium == medium && memdisk.Image == "/isos/disk.IMG");
    }

    private async Task<BootPlan> PlanAsync(string name, string label, string[] options, params (string Path, byte[] Content)[] files)
    {
        foreach ((string path, byte[] content) in files)
        {
            _folder.Write($"tree/{path}", content);
        }

        string image = _folder[$"isos/{name}.iso"];
        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        Tool.Run("xorriso", "xorriso", ["-as", "mkisofs", "-quiet", "-R", "-J", "-V", label, .. options, "-o", image, _folder["tree"]]);
        return Plan(await ScanAsync(name));
    }

    private async Task<LibraryImage> ScanAsync(string id)
    {
        foreach (string file in Directory.EnumerateFiles(_folder["isos"], "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        }

        using var library = new ImageLibrary(new StorageOptions { Media = _folder.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        Assert.True(library.Current.TryFind(id, out LibraryImage? image), $"{id} is not listed");
        return image;
    }

    private static BootPlan Plan(LibraryImage image)
    {
        Assert.Null(image.BrokenReason);
        return new BootPlanner(Services, SampleProfiles.Shipped).Plan(image);
    }

    private static ImmutableArray<BootOption> For(BootPlan plan, ClientFirmware firmware) => plan.For(new ClientMachine(firmware), Services);

    private static IEnumerable<ClientFirmware> Firmwares(BootPlan plan) =>
        Enum.GetValues<ClientFirmware>().Where(firmware => !For(plan, firmware).IsEmpty);
}
