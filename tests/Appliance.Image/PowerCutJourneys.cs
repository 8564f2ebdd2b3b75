using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>
/// QEMU is killed while the first boot makes its partitions. What the guest has flushed is kept, so this proves the order of
/// its steps; what a card with a cache of its own loses, it cannot show.
/// </summary>
[Collection(ImageSuite.Name)]
public sealed class PowerCutJourneys(ImageFixture rig)
{
    private const int Cuts = 15;

    /// <summary>Between one cut and the next. Together they reach beyond the end of first boot: it takes two to five seconds.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(400);

    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task First_boot_that_loses_power_at_any_moment_is_made_good_by_the_next()
    {
        for (int cut = 0; cut < Cuts; cut++)
        {
            using Disk disk = Disk.Flash("qemu-armv7");
            await using (Machine first = Machine.PowerOn(rig.Wire, "virt", disk, "cut-first"))
            {
                await first.Console.WaitForAsync("first boot: making the partitions", StageDeadline);
                await Task.Delay(cut * Step);
            }

            await using Machine second = Machine.PowerOn(rig.Wire, "virt", disk, "cut-second");
            await second.Console.WaitForAsync("base system: HTTP on port 80", StageDeadline);
            Assert.DoesNotContain("WARNING", second.Console.Text, StringComparison.Ordinal);
            Assert.Contains("exfat", await second.RunAsync("grep /srv/plugboot /proc/mounts"), StringComparison.Ordinal);
        }
    }
}
