using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>
/// Disk images as the usual tools write and read them: dosfstools, mtools, util-linux, gdisk, 7-Zip (I-04). Neither mtools
/// nor 7-Zip reads FAT32 with fewer than 65,525 clusters, as small EFI system partitions have it, and sfdisk writes no
/// table in blocks of 4,096 bytes: those are hand-made in other tests.
/// </summary>
public sealed class FatDifferentialTests : IDisposable
{
    private const int MegaByte = 1 << 20;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1440, "-F 12")]
    [InlineData(2880, "-F 12 -f 1 -s 4")]
    [InlineData(20_000, "-F 16")]
    [InlineData(20_000, "-F 16 -r 1024 -R 8 -f 4")]
    [InlineData(40_000, "-F 32 -s 1")]
    [InlineData(300_000, "-F 16 -s 128")]
    [InlineData(20_000, "-F 16 -S 1024")]
    [InlineData(40_000, "-F 16 -S 4096 -s 1")]
    [InlineData(300_000, "-F 32 -S 2048 -a")]
    public void Volumes_of_every_kind_list_and_read_as_mtools_and_7z_read_them(int kibibytes, string options)
    {
        string image = MakeVolume(kibibytes, options);
        FatTools.Fill(image, MakeSource());
        ImageTree tree = ReadTree(image);
        Assert.Equal((IsoNaming.Fat, "MADE HERE", "1A2B-3C4D"), (tree.Naming, tree.Label, tree.Identity.Uuid));
        Assert.Equal(FatTools.List(image), FatTools.ListTree(tree));
        Assert.Equal(SevenZip.List(image), SevenZip.ListTree(tree));
        AssertContents(_folder["source"], tree, image);
        SevenZip.Extract(image, _folder["by-7z"]);
        AssertContents(_folder["by-7z"], tree, image);
        FatTools.Extract(image, _folder["by-mtools"]);
        AssertContents(_folder["by-mtools"], tree, image);
    }

    [Fact]
    public void Files_in_pieces_are_read_through_all_of_them()
    {
        string image = MakeVolume(4_000, "-F 12 -s 2");
        string source = _folder["source"];
        for (int i = 0; i < 200; i++)
        {
            _folder.Write($"source/small-{i}", Pattern(600, i));
        }

        FatTools.Fill(image, source);
        for (int i = 0; i < 200; i += 2)
        {
            Tool.Run("mtools", "mdel", "-i", image, $"::/small-{i}");
            File.Delete(_folder[$"source/small-{i}"]);
        }

        // Longer than what is left in one piece.
        string large = _folder.Write("source/large", Pattern(4_000 * 1024 - 300_000, 7));
        Tool.Run("mtools", "mcopy", "-i", image, large, "::/large");
        ImageTree tree = ReadTree(image);
        Assert.True(tree.TryFind("large", out ImageNode node));
        Assert.InRange(node.Extents.Length, 20, 300);
        Assert.Equal(FatTools.List(image), FatTools.ListTree(tree));
        AssertContents(source, tree, image);
    }

    [Fact]
    public void A_directory_is_read_over_deleted_names()
    {
        string image = MakeVolume(4_000, "-F 12");
        string source = MakeSource();
        FatTools.Fill(image, source);
        Tool.Run("mtools", "mdel", "-i", image, "::/EFI/BOOT/grub.cfg");
        Tool.Run("mtools", "mdeltree", "-i", image, "::/pool");
        ImageTree tree = ReadTree(image);
        Assert.Equal(FatTools.List(image), FatTools.ListTree(tree));
        Assert.False(tree.TryFind("/EFI/BOOT/grub.cfg", out _));
        Assert.True(tree.TryFind("/efi/boot/bootx64.efi", out _));
    }

    [Theory]
    [InlineData("start=1MiB, size=20MiB, type=c, bootable", 1)]
    [InlineData("start=1MiB, size=2MiB, type=83\nstart=4MiB, size=20MiB, type=e", 4)]
    [InlineData("start=1MiB, size=2MiB, type=c\nstart=4MiB, size=20MiB, type=ef", 4)]
    [InlineData("start=1MiB, size=30MiB, type=5\nstart=2MiB, size=1MiB, type=83\nstart=4MiB, size=20MiB, type=b", 4)]
    [InlineData("label: gpt\nstart=2MiB, size=20MiB, type=uefi", 2)]
    [InlineData("label: gpt\nstart=1MiB, size=1MiB, type=linux\nstart=2MiB, size=20MiB, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", 2)]
    public void The_volume_in_a_partition_of_sfdisk_is_read(string table, int startMegaBytes)
    {
        string disk = MakeDisk(startMegaBytes);
        string script = _folder.Write("table", table.StartsWith("label", StringComparison.Ordinal) ? table + "\n" : $"label: dos\n{table}\n");
        Tool.Run("fdisk", "sh", "-c", $"/usr/sbin/sfdisk --quiet --no-reread --wipe never '{disk}' < '{script}'");
        AssertPartitionIsRead(disk, startMegaBytes);
    }

    [Theory]
    [InlineData("1:4096:8191 -t 1:8300 -n 2:8192:49151 -t 2:ef00", 4)]
    [InlineData("128:4096:45055 -t 128:0700", 2)]
    public void The_volume_in_a_partition_of_sgdisk_is_read(string options, int startMegaBytes)
    {
        string disk = MakeDisk(startMegaBytes);
        Tool.Run("gdisk", "/usr/sbin/sgdisk", [disk, "-n", .. options.Split(' ')]);
        AssertPartitionIsRead(disk, startMegaBytes);

        // The copy at the end is left.
        byte[] bytes = File.ReadAllBytes(disk);
        bytes.AsSpan(512, 512).Clear();
        File.WriteAllBytes(disk, bytes);
        AssertPartitionIsRead(disk, startMegaBytes);
    }

    private void AssertPartitionIsRead(string disk, int startMegaBytes)
    {
        long offset = startMegaBytes * (long)MegaByte;
        ImageTree tree = ReadTree(disk);
        Assert.Equal(FatTools.List(disk, offset), FatTools.ListTree(tree));
        Assert.True(tree.TryFind("/EFI/BOOT/BOOTX64.EFI", out _));
        AssertContents(_folder["source"], tree, disk);
    }

    /// <summary>A disk of 40 MiB with a volume at that place and no table yet.</summary>
    private string MakeDisk(int startMegaBytes)
    {
        string volume = MakeVolume(20 << 10, "-F 16");
        FatTools.Fill(volume, MakeSource());
        string disk = _folder["disk.img"];
        using FileStream stream = File.Create(disk);
        stream.SetLength(40 * MegaByte);
        stream.Position = startMegaBytes * (long)MegaByte;
        stream.Write(File.ReadAllBytes(volume));
        return disk;
    }

    private string MakeVolume(int kibibytes, string options) => FatTools.MakeVolume(
        _folder["volume.img"], kibibytes, ["-n", "MADE HERE", "-i", "1A2B3C4D", .. options.Split(' ')]);

    private string MakeSource()
    {
        _folder.Write("source/EFI/BOOT/BOOTX64.EFI", Pattern(50_000, 1));
        _folder.Write("source/EFI/BOOT/grub.cfg", "menuentry");
        _folder.Write("source/empty", "");
        _folder.Write("source/README.TXT", "upper");
        _folder.Write("source/Mixed Case ümläut/日本語-ファイル.txt", "unicode");
        _folder.Write($"source/{new string('n', 200)}.long", "long");
        _folder.Write("source/d1/d2/d3/d4/d5/deep.txt", "deep");
        for (int i = 0; i < 100; i++)
        {
            _folder.Write($"source/pool/package-with-a-longer-name-{i}_1.0_all.deb", Pattern(i * 40, i));
        }

        return _folder["source"];
    }

    private static byte[] Pattern(int length, int start) =>
        [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7 / 256) + i + start))];
}
