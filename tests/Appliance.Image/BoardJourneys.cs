using System.Diagnostics;
using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>
/// Images of ARMv7 boards, as base systems: the kernel, the root file system and the boot chain that ship. QEMU's Orange Pi PC
/// runs the NanoPi NEO's image from its SPL on; QEMU's virt machine stands in for boards with a disk and a gigabit card.
/// </summary>
[Collection(ImageSuite.Name)]
public sealed class BoardJourneys(ImageFixture rig)
{
    private const string NanoPi = "orangepi";
    private const string Virt = "virt";

    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(NanoPi, "nanopi-neo")]
    [InlineData(Virt, "qemu-armv7")]
    public async Task A_flashed_board_gets_to_its_address_and_makes_its_media_partition(string machine, string board)
    {
        using Disk disk = Disk.Flash(board);
        var sincePowerOn = Stopwatch.StartNew();
        await using Machine appliance = Machine.PowerOn(rig.Wire, machine, disk, board);
        int seen = await appliance.Console.WaitForAsync("network: eth0 192.168.100.1/24", StageDeadline);
        await rig.Boots.AddAsync(board + " to its address", sincePowerOn.Elapsed, 0);
        await appliance.Console.WaitForAsync("base system: HTTP on port 80", StageDeadline, seen);
        Assert.Contains("Plugboot base system", await PageAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", appliance.Console.Text, StringComparison.Ordinal);
        Assert.Matches("exfat .*rw", await appliance.RunAsync("grep /srv/plugboot /proc/mounts"));
        Assert.Matches("ext4 .*rw", await appliance.RunAsync("grep /var/lib/plugboot /proc/mounts"));
    }

    [Fact]
    public async Task Second_boot_of_a_board_makes_nothing_and_keeps_what_was_written_before_a_cut_of_power()
    {
        using Disk disk = Disk.Flash("nanopi-neo");
        await using (Machine first = Machine.PowerOn(rig.Wire, NanoPi, disk, "nanopi-first"))
        {
            await first.Console.WaitForAsync("base system: HTTP", StageDeadline);
            await first.RunAsync("echo kept > /srv/plugboot/isos/note.txt && sync");
        }

        var sincePowerOn = Stopwatch.StartNew();
        await using Machine second = Machine.PowerOn(rig.Wire, NanoPi, disk, "nanopi-second");
        await second.Console.WaitForAsync("base system: HTTP", StageDeadline);
        await rig.Boots.AddAsync("nanopi-neo, second boot, to HTTP", sincePowerOn.Elapsed, 0);
        Assert.DoesNotContain("first boot", second.Console.Text, StringComparison.Ordinal);
        await second.RunAsync("grep -q kept /srv/plugboot/isos/note.txt");
    }

    /// <summary>Bound by the kernel's own drivers; QEMU moves no pin of them.</summary>
    [Fact]
    public async Task Lights_and_buttons_of_the_board_are_bound()
    {
        using Disk disk = Disk.Flash("nanopi-neo");
        await using Machine appliance = Machine.PowerOn(rig.Wire, NanoPi, disk, "nanopi-lights");
        await appliance.Console.WaitForAsync("base system: HTTP", StageDeadline);
        Assert.Contains("[heartbeat]", await appliance.RunAsync("cat /sys/class/leds/nanopi:blue:status/trigger"), StringComparison.Ordinal);
        Assert.Contains("gpio", await appliance.RunAsync("cat /sys/class/input/event0/device/name"), StringComparison.Ordinal);
    }

    /// <summary>It says that it starts before it listens.</summary>
    private Task<string> PageAsync() => rig.Wire.RunOnClientAsync(
        "curl", "--silent", "--fail", "--retry", "30", "--retry-connrefused", $"http://{Wire.ServerAddress}/");
}
