using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// The menus' own conversation with real loaders: what they report to the daemon, what they say where a step fails, what is
/// learned of it, and the search.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class MenuJourneys(RigFixture rig) : IDisposable
{
    /// <summary>A raw disk, too large for a floppy, that nothing can be started from.</summary>
    private const string Blank = "blank.img";

    private const int BlankLength = 4_000_000;

    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-menu-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>By the iPXE of 2019 in QEMU's card, and by GRUB under Secure Boot.</summary>
    [Theory]
    [InlineData(Firmware.Bios)]
    [InlineData(Firmware.UefiSecureBoot)]
    public async Task A_boot_reports_what_was_chosen_and_that_it_is_started(string firmware)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, "reports-" + firmware, "menu-default = " + SampleLibrary.InstallerAmd64, "menu-timeout = 1");
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, "reports-" + firmware);
        await pc.WaitForAsync("Linux version [0-9]", StageDeadline, 0);
        await daemon.Log.WaitForAsync("/api/boot-status/chosen/[0-9a-f]{16} 7 bytes", StageDeadline);
        await daemon.Log.WaitForAsync("/api/boot-status/loaded/[0-9a-f]{16} 7 bytes", StageDeadline);
    }

    [Fact]
    public async Task What_fails_is_told_on_the_screen_and_in_the_log_and_comes_last_the_next_time()
    {
        string image = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "isos")).FullName, Blank);
        await File.WriteAllBytesAsync(image, new byte[BlankLength]);
        File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddMinutes(-5));
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, "failure", "media = " + _folder, "menu-default = " + Blank, "menu-timeout = 1");
        await daemon.Log.WaitForAsync($"Image {Blank}", TimeSpan.FromSeconds(15));
        await using (QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Bios, "failure"))
        {
            await pc.WaitForAsync("That did not work: it could not be started as a disc", StageDeadline, 0);
            await daemon.Log.WaitForAsync(
                @"boot 52:54:00:70:62:01: could not start blank \(Boot it as a disk\): it could not be started as a disc \(.*https://ipxe\.org/[0-9a-f]{8}\)\. Try: ",
                StageDeadline);
        }

        await using QemuPc again = QemuPc.PowerOn(rig.Wire, Firmware.Bios, "failure-again");
        await again.WaitForAsync("Boot it as a disk - failed on this PC", StageDeadline, 0);
    }

    [Fact]
    public async Task A_search_by_first_letters_finds_an_entry_and_starts_it()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "search", "menu-timeout = 0");
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Bios, "search");
        int seen = await pc.WaitForAsync("Search by first letters", StageDeadline, 0);
        await pc.TypeAsync("f");
        seen = await pc.WaitForAsync("First letters of a name, then Enter:", StageDeadline, seen);
        await pc.TypeAsync("DEBIAN-12-amd\r");
        seen = await pc.WaitForAsync("what begins with \"DEBIAN-12-amd\"", StageDeadline, seen);
        await pc.TypeAsync("\r");
        await pc.WaitForAsync("Linux version [0-9]", StageDeadline, seen);
    }

    /// <summary>Ways that the shipped profiles do not take for these images, by a profile of the user's own.</summary>
    [Theory]
    [Trait("Suite", "all")]
    [InlineData(SampleLibrary.GrubRescue, Firmware.Bios, "memdisk-iso", "MEMDISK [0-9]", "GNU GRUB|grub>")]
    [InlineData(SampleLibrary.Memtest, Firmware.Uefi, "sanboot", "Starting own", "Booting from SAN device 0x80")]
    public async Task An_image_is_started_in_the_way_that_its_owner_chose(string image, string firmware, string method, params string[] stages)
    {
        await MakeMediaAsync(SampleLibrary.PathOf(image), "own.iso", $$"""{ "id": "way", "title": "Way", "method": "{{method}}" }""");
        await BootOwnAsync(firmware, "own-" + method, 1024, stages);
    }

    [Fact]
    [Trait("Suite", "all")]
    public async Task A_live_system_comes_up_out_of_its_whole_image_in_memory()
    {
        await SampleLibrary.BuildAsync("live");
        await MakeMediaAsync(
            Path.Combine(SampleLibrary.LiveMedia, "isos", SampleLibrary.Live), "own.iso",
            """{ "id": "way", "title": "Way", "parameters": "boot=live components {own} fetch={iso}", "kernel": ["live/vmlinuz"], "initrd": ["live/initrd.img"] }""");
        await BootOwnAsync(Firmware.Bios, "live-whole", 3072, "Linux version [0-9]", "LIVE SYSTEM UP");
    }

    /// <summary>A media folder with a copy of the image and a profile that knows one way of starting it.</summary>
    private async Task MakeMediaAsync(string source, string image, string way)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "profiles"));
        string copy = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "isos")).FullName, image);
        File.Copy(source, copy);
        File.SetLastWriteTimeUtc(copy, DateTime.UtcNow.AddMinutes(-5));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "profiles/own.json"),
            $$"""{ "id": "own", "name": "Own", "priority": 100, "detect": [{ "path": ["*"] }], "ways": [{{way}}] }""");
    }

    private async Task BootOwnAsync(string firmware, string name, int memoryMib, params string[] stages)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, name, "media = " + _folder, "loader-uefi-x64 = snponly.efi", "menu-default = own.iso", "menu-timeout = 1");
        await daemon.Log.WaitForAsync("Image own.iso", TimeSpan.FromSeconds(15));
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, name, memoryMib);
        int seen = 0;
        foreach (string stage in stages)
        {
            seen = await pc.WaitForAsync(stage, StageDeadline, seen);
        }
    }
}
