using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Formats.Tests.Udf;
using Appliance.Images;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;
using static Appliance.Formats.Tests.Udf.HandMadeUdf;

namespace Appliance.Tests.Images;

/// <summary>Which side of a bridge is read, and what a tree makes of UDF's files (I-05).</summary>
public sealed class UdfTreeTests
{
    [Fact]
    public void Files_in_UDF_come_before_a_stub_that_says_to_read_UDF()
    {
        HandMadeUdf udf = Bridge(static iso => iso.WriteRoot(iso.File("README.TXT;1", 21, 100)));
        ImageTree tree = Read(udf.Bytes);
        Assert.Equal(IsoNaming.Udf, tree.Naming);
        Assert.Equal(["setup.exe", "sources"], tree.Root.Children.Select(static node => node.Name));
        Assert.Equal("HAND MADE", tree.Label);
        Assert.True(tree.TryFind("/SOURCES/Boot.WIM", out ImageNode node));
        Assert.Equal(3, node.Length);
    }

    [Fact]
    public void A_full_Rock_Ridge_side_comes_before_UDF()
    {
        HandMadeUdf udf = Bridge(static iso =>
            iso.WriteRockRidgeRoot([.. Enumerable.Range(0, 10).Select(i => iso.File($"F{i}", 21, 100, systemUse: Nm($"file{i}")))]));
        Assert.Equal(IsoNaming.RockRidge, Read(udf.Bytes).Naming);
    }

    [Fact]
    public void A_Rock_Ridge_stub_does_not()
    {
        HandMadeUdf udf = Bridge(static iso => iso.WriteRockRidgeRoot(iso.File("R", 21, 100, systemUse: Nm("readme"))));
        Assert.Equal(IsoNaming.Udf, Read(udf.Bytes).Naming);
    }

    [Fact]
    public void An_empty_UDF_side_gives_way_to_the_other()
    {
        HandMadeUdf udf = Bridge(static iso => iso.WriteRoot(iso.File("README.TXT;1", 21, 100)));
        udf.WriteRoot();
        Assert.Equal("readme.txt", Read(udf.Bytes).Root.Children.Single().Name);
    }

    [Fact]
    public void A_broken_UDF_side_gives_way_to_a_full_other_with_a_warning()
    {
        HandMadeUdf udf = Bridge(static iso => iso.WriteRoot([.. Enumerable.Range(0, 10).Select(i => iso.File($"F{i}.TXT;1", 21, 100))]));
        udf.EntryBlock(RootBlock)[100] ^= 1;
        ImageTree tree = Read(udf.Bytes);
        Assert.Equal(11, tree.Count);
        Assert.Contains("CRC", Assert.Single(tree.Warnings).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hole_is_served_as_zeros_without_reading()
    {
        using var folder = new TestFolder();
        var udf = new HandMadeUdf();
        udf.DataBlock(udf.TakeData(1)).Fill(7);
        byte[] extents = [.. Long(BlockSize, 90, 0), .. Long(BlockSize * 100, 0, 0, type: 2), .. Long(1, 90, 0)];
        udf.WriteRoot(
            udf.Identifier("sparse", udf.AddEntry(FileType, LongForm, extents, (101 * BlockSize) + 1)),
            udf.Identifier("zeros", udf.AddEntry(FileType, LongForm, Long(5000, 0, 0, type: 2), 5000)));
        ImageTree tree = Read(udf.Bytes);
        Assert.True(tree.TryFind("sparse", out ImageNode node));
        using Payload payload = tree.OpenFile(node, SharedFile.Open(folder.Write("a.iso", udf.Bytes)));
        Assert.Equal([false, true, false], payload.Segments.Select(static segment => segment.File is null));
        byte[] content = new byte[payload.Length];
        Assert.Equal(content.Length, payload.Read(0, content));
        Assert.Equal([7, 0, 0, 7], [content[BlockSize - 1], content[BlockSize], content[BlockSize * 101 - 1], content[^1]]);
        Assert.True(tree.TryFind("zeros", out ImageNode zeros));
        Assert.Equal((5000, true), (zeros.Length, Assert.Single(zeros.Extents).IsZeros));
    }

    /// <summary>Of the partitions it knows the physical one only; what it cannot judge is read back by other tests.</summary>
    [Fact]
    public void A_hand_made_volume_lists_and_extracts_as_7z_does()
    {
        using var folder = new TestFolder();
        var udf = new HandMadeUdf();
        byte[] content = [.. Enumerable.Range(0, 9000).Select(static i => (byte)(i * 31 / 7))];
        uint inner = udf.AddDirectory(udf.Identifier("日本語.txt", udf.AddFile(content, LongForm, 3)));
        udf.WriteRoot(
            udf.Identifier("embedded", udf.AddFile([1, 2, 3])),
            udf.Identifier("extended entry", udf.AddFile(content, LongForm, extended: true)),
            udf.Identifier("inner", inner, characteristics: 2));
        udf.WriteAnchor(udf.Sectors - 1);
        string image = folder.Write("a.iso", udf.Bytes);
        ImageTree tree = Read(udf.Bytes);
        Assert.Equal(SevenZip.List(image), SevenZip.ListTree(tree));
        SevenZip.Extract(image, folder["extracted"]);
        TreeListing.AssertContents(folder["extracted"], tree, image);
    }

    private static HandMadeUdf Bridge(Action<HandMadeIso> writeIso)
    {
        var iso = new HandMadeIso(520);
        writeIso(iso);
        var udf = new HandMadeUdf();
        udf.AddIsoSide(iso);
        uint sources = udf.AddDirectory(udf.Identifier("boot.wim", udf.AddFile([1, 2, 3])));
        udf.WriteRoot(udf.Identifier("setup.exe", udf.AddFile([1])), udf.Identifier("sources", sources, characteristics: 2));
        return udf;
    }

    private static ImageTree Read(byte[] image)
    {
        Assert.True(
            ImageTree.TryRead(new MemorySectorSource(image), out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        return tree;
    }
}
