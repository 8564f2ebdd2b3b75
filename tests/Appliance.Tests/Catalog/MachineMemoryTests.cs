using System.Net.NetworkInformation;
using Appliance.Catalog;
using Appliance.Tests.Dhcp;

namespace Appliance.Tests.Catalog;

/// <summary>What is remembered of machines, over restarts and beside disks that fail.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private static readonly PhysicalAddress First = Mac(1);
    private static readonly PhysicalAddress Second = Mac(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-machines-").FullName;
    private readonly MessageLog _log = new();
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task After_a_restart_all_that_was_learned_and_said_is_there()
    {
        using (MachineMemory memory = Open())
        {
            memory.SetLoader(First, "ipxe-amd64.efi");
            memory.Tried(First, new TriedWay("Größe #1", "nfs", Worked: false));
            memory.Tried(First, new TriedWay("Größe #1", "fetch", Worked: true));
            memory.Tried(First, new TriedWay("Größe #1", "nfs", Worked: true));
            memory.SetDefault(Second, "local");
            memory.Count("Größe #1", isFinished: false);
            memory.Count("Größe #1", isFinished: false);
            memory.Count("Größe #1", isFinished: true);
            await WriteAsync(memory);
        }

        using MachineMemory again = Open();
        MachineRecord machine = again.Find(First)!;
        Assert.Equal(("ipxe-amd64.efi", null), (machine.Loader, machine.DefaultEntry));
        Assert.Equal([new TriedWay("Größe #1", "nfs", true), new TriedWay("Größe #1", "fetch", true)], machine.Ways.AsEnumerable());
        Assert.Equal("local", again.Find(Second)!.DefaultEntry);
        Assert.Equal(new ImageBoots(2, 1), again.BootsOf("Größe #1"));
    }

    /// <summary>The files as they are while it is open: what a power cut leaves.</summary>
    [Fact]
    public void V_18_what_an_owner_says_is_in_the_files_at_that_moment()
    {
        string copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        using MachineMemory memory = Open();
        memory.SetDefault(First, "rescue");
        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        using MachineMemory after = MachineMemory.Open(copy, _time, _log);
        Assert.Equal("rescue", after.Find(First)!.DefaultEntry);
    }

    [Fact]
    public async Task What_is_forgotten_is_what_was_learned_and_not_what_its_owner_said()
    {
        using (MachineMemory memory = Open())
        {
            memory.SetLoader(First, "ipxe.pxe");
            memory.Tried(First, new TriedWay("a", "nfs", Worked: true));
            memory.SetDefault(First, "a");
            memory.SetLoader(Second, "ipxe.pxe");
            Assert.Equal((true, false, true, false), (memory.Forget(First), memory.Forget(First), memory.Forget(Second), memory.Forget(Mac(3))));
            Assert.Null(memory.Find(Second));
            await WriteAsync(memory);
        }

        using MachineMemory again = Open();
        MachineRecord machine = Assert.Single(again.List());
        Assert.Equal((First, null, "a", true), (machine.Mac, machine.Loader, machine.DefaultEntry, machine.Ways.IsEmpty));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Of_one_machine_the_latest_32_ways_are_remembered(int ways, bool knowsFirst)
    {
        using MachineMemory memory = Open();
        for (int way = 0; way < ways; way++)
        {
            memory.Tried(First, new TriedWay("image", $"way {way}", Worked: false));
        }

        Assert.Equal(knowsFirst ? false : null, memory.Find(First)!.Worked("image", "way 0"));
        Assert.False(memory.Find(First)!.Worked("image", $"way {ways - 1}"));
    }

    [Fact]
    public void Of_more_than_1024_machines_the_one_that_was_silent_longest_goes_first_and_what_owners_said_last()
    {
        using MachineMemory memory = Open();
        memory.SetDefault(Mac(0), "local");
        for (int machine = 1; machine <= MachineMemory.MaximumMachines; machine++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            memory.SetLoader(Mac(machine), "ipxe.pxe");
        }

        Assert.Equal(MachineMemory.MaximumMachines, memory.List().Length);
        Assert.NotNull(memory.Find(Mac(0)));
        Assert.Null(memory.Find(Mac(1)));
        Assert.NotNull(memory.Find(Mac(2)));
    }

    [Fact]
    public void The_boots_of_1000_images_are_counted_and_no_more()
    {
        using MachineMemory memory = Open();
        for (int image = 0; image <= MachineMemory.MaximumImages; image++)
        {
            memory.Count($"{image}", isFinished: false);
        }

        Assert.Equal((1, 0), (memory.BootsOf("999").Begun, memory.BootsOf("1000").Begun));
    }

    [Theory]
    [InlineData(MachineRecord.MaximumName, true)]
    [InlineData(MachineRecord.MaximumName + 1, false)]
    public void A_name_has_1024_characters_at_most(int length, bool isRemembered)
    {
        using MachineMemory memory = Open();
        memory.Tried(First, new TriedWay(new string('x', length), "nfs", Worked: true));
        Assert.Equal(isRemembered, memory.Find(First) is not null);
    }

    [Fact]
    public void An_address_that_is_none_of_Ethernet_is_not_remembered()
    {
        using MachineMemory memory = Open();
        memory.SetLoader(PhysicalAddress.Parse("5254000000"), "ipxe.pxe");
        Assert.Empty(memory.List());
    }

    [Fact]
    public void A_damaged_file_is_set_aside()
    {
        string path = Path.Combine(_folder, MachineMemory.FileName);
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x55, 8192)]);
        using MachineMemory memory = Open();
        memory.SetDefault(First, "local");
        Assert.True(File.Exists(path + ".damaged"));
        Assert.Contains(_log.Lines, static line => line.Text.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_nothing_can_be_written_it_goes_on_in_memory_and_owners_are_told()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        using MachineMemory memory = MachineMemory.Open(Path.Combine(_folder, "file"), _time, _log);
        memory.SetLoader(First, "ipxe.pxe");
        Assert.Contains("check the disk's space", Assert.Throws<IOException>(() => memory.SetDefault(First, "local")).Message, StringComparison.Ordinal);
        Assert.Equal(("ipxe.pxe", "local"), (memory.Find(First)!.Loader, memory.Find(First)!.DefaultEntry));
        Assert.Contains("in memory only", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    /// <summary>Its task writes what is left when it is ended.</summary>
    private static Task WriteAsync(MachineMemory memory) => memory.RunAsync(new CancellationToken(canceled: true));

    private MachineMemory Open() => MachineMemory.Open(_folder, _time, _log);

    private static PhysicalAddress Mac(int number) => new([2, 0, 0, 0, (byte)(number >> 8), (byte)number]);
}
