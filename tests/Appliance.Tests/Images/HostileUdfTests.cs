using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Formats.Tests.Udf;
using Appliance.Fuzz.Udf;
using Appliance.Images;
using static Appliance.Formats.Tests.Udf.HandMadeUdf;
using static Appliance.Tests.Images.BoundedReading;

namespace Appliance.Tests.Images;

/// <summary>UDF images made to hurt end in a reason, quickly and in little memory (I-06, V-16; 7-Zip's CVE-2016-2335).</summary>
public sealed class HostileUdfTests
{
    [Fact]
    public void A_directory_that_is_its_own_child_is_refused()
    {
        var udf = new HandMadeUdf();
        udf.WriteRoot(udf.Identifier("loop", RootBlock, characteristics: 2));
        AssertBroken(udf, "appears twice", udf.EntrySector(RootBlock));
    }

    [Fact]
    public void Two_directories_inside_each_other_are_refused()
    {
        var udf = new HandMadeUdf();
        uint outer = udf.TakeEntry();
        uint inner = udf.AddDirectory(udf.Identifier("outer", outer, characteristics: 2));
        udf.WriteDirectory(outer, udf.Identifier("inner", inner, characteristics: 2));
        udf.WriteRoot(udf.Identifier("outer", outer, characteristics: 2));
        AssertBroken(udf, "appears twice", udf.EntrySector(outer));
    }

    [Fact]
    public void Allocation_descriptors_that_continue_in_themselves_are_refused()
    {
        var udf = new HandMadeUdf();
        uint block = udf.TakeData(1);
        byte[] self = Long(BlockSize, block, 0, type: 3);
        udf.WriteContinuation(block, self);
        udf.WriteRoot(udf.Identifier("loop", udf.AddEntry(FileType, LongForm, self, 100)));
        AssertBroken(udf, "run in a circle");
    }

    [Fact]
    public void Allocation_descriptors_that_continue_in_each_other_are_refused()
    {
        var udf = new HandMadeUdf();
        uint first = udf.TakeData(2);
        udf.WriteContinuation(first, Long(BlockSize, first + 1, 0, type: 3));
        udf.WriteContinuation(first + 1, Long(BlockSize, first, 0, type: 3));
        byte[] start = Long(BlockSize, first, 0, type: 3);
        udf.WriteRoot(udf.Identifier("loop", udf.AddEntry(FileType, LongForm, start, 100)));
        AssertBroken(udf, "run in a circle");
    }

    [Fact]
    public void An_entry_that_is_a_continuation_of_itself_is_refused()
    {
        var udf = new HandMadeUdf();
        uint entry = udf.TakeEntry();
        WriteEntry(udf.EntryBlock(entry), entry, FileType, LongForm, Long(BlockSize, entry, 0, type: 3), 100, extended: false);
        udf.WriteRoot(udf.Identifier("self", entry));
        AssertBroken(udf, "another UDF descriptor");
    }

