using System.Text;
using Appliance.Boot;
using Appliance.Formats.Tests.Disk;
using Appliance.Formats.Tests.Fat;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Images;

public sealed class ImageLibraryTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TestFolder _media = new();
    private readonly SteppedTime _time = new();
    private readonly ImageLibrary _library;

    public ImageLibraryTests() => _library = NewLibrary(_time);

    public void Dispose()
    {
        _library.Dispose();
        _media.Dispose();
    }

    [Fact]
    public async Task Images_are_found_in_groups_with_any_letter_case_and_any_characters()
    {
        AddImage("plain.iso");
        AddImage("rescue/debian-12.ISO");
        AddImage("a/b/c/deep.Iso");
        AddImage("odd names/50% off + #1 ünïcode 日本.iso");
        Add("disk.IMG", "raw");
        Add("notes.txt", "no image");
        Add("half.iso.part", "no image");
        await ScanAsync();

        Assert.Equal(
            ["a/b/c/deep", "disk", "odd names/50% off + #1 ünïcode 日本", "plain", "rescue/debian-12"],
            Snapshot.Images.Select(static image => image.Id));
        Assert.True(Snapshot.TryFind("rescue/debian-12", out LibraryImage? image));
        Assert.Equal(("debian-12", "rescue/debian-12.ISO", "rescue"), (image.Title, image.RelativePath, Assert.Single(image.Group)));
        Assert.NotNull(image.Tree);
        Assert.True(Snapshot.TryFind("RESCUE/Debian-12", out _));
        Assert.True(Snapshot.TryFindByFile("rescue/debian-12.iso", out _));
        Assert.False(Snapshot.TryFind("rescue", out _));
    }

    /// <summary>S143: what NixOS publishes for the network lies in a folder; there is no image to be read.</summary>
    [Fact]
    public async Task A_folder_of_netboot_files_is_one_image_of_its_name()
    {
        Add("linux/nixos 24.05/netboot.ipxe", "kernel bzImage init=/nix/store/4wz7-nixos-system-nixos-24.05.1503/init initrd=initrd loglevel=4 ${cmdline}\ninitrd initrd\nboot\n");
        Add("linux/nixos 24.05/initrd", "ram disk");
        File.WriteAllBytes(Path.Combine(_media["isos"], "linux/nixos 24.05/bzImage"), SampleKernels.X64);
        await ScanAsync();

        LibraryImage image = Assert.Single(Snapshot.Images);
        Assert.Equal(("linux/nixos 24.05", "nixos 24.05", "linux"), (image.Id, image.Title, Assert.Single(image.Group)));
        Assert.Equal((true, false, null, null), (image.IsNetboot, image.IsDisc, image.Tree, image.BrokenReason));
        using (Payload file = image.OpenFile("initrd")!)
        {
            Assert.Equal("ram disk", Text(file));
        }

        BootPlan plan = new BootPlanner(new BootServices("http://192.168.100.1"), SampleProfiles.Shipped).Plan(image);
        Assert.Equal(("nixos", "24.05.1503"), (plan.Profile, plan.Release));
        var line = Assert.IsType<LinuxBootLine>(Assert.Single(plan.Options).Line);
        Assert.Equal(("/boot/linux/nixos 24.05/bzImage", "init=/nix/store/4wz7-nixos-system-nixos-24.05.1503/init loglevel=4"), (line.Kernel, line.Parameters));
        Assert.Equal("/boot/linux/nixos 24.05/initrd", Assert.Single(line.Initrds));
    }

    [Fact]
    public async Task Netboot_files_without_their_kernel_are_listed_with_what_is_missing()
    {
        Add("nixos/netboot.ipxe", "kernel bzImage init=/nix/store/4wz7-nixos-system-nixos-24.05.1503/init\ninitrd initrd\nboot\n");
        Add("nixos/initrd", "ram disk");
        await ScanAsync();
        BootPlan plan = new BootPlanner(new BootServices("http://192.168.100.1"), SampleProfiles.Shipped).Plan(Assert.Single(Snapshot.Images));
        Assert.Equal("its kernel (bzImage) is missing", plan.Problem(new ClientMachine(ClientFirmware.Bios), new BootServices("http://192.168.100.1")));
    }

    [Fact]
    public async Task A_raw_disk_has_no_tree_and_is_not_broken()
    {
        Add("disk.img", "raw");
        await ScanAsync();
        LibraryImage image = Assert.Single(Snapshot.Images);
        Assert.Equal((false, null, null), (image.IsDisc, image.Tree, image.BrokenReason));
        Assert.Contains("nor a UDF or FAT volume", image.TreeProblem, StringComparison.Ordinal);
        using Payload payload = image.OpenImage()!;
        Assert.Equal("raw", Text(payload));
    }

    [Fact]
    public async Task A_raw_disk_with_a_FAT_volume_serves_its_files_out_of_the_image()
    {
        var fat = new HandMadeFat(16);
        fat.WriteRoot(fat.Directory("EFI", fat.Directory("BOOT", fat.LongFile("grub settings.cfg", "GRUBSE~1.CFG", "menuentry"u8))));
        Add("stick.img", HandMadeDisk.WithGuidTable(fat.Bytes, HandMadeDisk.EfiGuid).Bytes);
        await ScanAsync();
        LibraryImage image = Assert.Single(Snapshot.Images);
        Assert.Equal((null, null), (image.BrokenReason, image.TreeProblem));
        using Payload payload = image.OpenFile("/efi/boot/GRUB settings.cfg")!;
        Assert.Equal("menuentry", Text(payload));
        Assert.All(payload.Segments, static segment => Assert.NotNull(segment.File));
    }

    [Fact]
    public async Task A_raw_disk_whose_FAT_volume_is_broken_is_still_a_disk()
    {
        var fat = new HandMadeFat(16);
        fat.WriteRoot(HandMadeFat.Entry("LOOP", fat.Chain(20, 21), 5000));
        Add("stick.img", fat.Bytes);
        await ScanAsync();
        LibraryImage image = Assert.Single(Snapshot.Images);
        Assert.Equal((null, null), (image.BrokenReason, image.Tree));
        Assert.Contains("longer than its clusters", image.TreeProblem, StringComparison.Ordinal);
        using Payload payload = image.OpenImage()!;
        Assert.Equal(fat.Bytes.Length, payload.Length);
    }

    [Fact]
    public async Task Broken_images_are_listed_with_a_reason_and_the_others_work()
    {
        Add("empty.iso", "");
        Add("garbage.iso", new string('x', 100_000));
        AddImage("good.iso");
        await ScanAsync();
        Assert.Equal("the file is empty", Find("empty").BrokenReason);
        Assert.Contains("no ISO 9660 volume descriptor", Find("garbage").BrokenReason, StringComparison.Ordinal);
        Assert.Null(Find("good").BrokenReason);
        Assert.NotNull(Find("good").Tree);
    }

    [Fact]
    public async Task A_file_whose_compression_is_damaged_is_refused_with_a_reason()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 30, 100, systemUse: [.. HandMadeIso.Nm("packed"), .. HandMadeIso.Zf(5000)]));
        Add("old.iso", iso.Bytes);
        await ScanAsync();
        var exception = Assert.Throws<IOException>(() => Find("old").OpenFile("/packed"));
        Assert.Contains("packed in", exception.Message, StringComparison.Ordinal);
        Assert.Contains("old.iso is compressed (zisofs), and it has no header of zisofs.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_would_share_an_id_keep_their_extension()
    {
        AddImage("same.iso");
        Add("same.img", "raw");
        Add("same.ISO", "raw");
        await ScanAsync();
        Assert.Equal(["same", "same.img", "same.iso"], Snapshot.Images.Select(static image => image.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Hidden_files_and_folders_and_unaskable_names_are_left_out()
    {
        AddImage(".hidden.iso");
        AddImage(".trash/old.iso");
        AddImage("line\nbreak.iso");
        AddImage("back\\slash.iso");
        AddImage("shown.iso");
        await ScanAsync();
        Assert.Equal("shown", Assert.Single(Snapshot.Images).Id);
    }

    [Fact]
    public async Task Links_lead_to_regular_files_and_nowhere_else()
    {
        using var elsewhere = new TestFolder();
        File.WriteAllBytes(elsewhere["far.iso"], Iso("far"));
        Directory.CreateDirectory(elsewhere["folder.iso"]);
        AddImage("near.iso");
        File.CreateSymbolicLink(Full("linked.iso"), elsewhere["far.iso"]);
        File.CreateSymbolicLink(Full("folder.iso"), elsewhere["folder.iso"]);
        File.CreateSymbolicLink(Full("dangling.iso"), elsewhere["none"]);
        File.CreateSymbolicLink(Full("self.iso"), "self.iso");
        Directory.CreateSymbolicLink(Full("outside"), elsewhere.Path);
        Directory.CreateSymbolicLink(Full("circle"), ".");
        await ScanAsync();
        Assert.Equal(["linked", "near"], Snapshot.Images.Select(static image => image.Id));
    }

    [Fact]
    public async Task A_manual_folder_overrides_files_of_its_image_and_is_no_group()
    {
        AddImage("tool.iso", "inside");
        Add("tool/vmlinuz", "beside");
        Add("tool/boot/extra.img", "extra");
        File.CreateSymbolicLink(Full("tool/secret"), "/etc/passwd");
        await ScanAsync();
        LibraryImage image = Assert.Single(Snapshot.Images);
        Assert.Equal(["boot/extra.img", "vmlinuz"], image.ManualFiles.Select(static file => file.Path));
        Assert.Equal("beside", Open(image, "/vmlinuz"));
        Assert.Equal("beside", Open(image, "VMLINUZ"));
        Assert.Equal("extra", Open(image, "boot/extra.img"));
        Assert.Equal("inside", Open(image, "initrd"));
        Assert.Null(image.OpenFile("secret"));
        Assert.Null(image.OpenFile("../tool/vmlinuz"));
        Assert.Null(image.OpenFile("boot"));
        Assert.Null(image.OpenFile(""));
    }

    [Fact]
    public async Task A_new_file_is_listed_when_it_has_stood_still_for_two_seconds()
    {
        await ScanAsync();
        AddImage("new.iso", age: TimeSpan.Zero);
        await ScanAsync();
        Assert.Empty(Snapshot.Images);
        Assert.Equal("new.iso", Assert.Single(Snapshot.Pending));

        _time.Advance(TimeSpan.FromSeconds(1.5));
        using (FileStream growing = File.Open(Full("new.iso"), FileMode.Append))
        {
            growing.WriteByte(0);
        }

        await ScanAsync();
        _time.Advance(TimeSpan.FromSeconds(1.5));
        await ScanAsync();
        Assert.Empty(Snapshot.Images);

        _time.Advance(TimeSpan.FromSeconds(0.5));
        await ScanAsync();
        Assert.Equal("new", Assert.Single(Snapshot.Images).Id);
        Assert.Empty(Snapshot.Pending);
    }

    [Fact]
    public async Task Images_from_the_future_are_listed_at_once_on_a_board_without_a_clock()
    {
        AddImage("future.iso", age: -TimeSpan.FromDays(20_000));
        await ScanAsync();
        Assert.Single(Snapshot.Images);
    }

    [Fact]
    public async Task An_unchanged_library_keeps_its_objects_and_tells_nobody()
    {
        AddImage("one.iso");
        await ScanAsync();
        LibrarySnapshot before = Snapshot;
        int changes = 0;
        _library.Changed += (_, _) => changes++;
        await ScanAsync();
        Assert.Same(before, Snapshot);
        AddImage("two.iso");
        await ScanAsync();
        Assert.Same(before.Images[0], Snapshot.Images[0]);
        Assert.True(changes > 0);
    }

    [Fact]
    public async Task A_renamed_image_is_not_read_again()
    {
        AddImage("one.iso");
        await ScanAsync();
        ImageTree tree = Find("one").Tree!;
        File.Move(Full("one.iso"), Full("two.iso"));
        await ScanAsync();
        Assert.Same(tree, Find("two").Tree);
    }

    [Fact]
    public async Task A_transfer_of_a_removed_image_ends_whole_and_the_next_finds_nothing()
    {
        AddImage("gone.iso", "content");
        await ScanAsync();
        LibraryImage image = Find("gone");
        using Payload payload = image.OpenFile("initrd")!;
        File.Delete(Full("gone.iso"));
        Assert.Equal("content", Text(payload));
        Assert.Null(image.OpenFile("initrd"));
        await ScanAsync();
        Assert.Empty(Snapshot.Images);
    }

    [Fact]
    public async Task A_replaced_image_is_not_read_by_the_old_tree()
    {
        AddImage("same.iso", "old");
        await ScanAsync();
        LibraryImage old = Find("same");
        using Payload running = old.OpenFile("initrd")!;
        File.WriteAllBytes(Full("other"), Iso("new content"));
        File.SetLastWriteTimeUtc(Full("other"), old.LastModified.UtcDateTime);
        File.Move(Full("other"), Full("same.iso"), overwrite: true);
        Assert.Null(old.OpenFile("initrd"));
        await ScanAsync();
        Assert.Equal("old", Text(running));
        Assert.Equal("new content", Open(Find("same"), "initrd"));
    }

    [Fact]
    public async Task Transfers_at_one_time_share_one_descriptor_which_closes_with_the_last()
    {
        AddImage("one.iso");
        await ScanAsync();
        Payload first = Find("one").OpenFile("initrd")!;
        Payload second = Find("one").OpenImage()!;
        SharedFile file = first.Segments[0].File!;
        Assert.Same(file, second.Segments[0].File);
        first.Dispose();
        Assert.False(file.Handle.IsClosed);
        second.Dispose();
        Assert.True(file.Handle.IsClosed);
        using Payload third = Find("one").OpenImage()!;
        Assert.NotSame(file, third.Segments[0].File);
    }

    [Fact]
    public async Task A_path_is_split_at_the_longest_id()
    {
        AddImage("rescue/debian 12.iso");
        await ScanAsync();
        Assert.True(Snapshot.TrySplit("rescue/debian 12/live/vmlinuz", out LibraryImage? image, out string path));
        Assert.Equal(("rescue/debian 12", "live/vmlinuz"), (image.Id, path));
        Assert.True(Snapshot.TrySplit("rescue/debian 12", out _, out path));
        Assert.Equal("", path);
        Assert.False(Snapshot.TrySplit("rescue", out _, out _));
        Assert.False(Snapshot.TrySplit("", out _, out _));
        Assert.False(Snapshot.TrySplit("/", out _, out _));
    }

    [Fact]
    public async Task A_missing_folder_is_an_empty_library_until_it_appears()
    {
        await ScanAsync();
        Assert.Empty(Snapshot.Images);
        AddImage("one.iso");
        await ScanAsync();
        Assert.Single(Snapshot.Images);
        Directory.Delete(Full(""), recursive: true);
        await ScanAsync();
        Assert.Empty(Snapshot.Images);
    }

    [Fact]
    public async Task The_running_library_sees_files_and_folders_come_and_go()
    {
        // A poll interval of an hour: only the watch can tell.
        using ImageLibrary library = NewLibrary(TimeProvider.System, TimeSpan.FromHours(1));
        Directory.CreateDirectory(Full(""));
        using var stop = new CancellationTokenSource();
        Task run = library.RunAsync(stop.Token);
        AddImage("one.iso");
        await UntilAsync(() => library.Current.TryFind("one", out _));
        AddImage("new/group/two.iso");
        await UntilAsync(() => library.Current.TryFind("new/group/two", out _));
        File.Delete(Full("one.iso"));
        await UntilAsync(() => library.Current.Images.Length == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task The_running_library_finds_a_folder_that_is_created_later_or_anew()
    {
        using ImageLibrary library = NewLibrary(TimeProvider.System, TimeSpan.FromMilliseconds(50));
        using var stop = new CancellationTokenSource();
        Task run = library.RunAsync(stop.Token);
        AddImage("one.iso");
        await UntilAsync(() => library.Current.TryFind("one", out _));
        Directory.Delete(Full(""), recursive: true);
        await UntilAsync(() => library.Current.Images.IsEmpty);
        AddImage("two.iso");
        await UntilAsync(() => library.Current.TryFind("two", out _));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_manual_file_that_is_still_being_written_does_not_count_yet()
    {
        AddImage("tool.iso", "inside");
        Add("tool/vmlinuz", "half", age: TimeSpan.Zero);
        await ScanAsync();
        Assert.Equal("inside", Open(Find("tool"), "vmlinuz"));
        Assert.Equal("tool/vmlinuz", Assert.Single(Snapshot.Pending));
        _time.Advance(TimeSpan.FromSeconds(2));
        await ScanAsync();
        Assert.Equal("half", Open(Find("tool"), "vmlinuz"));
    }

    private LibrarySnapshot Snapshot => _library.Current;

    private ImageLibrary NewLibrary(TimeProvider time, TimeSpan? poll = null) => new(
        new StorageOptions { Media = _media.Path, PollInterval = poll ?? TimeSpan.FromSeconds(10) },
        time,
        NullLogger<ImageLibrary>.Instance);

    private Task ScanAsync() => _library.ScanAsync(CancellationToken.None);

    private string Full(string relative) => _media[Path.Combine("isos", relative)];

    private LibraryImage Find(string id)
    {
        Assert.True(Snapshot.TryFind(id, out LibraryImage? image), id);
        return image;
    }

    private void Add(string relative, string content, TimeSpan? age = null) => Add(relative, Encoding.UTF8.GetBytes(content), age);

    private void Add(string relative, byte[] content, TimeSpan? age = null)
    {
        // Complete when it appears, as a file that was moved here.
        string source = _media.Write("arriving", content);
        File.SetLastWriteTimeUtc(source, (_time.GetUtcNow() - (age ?? TimeSpan.FromHours(1))).UtcDateTime);
        Directory.CreateDirectory(Path.GetDirectoryName(Full(relative))!);
        File.Move(source, Full(relative));
    }

    private void AddImage(string relative, string content = "content", TimeSpan? age = null) => Add(relative, Iso(content), age);

    /// <summary>A disc with <c>vmlinuz</c> and <c>initrd</c> of that content.</summary>
    private static byte[] Iso(string content)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("INITRD.;1", 30, bytes.Length), iso.File("VMLINUZ.;1", 30, bytes.Length));
        bytes.CopyTo(iso.Sector(30));
        return iso.Bytes;
    }

    private static string? Open(LibraryImage image, string path)
    {
        using Payload? payload = image.OpenFile(path);
        return payload is null ? null : Text(payload);
    }

    private static string Text(Payload payload)
    {
        byte[] content = new byte[payload.Length];
        Assert.Equal(content.Length, payload.Read(0, content));
        return Encoding.UTF8.GetString(content);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow + Deadline;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "the library has not noticed");
            await Task.Delay(10);
        }
    }

    /// <summary>A clock that moves only when told.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private TimeSpan _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero) + _passed;

        public override long GetTimestamp() => _passed.Ticks;

        public void Advance(TimeSpan time) => _passed += time;
    }
}
