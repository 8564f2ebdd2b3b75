using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// The boot lines of the shipped profiles, read by a machine that checks them: images that look like the distributions' own
/// start a stand-in of their initial RAM disk (tests/rig/stand-in-init.sh), which follows the documented rules of the
/// parameters, fetches what the line names from the daemon, and says what it found.
/// </summary>
[Collection(RigSuite.Name)]
[Trait("Suite", "all")]
public sealed class StandInJourneys(RigFixture rig) : IDisposable
{
    private const string Image = "stand-in.iso";

    /// <summary>More than any of these profiles wants.</summary>
    private const int MemoryMib = 2560;

    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-stand-in-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ubuntu-24.04-desktop", "casper", "casper/vmlinuz", "casper/initrd", "casper/minimal.squashfs", "nfsroot", "yes")]
    [InlineData("ubuntu-24.04-desktop", "casper", "casper/vmlinuz", "casper/initrd", "casper/minimal.squashfs", "iso-url", "no")]
    [InlineData("ubuntu-22.04.2-desktop", "casper", "casper/vmlinuz", "casper/initrd", "casper/filesystem.squashfs", "url", "no")]
    [InlineData("debian-13.4-live-gnome", "live_boot", "live/vmlinuz-6.12.73+deb13-amd64", "live/initrd.img-6.12.73+deb13-amd64", "live/filesystem.squashfs", "fetch", "yes")]
    [InlineData("arch-2026.03.01-releng", "archiso", "arch/boot/x86_64/vmlinuz-linux", "arch/boot/x86_64/initramfs-linux.img", "arch/x86_64/airootfs.sfs", "archiso_http_srv", "yes")]
    [InlineData("fedora-41-workstation-live", "dracut", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", "LiveOS/squashfs.img", "root=live", "yes")]
    [InlineData("rocky-9.3-dvd", "anaconda", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", "images/install.img", "inst.(repo|stage2)", "yes")]
    [InlineData("opensuse-leap-15-dvd", "linuxrc", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd", "boot/x86_64/root", "install", "yes")]
    [InlineData("alpine-3.20.0-standard", "alpine", "boot/vmlinuz-lts", "boot/initramfs-lts", "boot/modloop-lts", "modloop", "yes")]
    public async Task The_line_leads_to_what_the_distribution_runs_from(
        string tree, string family, string kernel, string initrd, string proof, string way, string nfs)
    {
        await MakeAsync(tree, family, kernel, initrd, proof);
        Assert.Matches($"found {family}-{Regex.Escape(tree)} by {way}$", await BootAsync($"{tree}-{nfs}", nfs));
    }

    /// <summary>By iPXE and by GRUB, which puts the image's RAM disk and the archive behind each other in its own way.</summary>
    [Theory]
    [InlineData(Firmware.Bios)]
    [InlineData(Firmware.UefiHttp)]
    public async Task The_owners_files_are_in_the_RAM_file_system(string firmware)
    {
        await MakeAsync(
            "debian-13.4-live-gnome", "injected", "live/vmlinuz-6.12.73+deb13-amd64", "live/initrd.img-6.12.73+deb13-amd64", "live/filesystem.squashfs");
        WriteInjected("own files/proof", "an injected file");
        WriteInjected("sbin/own-script", "#!/bin/sh\nprintf 'an injected script'\n");
        Assert.EndsWith("found an injected file by an injected script", await BootAsync("injected-" + firmware, "no", firmware), StringComparison.Ordinal);
    }

    /// <summary>So that the checks above are seen to be ones.</summary>
    [Fact]
    public async Task A_stand_in_says_what_it_misses()
    {
        await MakeAsync("arch-2026.03.01-releng", "archiso", "arch/boot/x86_64/vmlinuz-linux", "arch/boot/x86_64/initramfs-linux.img", "-");
        Assert.EndsWith("missing: http://192.168.100.1/boot/stand-in/arch/x86_64/airootfs.sfs", await BootAsync("nothing", "yes"), StringComparison.Ordinal);
    }

    private void WriteInjected(string path, string content)
    {
        string file = Path.Combine(_folder, "inject", Image, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private Task MakeAsync(params string[] arguments) =>
        HostCommand.RunAsync(Repository.Script("tests/rig/stand-in.sh"), [.. arguments, Path.Combine(_folder, "isos", Image)]);

    /// <summary>Boots the image by itself, and returns the line by which the stand-in ends.</summary>
    private async Task<string> BootAsync(string name, string nfs, string firmware = Firmware.Bios)
    {
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, "stand-in", "media = " + _folder, $"menu-default = {Image}", "menu-timeout = 1", $"nfs = {nfs}");
        await daemon.Log.WaitForAsync($"Image {Regex.Escape(Image)}", TimeSpan.FromSeconds(15));
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, "stand-in-" + name, MemoryMib);
        int end = await pc.WaitForAsync("STAND-IN [a-z_]+: [^\r\n]+\r?\n", StageDeadline, 0);
        return pc.Console.Text[..end].TrimEnd().Split('\n')[^1];
    }
}
