using System.Security.Cryptography;
using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>Updates of a running image: kept when they work, undone by the boot loader when they do not.</summary>
[Collection(ImageSuite.Name)]
public sealed class UpdateJourneys(ImageFixture rig)
{
    private const string Update = "/srv/plugboot/update.tar";

    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(5);

    private static string Images => Path.Combine(Repository.Artifacts, "image", "pc", "images");

    [Fact]
    public async Task An_update_that_works_is_confirmed_and_stays()
    {
        using Disk disk = Disk.Flash("pc");
        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "update-good");
        int seen = await UpdateAsync(appliance, Images);
        seen = await appliance.Console.WaitForAsync("Plugboot: slot b", StageDeadline, seen);
        seen = await appliance.Console.WaitForAsync("slot b works, and is booted from now on", StageDeadline, seen);
        await appliance.RunAsync("reboot", StageDeadline, expectAnswer: false);
        seen = await appliance.Console.WaitForAsync("Plugboot: slot b", StageDeadline, seen);
        await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline, seen);
    }

    [Fact]
    public async Task An_update_whose_root_is_broken_is_tried_once_and_the_old_slot_comes_back_by_itself()
    {
        using Disk disk = Disk.Flash("pc");
        string broken = Path.Combine(Path.GetDirectoryName(disk.Path)!, "broken");
        Directory.CreateDirectory(broken);
        File.Copy(Path.Combine(Images, "kernel"), Path.Combine(broken, "kernel"));
        await File.WriteAllBytesAsync(Path.Combine(broken, "rootfs.squashfs"), RandomNumberGenerator.GetBytes(1 << 20));
        await HostCommand.RunAsync(Repository.Script("board/common/update-bundle.sh"), "make", broken, "pc");

        await using Machine appliance = Machine.PowerOn(rig.Wire, "pc-bios", disk, "update-broken");
        int seen = await UpdateAsync(appliance, broken);
        seen = await appliance.Console.WaitForAsync("Plugboot: slot b", StageDeadline, seen);
        seen = await appliance.Console.WaitForAsync("Kernel panic", StageDeadline, seen);
        seen = await appliance.Console.WaitForAsync("Plugboot: slot a", StageDeadline, seen);
        await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline, seen);
    }

    /// <summary>Copies update.tar from a machine on the wire, installs it and restarts; returns where the console was then.</summary>
    private async Task<int> UpdateAsync(Machine appliance, string folder)
    {
        await appliance.Console.WaitForAsync("plugboot: ready in", StageDeadline);
        await using WireFiles files = await WireFiles.ShowAsync(rig.Wire, folder);
        await appliance.RunAsync($"wget -q -O {Update} {WireFiles.Url}update.tar", StageDeadline);
        string said = await appliance.RunAsync($"plugboot update {Update}", StageDeadline);
        Assert.Contains("the next boot tries it", said, StringComparison.Ordinal);
        int seen = appliance.Console.Text.Length;
        await appliance.RunAsync("reboot", StageDeadline, expectAnswer: false);
        return seen;
    }
}
