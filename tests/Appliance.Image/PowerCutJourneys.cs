using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>
/// QEMU is killed while the first boot makes its partitions. What the guest has flushed is kept, so this proves the order of
/// its steps; what a card with a cache of its own loses, it cannot show.
/// </summary>
[Collection(ImageSuite.Name)]
public sealed class PowerCutJourneys(ImageFixture rig)
{
    /// <summary>More than any machine needs to get to the end of first boot.</summary>
    private const int MaxCuts = 100;

    /// <summary>Between one cut and the next; the last is the first one that comes after the end of first boot.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(400);

    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task First_boot_that_loses_power_at_any_moment_is_made_good_by_the_next()
    {
        bool hasFinished = false;
        for (int cut = 0; !hasFinished; cut++)
        {
            Assert.True(cut < MaxCuts, "first boot never ends");
            using Disk disk = Disk.Flash("qemu-armv7");
            await using (Machine first = Machine.PowerOn(rig.Wire, "virt", disk, "cut-first"))
            {
                await first.Console.WaitForAsync("first boot: making the partitions", StageDeadline);
                await Task.Delay(cut * Step);
                hasFinished = first.Console.Text.Contains("plugboot: media: ", StringComparison.Ordinal);
            }

            await using Machine second = Machine.PowerOn(rig.Wire, "virt", disk, "cut-second");
            await second.Console.WaitForAsync("base system: HTTP on port 80", StageDeadline);
            Assert.DoesNotContain("WARNING", second.Console.Text, StringComparison.Ordinal);
            Assert.Contains("exfat", await second.RunAsync("grep /srv/plugboot /proc/mounts"), StringComparison.Ordinal);
        }
    }
}
