using System.Buffers.Binary;
using Appliance.Formats.Tests.Disk;
using Appliance.Formats.Tests.Fat;
using Appliance.Images;
using static Appliance.Formats.Tests.Fat.HandMadeFat;
using static Appliance.Tests.Images.BoundedReading;

namespace Appliance.Tests.Images;

/// <summary>FAT volumes made to hurt end in a reason, quickly and in little memory (I-06, V-16).</summary>
public sealed class HostileFatTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void A_chain_of_clusters_in_a_circle_is_refused(int bits)
    {
        var fat = new HandMadeFat(bits);
        fat.Link(20, 21);
        fat.Link(21, 20);
        fat.WriteRoot(Entry("LOOP", 20, 5000));
        AssertBroken(fat.Bytes, "used twice", RootSector(fat));
        fat.WriteRoot(Entry("LOOP", 20, 0, DirectoryAttribute));
        AssertBroken(fat.Bytes, "used twice");
    }

    [Fact]
    public void Two_files_that_share_clusters_are_refused()
    {
        var fat = new HandMadeFat(16);
        fat.Chain(20, 22, 23);
        fat.Link(21, 22);
        fat.WriteRoot(Entry("A", 20, 1200), Entry("B", 21, 600));
        AssertBroken(fat.Bytes, "used twice");
    }

    [Fact]
    public void A_file_in_the_clusters_of_its_directory_is_refused()
    {
        var fat = new HandMadeFat(32);
        uint directory = fat.Take(1);
        fat.Chain(directory);
        Entry("SELF", directory, 512).CopyTo(fat.Cluster(directory));
        fat.WriteRoot(Entry("DIR", directory, 0, DirectoryAttribute));
        AssertBroken(fat.Bytes, "used twice");
    }

    [Fact]
    public void A_directory_inside_itself_is_refused()
    {
        var fat = new HandMadeFat(16);
        uint inner = fat.Chain(fat.Take(1));
        Entry("LOOP", inner, 0, DirectoryAttribute).CopyTo(fat.Cluster(inner));
        fat.WriteRoot(Entry("LOOP", inner, 0, DirectoryAttribute));
        AssertBroken(fat.Bytes, "appears twice");
    }

    [Theory]
    [InlineData(12)]
    [InlineData(32)]
    public void The_root_inside_another_directory_is_refused(int bits)
    {
        var fat = new HandMadeFat(bits);
        fat.WriteRoot(fat.Directory("DIR", Entry("ROOT", 0, 0, DirectoryAttribute)));
        AssertBroken(fat.Bytes, "appears twice", RootSector(fat));
    }

    [Theory]
    [InlineData(1u, "does not have")]
    [InlineData(0u, "does not have")]
    [InlineData(202u, "does not have")]
    [InlineData(0xffffffffu, "does not have")]
    [InlineData(201u, "cut off")]
    public void A_cluster_that_is_not_there_is_refused(uint cluster, string reason)
    {
        var fat = new HandMadeFat(32);
        fat.WriteRoot(Entry("FAR", cluster, 100));
        AssertBroken(fat.Bytes, reason);
        fat.WriteRoot(Entry("FAR", fat.Take(1), 1000));
        fat.Link(3, cluster & 0x0fffffff);
        Assert.NotNull(Read(fat.Bytes).Defect);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void A_chain_that_ends_early_or_badly_is_refused(int bits)
    {
        var fat = new HandMadeFat(bits);
        fat.WriteRoot(Entry("SHORT", fat.Chain(20, 21), 1025));
        AssertBroken(fat.Bytes, "longer than its clusters");
        fat.WriteRoot(Entry("SHORT", 20, uint.MaxValue));
        AssertBroken(fat.Bytes, "longer than its clusters");
        fat.Link(21, fat.End & ~8u);
        AssertBroken(fat.Bytes, "marked as bad");
        fat.Link(21, 0);
        AssertBroken(fat.Bytes, "does not have");
        fat.WriteRoot(Entry("WHOLE", 20, 1024));
        Assert.Equal(1024, Assert.Single(Read(fat.Bytes).Tree!.Root.Children).Length);
    }

    [Fact]
    public void A_directory_longer_than_any_is_refused()
    {
        const int Clusters = 4200;
        var fat = new HandMadeFat(16, Clusters);
        uint first = fat.Take(Clusters - 10);
        fat.Chain([.. Enumerable.Range((int)first, Clusters - 10).Select(static cluster => (uint)cluster)]);
        fat.Bytes.AsSpan(fat.OffsetOf(first)).Fill(0xe5);
        fat.WriteRoot(Entry("LONG", first, 0, DirectoryAttribute));
        AssertBroken(fat.Bytes, "longer than 2 MiB");
    }

    [Fact]
    public void A_file_in_more_pieces_than_the_limit_is_refused_and_one_within_it_is_read()
    {
        const int Pieces = 65_536;
        var fat = new HandMadeFat(32, (2 * Pieces) + 100);
        uint first = fat.Take((2 * Pieces) + 2);
        uint[] scattered = [.. Enumerable.Range(0, Pieces + 1).Select(i => first + (2 * (uint)i))];
        fat.Chain(scattered);
        fat.WriteRoot(Entry("PIECES", first, (Pieces + 1) * SectorLength));
        AssertBroken(fat.Bytes, "more than 65536 pieces");
        fat.WriteRoot(Entry("PIECES", first, Pieces * SectorLength));
        Assert.Equal(Pieces, Assert.Single(Read(fat.Bytes).Tree!.Root.Children).Extents.Length);
    }

    [Fact]
    public void Directories_deeper_than_the_limit_are_refused_and_as_deep_are_read()
    {
        var fat = new HandMadeFat(16, 100);
        uint inner = fat.AddDirectory();
        for (int depth = 3; depth < ImageTreeBuilder.MaxDepth + 1; depth++)
        {
            inner = fat.AddDirectory(Entry("D", inner, 0, DirectoryAttribute));
        }

        fat.WriteRoot(Entry("D", inner, 0, DirectoryAttribute));
        Assert.Equal(ImageTreeBuilder.MaxDepth, Read(fat.Bytes).Tree!.Count);
        fat.WriteRoot(fat.Directory("D", Entry("D", inner, 0, DirectoryAttribute)));
        AssertBroken(fat.Bytes, "64 deep");
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void A_volume_cut_at_any_sector_has_a_reason_or_all_its_files(int bits)
    {
        byte[] volume = Full(bits);
        AssertEveryCutIsNoticed(volume);
        AssertEveryCutIsNoticed(HandMadeDisk.WithMbr(volume).Bytes);
        AssertEveryCutIsNoticed(HandMadeDisk.WithGuidTable(volume, HandMadeDisk.EfiGuid).Bytes);
    }

    [Fact]
    public void A_volume_smaller_than_its_tables_is_refused()
    {
        var fat = new HandMadeFat(32);
        BinaryPrimitives.WriteInt32LittleEndian(fat.Bytes.AsSpan(32), 5);
        AssertBroken(fat.Bytes, "shorter than its own tables", 0);
        BinaryPrimitives.WriteInt32LittleEndian(fat.Bytes.AsSpan(32), -1);
        BinaryPrimitives.WriteInt32LittleEndian(fat.Bytes.AsSpan(36), -1);
        Assert.NotNull(Read(fat.Bytes).Defect);
        fat = new HandMadeFat(32);
        BinaryPrimitives.WriteInt32LittleEndian(fat.Bytes.AsSpan(44), 1);
        AssertBroken(fat.Bytes, "no root directory", 0);
    }

    [Fact]
    public void The_largest_claim_takes_no_more_memory_than_the_image_holds()
    {
        var fat = new HandMadeFat(32);
        BinaryPrimitives.WriteInt32LittleEndian(fat.Bytes.AsSpan(32), -1);
        fat.WriteRoot(fat.File("A", "x"u8));
        Assert.Single(Read(fat.Bytes).Tree!.Root.Children);
    }

    [Fact]
    public void Partitions_past_the_end_of_the_image_are_cut_off()
    {
        var disk = new HandMadeDisk(100);
        disk.WriteTable(0, (HandMadeDisk.FatType, 100, 5000), (HandMadeDisk.EfiType, int.MaxValue, 5000));
        AssertBroken(disk.Bytes, "its partitions lie past its end");
    }

    [Fact]
    public void A_disk_without_a_volume_that_can_be_read_has_a_reason()
    {
        AssertBroken(new HandMadeDisk(100).Bytes, "nor a UDF or FAT volume");
        AssertBroken([], "nor a UDF or FAT volume");
    }

    private static long RootSector(HandMadeFat fat) =>
        (fat.Bits == 32 ? fat.OffsetOf(fat.RootCluster) : fat.DataStart - (64 * 32)) / 2048;

    private static byte[] Full(int bits)
    {
        var fat = new HandMadeFat(bits, present: 20);
        fat.WriteRoot(
            fat.LongFile("a longer name.txt", "ALONGE~1.TXT", new byte[2000]),
            fat.Directory("DIR", fat.Directory("INNER", fat.File("FILE", new byte[100]))),
            fat.File("LAST", new byte[1]));
        uint used = fat.Take(1);
        return fat.Bytes[..fat.OffsetOf(used)];
    }
}
