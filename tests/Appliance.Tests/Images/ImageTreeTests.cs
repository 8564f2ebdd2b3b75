using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;

namespace Appliance.Tests.Images;

public sealed class ImageTreeTests
{
    [Theory]
    [InlineData("/casper/vmlinuz")]
    [InlineData("casper/vmlinuz")]
    [InlineData("//casper//vmlinuz")]
    [InlineData("/ubuntu/casper/vmlinuz")]
    [InlineData("/ubuntu/ubuntu/ubuntu/casper/vmlinuz")]
    [InlineData("/casper/../casper/./vmlinuz")]
    [InlineData("/../casper/vmlinuz")]
    [InlineData("/CASPER/Vmlinuz")]
    [InlineData("/casper/kernel")]
    [InlineData("/casper/absolute")]
    [InlineData("/casper/outside")]
    public void A_path_leads_to_its_file_over_links_and_letter_case(string path)
    {
        Assert.True(Tree().TryFind(path, out ImageNode node));
        Assert.True(node.IsFile);
        Assert.Equal("vmlinuz", node.Name);
        Assert.Equal(1234, node.Length);
    }

    [Theory]
    [InlineData("/casper/vmlinuz/")]
    [InlineData("/")]
    [InlineData("")]
    public void A_slash_at_the_end_and_an_empty_path_do_no_harm(string path) => Assert.True(Tree().TryFind(path, out _));

    [Theory]
    [InlineData("/casper/none")]
    [InlineData("/casper/vmlinuz/below")]
    [InlineData("/casper/dangling")]
    [InlineData("/casper/self")]
    [InlineData("/casper/ping")]
    [InlineData("/casper/\ud800")]
    public void A_path_to_nothing_and_a_link_in_a_circle_are_not_found(string path) => Assert.False(Tree().TryFind(path, out _));

    [Fact]
    public void A_name_of_any_length_is_only_not_found() => Assert.False(Tree().TryFind(new string('x', 100_000), out _));

    [Fact]
    public void The_exact_name_comes_before_another_case()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(
            iso.File("A", 30, 1, systemUse: Nm("README")),
            iso.File("B", 30, 2, systemUse: Nm("readme")),
            iso.File("C", 30, 3, systemUse: Nm("ReadMe")));
        ImageTree tree = Read(iso);
        Assert.True(tree.TryFind("readme", out ImageNode exact));
        Assert.Equal(2, exact.Length);
        Assert.True(tree.TryFind("ReadMe", out exact));
        Assert.Equal(3, exact.Length);
        Assert.True(tree.TryFind("rEADmE", out ImageNode other));
        Assert.Equal("README", other.Name);
    }

    [Fact]
    public void Children_are_sorted_by_name_without_regard_to_case()
    {
        Assert.Equal(["casper", "ubuntu"], Tree().Root.Children.Select(static node => node.Name));
    }

    [Fact]
    public void A_file_of_several_extents_is_read_through_all_of_them()
    {
        using var folder = new TestFolder();
        var iso = new HandMadeIso();
        iso.WriteRoot(
            iso.File("BIG.BIN;1", 30, 2048, flags: 0x80), iso.File("BIG.BIN;1", 31, 2048, flags: 0x80), iso.File("BIG.BIN;1", 40, 10));
        iso.Sector(30).Fill(1);
        iso.Sector(31).Fill(2);
        iso.Sector(40).Fill(3);
        ImageTree tree = Read(iso);
        Assert.True(tree.TryFind("big.bin", out ImageNode node));
        Assert.Equal(4106, node.Length);
        Assert.Equal([new IsoExtent(30 * 2048, 4096), new IsoExtent(40 * 2048, 10)], node.Extents.AsEnumerable());
        using Payload payload = tree.OpenFile(node, SharedFile.Open(folder.Write("a.iso", iso.Bytes)));
        byte[] content = new byte[5000];
        Assert.Equal(4106, payload.Read(0, content));
        Assert.Equal([1, 2, 3, 3], [content[0], content[2048], content[4096], content[4105]]);
    }

    [Fact]
    public void A_compressed_file_is_marked_and_warned_of_when_nothing_can_read_it()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(
            iso.File("A", 30, 100, systemUse: [.. Nm("packed"), .. Zf(5000)]),
            iso.File("B", 31, 100, systemUse: Nm("plain")),
            iso.File("C", 32, 100, systemUse: [.. Nm("unknown"), .. Entry("ZF", [(byte)'X', (byte)'Z', 6, 15, 1, 2, 0, 0, 0, 0, 0, 0])]));
        ImageTree tree = Read(iso);
        Assert.Equal([(true, 5000), (false, 100), (true, 513)], tree.Root.Children.Select(static node => (node.IsCompressed, node.Length)));
        Assert.All(tree.Root.Children, static node => Assert.True(node.IsFile));
        Assert.Equal(new IsoExtent(30 * 2048, 100), tree.Root.Children.First().Extents.Single());
        Assert.Contains("1 of its files are compressed in an unknown way", Assert.Single(tree.Warnings).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "too short")]
    [InlineData("707A040F8813000000001388FF", null)]
    [InlineData("707A040F88130000000013", "too short")]
    [InlineData("505A060F0000000000000080", "longer than any file")]
    public void An_entry_for_a_compressed_file_must_be_whole(string data, string? reason)
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 30, 100, systemUse: [.. Nm("packed"), .. Entry("ZF", Convert.FromHexString(data))]));
        bool read = ImageTree.TryRead(iso.Source, out _, out IsoDefect? defect, default);
        Assert.Equal(reason is null, read);
        Assert.Contains(reason ?? "", defect?.Reason ?? "", StringComparison.Ordinal);
    }

    private static ImageTree Tree()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(
            iso.File("UBUNTU", 0, 0, systemUse: [.. Nm("ubuntu"), .. Sl((2, ""))]),
            iso.Directory("CASPER", 21, systemUse: Nm("casper")));
        iso.WriteDirectory(
            21, 2048, RootSector, [],
            iso.File("A", 0, 0, systemUse: [.. Nm("absolute"), .. Sl((8, ""), (0, "casper"), (0, "vmlinuz"))]),
            iso.File("D", 0, 0, systemUse: [.. Nm("dangling"), .. Sl((0, "none"))]),
            iso.File("K", 0, 0, systemUse: [.. Nm("kernel"), .. Sl((4, ""), (0, "ubuntu"), (0, "casper"), (1, "vml"), (0, "inuz"))]),
            iso.File("O", 0, 0, systemUse: [.. Nm("outside"), .. Sl((4, ""), (4, ""), (4, ""), (0, "casper"), (0, "vmlinuz"))]),
            iso.File("P", 0, 0, systemUse: [.. Nm("ping"), .. Sl((0, "pong"))]),
            iso.File("Q", 0, 0, systemUse: [.. Nm("pong"), .. Sl((0, "ping"))]),
            iso.File("S", 0, 0, systemUse: [.. Nm("self"), .. Sl((0, "self"))]),
            iso.File("V", 30, 1234, systemUse: Nm("vmlinuz")));
        return Read(iso);
    }

    private static ImageTree Read(HandMadeIso iso)
    {
        Assert.True(ImageTree.TryRead(iso.Source, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        return tree;
    }
}
