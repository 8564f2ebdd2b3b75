using System.Diagnostics;
using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>The image of board pc, from flashing to a second PC that boots from it.</summary>
[Collection(ImageSuite.Name)]
public sealed class PcJourneys(ImageFixture rig)
{
    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The owner's settings are taken from the boot volume, first boot makes the media partition, an ISO that is put there is
    /// in the menu, and a PC boots it to the installer.
    /// </summary>
    [Theory]
    [InlineData("pc-bios")]
    [InlineData("pc-uefi")]
    public async Task A_flashed_pc_boots_another_pc_to_the_installer(string machine)
    {
        using Disk disk = Disk.Flash("pc");
        await disk.PutAsync("plugboot.conf", "menu-default = " + SampleLibrary.InstallerAmd64, "menu-timeout = 1");
        var sincePowerOn = Stopwatch.StartNew();
        await using Machine appliance = Machine.PowerOn(rig.Wire, machine, disk, machine);
        int seen = await appliance.Console.WaitForAsync("first boot: making the partitions", StageDeadline);
        seen = await appliance.Console.WaitForAsync("media: [0-9.]+M free", StageDeadline, seen);
        await appliance.Console.WaitForAsync("no other DHCP server answers: handing out", StageDeadline, seen);
        await rig.Boots.AddAsync(machine + " to DHCP", sincePowerOn.Elapsed, 0);

        await PutImageAsync(appliance);
        long sentBefore = await rig.Wire.CountBytesToPcAsync();
        var sincePcOn = Stopwatch.StartNew();
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Bios, machine + "-client");
        seen = await pc.WaitForAsync(@"menu\.ipxe", StageDeadline, 0);
        await pc.WaitForAsync("(Choose|Select a) language", StageDeadline, seen);
        await rig.Boots.AddAsync(machine + "'s PC to the installer", sincePcOn.Elapsed, await rig.Wire.CountBytesToPcAsync() - sentBefore);
    }

    [Fact]
    public async Task Settings_and_state_outlive_a_cut_of_power_and_the_second_boot_makes_nothing()
    {
        using Disk disk = Disk.Flash("pc");
        await using (Machine first = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-first"))
        {
            await first.Console.WaitForAsync("plugboot: ready in", StageDeadline);
            await first.RunAsync("echo kept > /srv/plugboot/isos/note.txt && echo kept > /var/lib/plugboot/note && sync");
        }

        await using Machine second = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-second");
        await second.Console.WaitForAsync("plugboot: ready in", StageDeadline);
        Assert.DoesNotContain("first boot", second.Console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", second.Console.Text, StringComparison.Ordinal);
        await second.RunAsync("grep -q kept /srv/plugboot/isos/note.txt && grep -q kept /var/lib/plugboot/note");
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_refused_in_words_and_the_box_serves_with_the_defaults()
    {
        using Disk disk = Disk.Flash("pc");
        await disk.PutAsync("plugboot.conf", "dhcp-mode = perhaps");
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-wrong-settings");
        int seen = await appliance.Console.WaitForAsync("WARNING: plugboot.conf is refused", StageDeadline);
        await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline, seen);
        Assert.Equal("OK", (await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{Wire.ServerAddress}/health")).Trim());
    }

    /// <summary>The key as a PC's editor leaves it, with line ends of its own; who has another is refused, and so is a password.</summary>
    [Fact]
    public async Task Ssh_is_for_who_put_a_key_on_the_boot_volume()
    {
        using Disk disk = Disk.Flash("pc");
        string folder = Path.GetDirectoryName(disk.Path)!;
        foreach (string name in (string[])["owner", "other"])
        {
            await HostCommand.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, name));
        }

        await disk.PutAsync("authorized_keys", (await File.ReadAllTextAsync(Path.Combine(folder, "owner.pub"))).Trim());
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-ssh");
        await appliance.Console.WaitForAsync("SSH: for the keys of authorized_keys", StageDeadline);
        Assert.Contains("plugboot", await LogInAsync("owner"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => LogInAsync("other"));

        Task<string> LogInAsync(string key) => rig.Wire.RunOnClientAsync(
            "ssh", "-i", Path.Combine(folder, key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "root@" + Wire.ServerAddress, "hostname");
    }

    /// <summary>The library is the stick's as long as it is there; pulled, it is gone within two seconds, and nothing else stops.</summary>
    [Fact]
    public async Task A_usb_stick_joins_the_library_and_leaves_it_when_it_is_pulled()
    {
        using Disk disk = Disk.Flash("pc");
        using Disk stick = await Disk.MakeStickAsync("TOOLS", SampleLibrary.PathOf(SampleLibrary.GrubRescue));
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-stick");
        int seen = await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline);
        await appliance.PlugAsync(stick);
        seen = await appliance.Console.WaitForAsync("disk sdb1: in the library as TOOLS", StageDeadline, seen);
        seen = await appliance.Console.WaitForAsync("Library: 1 images, 0 not ready yet", StageDeadline, seen);
        string url = $"http://{Wire.ServerAddress}/isos/TOOLS/grub-rescue.iso";
        await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", "--output", "/dev/null", url);

        await appliance.PullAsync();
        var sincePulled = Stopwatch.StartNew();
        seen = await appliance.Console.WaitForAsync("disk sdb1: gone from the library", StageDeadline, seen);
        await appliance.Console.WaitForAsync("Library: 0 images", StageDeadline, seen);
        await rig.Boots.AddAsync("pulled stick to library without it", sincePulled.Elapsed, 0);
        Assert.Equal("OK", (await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{Wire.ServerAddress}/health")).Trim());
    }

    [Fact]
    public async Task A_stick_that_was_in_at_a_cut_of_power_keeps_its_name()
    {
        using Disk disk = Disk.Flash("pc");
        using Disk stick = await Disk.MakeStickAsync("TOOLS", SampleLibrary.PathOf(SampleLibrary.GrubRescue));
        for (int boot = 0; boot < 3; boot++)
        {
            await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-stick-cut");
            int seen = await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline);
            await appliance.PlugAsync(stick);
            await appliance.Console.WaitForAsync("in the library as TOOLS\n", StageDeadline, seen);
            await appliance.RunAsync("sync");
        }
    }

    [Fact]
    public async Task A_disk_without_room_for_media_is_named_and_the_box_serves_from_memory()
    {
        using Disk disk = Disk.Flash("pc", 128 << 20);
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-small");
        int seen = await appliance.Console.WaitForAsync("WARNING: no media partition", StageDeadline);
        await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline, seen);
        await appliance.RunAsync("grep -q '^tmpfs /srv/plugboot ' /proc/mounts && test -d /srv/plugboot/isos");
    }

    [Fact]
    public async Task A_network_adapter_that_goes_and_comes_back_is_served_again_with_its_address()
    {
        using Disk disk = Disk.Flash("pc");
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "pc-adapter");
        int seen = await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline);
        await appliance.RunAsync("echo 1 > /sys/class/net/eth0/device/remove; ! test -e /sys/class/net/eth0");
        await appliance.RunAsync("echo 1 > /sys/bus/pci/rescan");
        await appliance.Console.WaitForAsync($"network: eth0 {Wire.ServerAddress}/24", StageDeadline, seen);
        Assert.Equal("OK", (await rig.Wire.RunOnClientAsync(
            "curl", "--silent", "--fail", "--retry", "30", "--retry-all-errors", "--retry-delay", "1", $"http://{Wire.ServerAddress}/health")).Trim());
    }

    /// <summary>As from a laptop on the same wire: the image's library is seen by the daemon without a word from us.</summary>
    private async Task PutImageAsync(Machine appliance)
    {
        await using WireFiles files = await WireFiles.ShowAsync(rig.Wire, Path.Combine(Repository.Media, "isos"));
        int seen = appliance.Console.Text.Length;
        string path = "/srv/plugboot/isos/" + SampleLibrary.InstallerAmd64;
        await appliance.RunAsync($"wget -q -O {path} {WireFiles.Url}{SampleLibrary.InstallerAmd64} && sync", StageDeadline);
        await appliance.Console.WaitForAsync("Library: 1 images, 0 not ready yet", StageDeadline, seen);
    }
}
