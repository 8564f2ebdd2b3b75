using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>
/// The light and the button of a box, on lines that gpio-sim simulates behind the kernel's own drivers of real boards
/// (tests/rig/sim-board.asl): a pull on the one line is a press, and the other line is what somebody would see.
/// </summary>
[Collection(ImageSuite.Name)]
public sealed class LightAndButtonJourneys(ImageFixture rig)
{
    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    private const string Light = "/sys/class/leds/sim:green:status";

    /// <summary>What the lines are called from outside: button and light.</summary>
    private const string Lines = "B=$(find /sys/devices -name sim_gpio0)/pull; L=$(find /sys/devices -name sim_gpio1)/value; ";

    [Fact]
    public async Task A_press_changes_the_dhcp_mode_for_good_and_the_light_tells_it()
    {
        using Disk disk = await FlashAsync();
        await using Machine box = await StartAsync(disk, "pc-press");
        // It follows what the box does within seconds.
        await box.RunAsync($"n=0; until grep -x '1 2900 1 0 0 100 0 0' {Light}/pattern; do n=$((n + 1)); [ $n -lt 60 ] || break; usleep 500000; done; [ $n -lt 60 ]", StageDeadline);
        int seen = box.Console.Text.Length;
        await PressAsync(box, milliseconds: 200);
        seen = await box.Console.WaitForAsync("button: Short, Mode", StageDeadline, seen);
        seen = await box.Console.WaitForAsync("button: DHCP mode Server from now on", StageDeadline, seen);
        await box.Console.WaitForAsync("dhcp on eth0, mode Server", StageDeadline, seen);
        await box.RunAsync("grep -q '^dhcp-mode = server' /boot/plugboot.conf && grep '/boot vfat ro' /proc/mounts");
    }

    [Fact]
    public async Task The_kernel_moves_the_line_and_a_service_that_hangs_leaves_it_dark()
    {
        using Disk disk = await FlashAsync();
        await using Machine box = await StartAsync(disk, "pc-light");
        // Seen as an eye would: lit most of the time.
        const string Sample = Lines + "n=0; for i in $(seq 60); do n=$((n + $(cat $L))); usleep 100000; done; echo lit-$n";
        string lit = await box.RunAsync(Sample, StageDeadline);
        Assert.Matches("lit-(4[0-9]|5[0-9]|60)\r?\n", lit);

        await box.RunAsync("kill -STOP $(cat /run/plugboot/pid)");
        // Armed for 15 s; the watchdog starts the service again after a minute.
        await box.RunAsync($"sleep 20; {{ {Sample}; }} | grep -x lit-0", StageDeadline);
    }

    [Fact]
    public async Task Ten_seconds_reset_network_and_password_and_three_switch_the_box_off()
    {
        using Disk disk = await FlashAsync("dhcp-mode = proxy", "menu-title = kept");
        await using Machine box = await StartAsync(disk, "pc-reset");
        int seen = box.Console.Text.Length;
        await PressAsync(box, milliseconds: 11_000);
        seen = await box.Console.WaitForAsync("button: VeryLong, Reset", StageDeadline, seen);
        seen = await box.Console.WaitForAsync("its password [a-z2-9-]+ until another is chosen", StageDeadline, seen);
        seen = await box.Console.WaitForAsync("dhcp on eth0, mode Auto", StageDeadline, seen);
        await box.RunAsync("! grep dhcp-mode /boot/plugboot.conf && grep 'menu-title = kept' /boot/plugboot.conf");
        await PressAsync(box, milliseconds: 4_000);
        seen = await box.Console.WaitForAsync("button: Long, Shutdown", StageDeadline, seen);
        await box.Console.WaitForAsync("reboot: Power down", StageDeadline, seen);
    }

    private static async Task<Disk> FlashAsync(params string[] settings)
    {
        Disk disk = Disk.Flash("pc");
        await disk.PutAsync("plugboot.conf", ["status-led = sim:green:status", "button = sim-keys", .. settings]);
        return disk;
    }

    /// <summary>A box that serves, with its light and its button. The simulated lines are a module; those of boards are built in.</summary>
    private async Task<Machine> StartAsync(Disk disk, string name)
    {
        Machine box = Machine.PowerOn(rig.Wire, "pc-sim", disk, name);
        await box.Console.WaitForAsync("plugboot: ready in", StageDeadline);
        await box.RunAsync("modprobe gpio-sim");
        int seen = box.Console.Text.Length;
        await box.RunAsync("plugboot restart");
        await box.Console.WaitForAsync("button sim-keys is /dev/input/event", StageDeadline, seen);
        return box;
    }

    private static Task PressAsync(Machine box, int milliseconds) =>
        box.RunAsync($"{Lines} echo pull-down > $B; usleep {milliseconds}000; echo pull-up > $B");
}
