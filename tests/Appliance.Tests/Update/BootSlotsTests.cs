using System.Text;
using Appliance.Formats.Update;
using Appliance.Update;

namespace Appliance.Tests.Update;

public sealed class BootSlotsTests : IDisposable
{
    private readonly string _boot = Directory.CreateTempSubdirectory("plugboot-boot-").FullName;

    public void Dispose() => Directory.Delete(_boot, recursive: true);

    public static TheoryData<string> Loaders => ["plugboot.env", "uboot.env"];

    [Theory]
    [MemberData(nameof(Loaders))]
    public void An_update_is_tried_once_and_kept_only_when_it_was_confirmed(string loader)
    {
        WriteVariables(loader, "a");
        var before = Running("a");
        Assert.Equal("b", before.Other);
        Assert.True(before.IsConfirmed);
        before.TryOther();
        Assert.Equal(("a", "b"), ReadVariables(loader));

        // The loader has cleared the trial, and has booted b.
        before.LeaveOther();
        Assert.Equal(("a", null), ReadVariables(loader));
        var trial = Running("b");
        Assert.False(trial.IsConfirmed);
        trial.Confirm();
        Assert.Equal(("b", null), ReadVariables(loader));
        Assert.True(trial.IsConfirmed);
    }

    [Theory]
    [MemberData(nameof(Loaders))]
    public void A_slot_that_is_overwritten_is_booted_by_nobody_also_when_it_was_the_confirmed_one(string loader)
    {
        WriteVariables(loader, "a");
        Running("b").LeaveOther();
        Assert.Equal(("b", null), ReadVariables(loader));
    }

    [Fact]
    public void A_board_whose_loader_keeps_its_memory_elsewhere_is_told_so() =>
        Assert.Contains("flash the new image", Assert.Throws<IOException>(() => Running("a").TryOther()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_length_that_the_loader_was_compiled_with_is_kept()
    {
        WriteVariables("uboot.env", "a");
        Running("a").TryOther();
        Assert.Equal(4096, new FileInfo(Path.Combine(_boot, "uboot.env")).Length);
    }

    [Fact]
    public void A_memory_that_is_damaged_is_left_alone()
    {
        WriteVariables("uboot.env", "a");
        string path = Path.Combine(_boot, "uboot.env");
        byte[] damaged = File.ReadAllBytes(path);
        damaged[10] ^= 1;
        File.WriteAllBytes(path, damaged);
        Assert.Throws<IOException>(() => Running("a").TryOther());
        Assert.Equal(damaged, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("root=/dev/sda1 quiet")]
    [InlineData("plugboot.slot=c")]
    public void A_system_without_slots_is_told_so(string commandLine) =>
        Assert.Contains("no slot", Assert.Throws<IOException>(() => new BootSlots(_boot, commandLine)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sda/sda2", "b", "/dev/sda5")]
    [InlineData("sda/sda5", "a", "/dev/sda2")]
    [InlineData("mmcblk0/mmcblk0p2", "b", "/dev/mmcblk0p5")]
    [InlineData("nvme0n1/nvme0n1p2", "b", "/dev/nvme0n1p5")]
    public void The_slots_partition_is_beside_the_one_that_is_running(string running, string slot, string expected)
    {
        string[] mounts = ["21 20 0:5 / /proc rw - proc proc rw", "20 1 8:2 / / ro - squashfs /dev/root ro"];
        Assert.Equal(expected, RootPartition.Of(slot, mounts, device => device == "8:2" ? "/sys/devices/x/block/" + running : null));
    }

    [Theory]
    [InlineData("20 1 0:30 / / rw - overlay overlay rw")]
    [InlineData("20 1 8:0 / / ro - squashfs /dev/sda ro")]
    public void A_root_without_a_partition_has_no_other_slot(string mount) =>
        Assert.Throws<IOException>(() => RootPartition.Of("b", [mount], static device => device == "8:0" ? "/sys/devices/x/block/sda" : null));

    private BootSlots Running(string slot) => new(_boot, $"root=x plugboot.slot={slot} quiet\n");

    private void WriteVariables(string loader, string slot)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["slot"] = slot };
        File.WriteAllBytes(
            Path.Combine(_boot, loader), loader == "uboot.env" ? UBootEnvironment.Write(variables, 4096) : Encoding.ASCII.GetBytes($"# GRUB Environment Block\nslot={slot}\n".PadRight(1024, '#')));
    }

    private (string Slot, string? Trial) ReadVariables(string loader)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(_boot, loader));
        SortedDictionary<string, string> variables;
        Assert.True(loader == "uboot.env" ? UBootEnvironment.TryParse(bytes, out variables, out _) : GrubEnvironmentBlock.TryParse(bytes, out variables, out _));
        return (variables["slot"], variables.GetValueOrDefault("try"));
    }
}