    [Theory]
    [InlineData(0x3fffffffu, 90u, "outside its partition")]
    [InlineData(2048u, 255u, "cut off")]
    [InlineData(2048u, 256u, "outside its partition")]
    [InlineData(2048u, 0xffffffffu, "outside its partition")]
    [InlineData(100u, 90u, "longer than its extents")]
    public void An_extent_that_is_not_there_or_not_long_enough_is_refused(uint length, uint block, string reason)
    {
        var udf = new HandMadeUdf();
        uint entry = udf.AddEntry(FileType, LongForm, Long(length, block, 0), Math.Max(2048, length));
        udf.WriteRoot(udf.Identifier("far", entry));
        byte[] image = reason == "cut off" ? udf.Bytes[..^1] : udf.Bytes;
        Assert.Contains(reason, Read(image).Defect!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_length_that_cannot_be_is_refused(long length)
    {
        var udf = new HandMadeUdf();
        udf.WriteRoot(udf.Identifier("huge", udf.AddEntry(FileType, LongForm, Long(BlockSize, 90, 0, type: 2), length)));
        AssertBroken(udf, "longer than");
        udf.WriteRoot(udf.Identifier("huge", udf.AddEntry(DirectoryType, EmbeddedForm, [], length)));
        Assert.NotNull(Read(udf.Bytes).Defect);
    }

    [Fact]
    public void A_partition_that_is_not_there_is_refused()
    {
        var udf = new HandMadeUdf();
        udf.WriteRoot(udf.Identifier("nowhere", 2, partition: 7));
        AssertBroken(udf, "names a partition");
        udf.WriteRoot(udf.Identifier("nowhere", udf.AddEntry(FileType, LongForm, Long(100, 90, 7), 100)));
        AssertBroken(udf, "names a partition");
    }

    [Fact]
    public void An_entry_that_belongs_elsewhere_is_refused()
    {
        var udf = new HandMadeUdf();
        uint entry = udf.AddFile([1]);
        udf.EntryBlock(entry).CopyTo(udf.EntryBlock(entry + 1));
        udf.WriteRoot(udf.Identifier("copy", entry + 1));
        AssertBroken(udf, "belongs elsewhere");
    }

    [Fact]
    public void Directories_deeper_than_the_limit_are_refused()
    {
        var udf = new HandMadeUdf();
        uint inner = udf.AddDirectory();
        for (int depth = 0; depth < ImageTreeBuilder.MaxDepth; depth++)
        {
            inner = udf.AddDirectory(udf.Identifier("d", inner, characteristics: 2));
        }

        udf.WriteRoot(udf.Identifier("d", inner, characteristics: 2));
        AssertBroken(udf, "64 deep");
    }

    [Fact]
    public void Names_of_one_file_cannot_make_more_extents_than_the_limit()
    {
        // Each of 15,000 names of the same file adds its 112 extents, which cannot be joined.
        var udf = new HandMadeUdf(sectors: 1200);
        byte[] extents = [.. Enumerable.Range(0, 112).SelectMany(static i => Long(BlockSize, 200 + ((uint)i * 2), 0))];
        uint file = udf.AddEntry(FileType, LongForm, extents, 112 * BlockSize);
        byte[] root = [.. Enumerable.Range(0, 15_000).SelectMany(i => udf.Identifier($"f{i}", file))];
        var bytes = new byte[udf.Bytes.Length + root.Length + BlockSize];
        udf.WriteRoot();
        WriteEntry(
            udf.EntryBlock(RootBlock), RootBlock, DirectoryType, ShortForm,
            Short((uint)root.Length, (uint)(udf.Sectors - PartitionStart)), root.Length, extended: false);
        foreach (int start in (int[])[MainSequence, ReserveSequence])
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(udf.Sector(start + 1)[192..], bytes.Length / BlockSize);
            Seal(udf.Sector(start + 1), 5, (uint)start + 1, 512);
        }

        udf.Bytes.CopyTo(bytes, 0);
        root.CopyTo(bytes, udf.Bytes.Length);
        Assert.Contains("more files than can be listed", Read(bytes).Defect!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void An_image_cut_at_any_sector_has_a_reason_or_all_its_files(int layout) =>
        AssertEveryCutIsNoticed(UdfSeed.Make((UdfLayout)layout));

    [Fact]
    public void A_cut_bridge_does_not_pass_for_its_stub()
    {
        var udf = new HandMadeUdf();
        var iso = new HandMadeIso(600);
        iso.WriteRoot(iso.File("README.TXT;1", 21, 100));
        udf.AddIsoSide(iso);
        udf.WriteRoot(udf.Identifier("install.wim", udf.AddFile(new byte[90_000], LongForm)));
        Assert.Equal("install.wim", Read(udf.Bytes).Tree!.Root.Children.Single().Name);
        Assert.Contains("cut off", Read(udf.Bytes[..((PartitionStart + 95) * BlockSize)]).Defect!.Reason, StringComparison.Ordinal);
    }

    private static void AssertBroken(HandMadeUdf udf, string reason, long? sector = null) =>
        BoundedReading.AssertBroken(udf.Bytes, reason, sector);
}
