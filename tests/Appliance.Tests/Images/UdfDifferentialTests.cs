using System.Globalization;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Udf;
using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>
/// UDF as the usual tools write and read it (I-05). Of those in Debian genisoimage fills UDF 1.02 only; mkudffs formats 1.02
/// to 2.01 for every medium, and 2.50 and 2.60 for Blu-ray discs, but fills none of them; Linux writes up to 2.01 and would
/// have to run for it. So volumes of 2.50 with a metadata partition are our own (<see cref="HandMadeUdf"/>), judged by
/// libudfread; it and 7-Zip know neither virtual nor sparable partitions, which are read back by other tests.
/// </summary>
public sealed class UdfDifferentialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-udf")]
    [InlineData("-udf -J")]
    [InlineData("-udf -iso-level 3")]
    [InlineData("-udf -J -joliet-long")]
    public void A_bridge_without_Rock_Ridge_is_read_from_its_UDF_side(string options)
    {
        string source = MakeSource();
        string image = Genisoimage(options, source);
        ImageTree tree = ReadTree(image);
        Assert.Equal(IsoNaming.Udf, tree.Naming);
        Assert.Equal("LABEL", tree.Label);
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
        Assert.Equal(SevenZip.List(image), SevenZip.ListTree(tree));
        SevenZip.Extract(image, _folder["by-7z"]);
        AssertContents(_folder["by-7z"], tree, image);
        AssertReadsAsLibudfread(tree, image);
    }

    /// <summary>
    /// With those forms of files that libudfread knows: no holes, and in a metadata partition no short descriptors, which it
    /// takes for blocks of the other partition.
    /// </summary>
    [Theory]
    [InlineData((int)UdfLayout.Plain)]
    [InlineData((int)UdfLayout.WholeMetadata)]
    public void A_filled_volume_reads_as_libudfread_reads_it(int layout)
    {
        var udf = new HandMadeUdf((UdfLayout)layout);
        byte[] content = [.. Enumerable.Range(0, 9000).Select(static i => (byte)(i * 31 / 7))];
        uint inner = udf.AddDirectory(udf.Identifier("日本語.txt", udf.AddFile(content, HandMadeUdf.LongForm, 3)));
        udf.WriteRoot(
            udf.Identifier("embedded", udf.AddFile([1, 2, 3])),
            udf.Identifier("long", udf.AddFile(content, HandMadeUdf.LongForm)),
            udf.Identifier("extended entry", udf.AddFile(content, HandMadeUdf.LongForm, extended: true)),
            udf.Identifier("extended descriptors", udf.AddFile(content, HandMadeUdf.ExtendedForm)),
            udf.Identifier("inner", udf.AddDirectory(udf.Identifier("inmost", inner, characteristics: 2)), characteristics: 2));
        string image = _folder.Write("made.udf", udf.Bytes);
        AssertReadsAsLibudfread(ReadTree(image), image);
    }

    [Fact]
    public void A_bridge_with_Rock_Ridge_is_read_from_its_ISO_side()
    {
        string source = MakeSource();
        File.CreateSymbolicLink(Path.Combine(source, "link"), "file.txt");
        ImageTree tree = ReadTree(Genisoimage("-udf -R", source));
        Assert.Equal(IsoNaming.RockRidge, tree.Naming);
        Assert.Equal(ListFolder(source), ListTree(tree));
    }

    [Fact]
    public void A_file_over_4_GiB_is_one_run_of_bytes_although_it_takes_several_extents()
    {
        const long Length = (4L << 30) + (100 << 20) + 5;
        Directory.CreateDirectory(_folder["big/sources"]);
        using (FileStream big = File.Create(_folder["big/sources/install.wim"]))
        {
            big.SetLength(Length);
        }

        // Directories come first and the file's zeros are a hole: the tool is stopped when it has written the former.
        string image = _folder["image.iso"];
        Tool.Run(
            "genisoimage", "sh", "-c",
            $"genisoimage -quiet -udf -allow-limited-size -V LABEL '{_folder["big"]}' 2>/dev/null | head -c 4M > '{image}'");
        using (FileStream stream = File.OpenWrite(image))
        {
            stream.SetLength(Length + (4 << 20));
        }

        Assert.True(ReadTree(image).TryFind("/sources/install.wim", out ImageNode node));
        Assert.Equal(Length, node.Length);
        Assert.Equal(Length, Assert.Single(node.Extents).Length);
    }

    [Theory]
    [InlineData("0x0102", 2048)]
    [InlineData("0x0150", 2048)]
    [InlineData("0x0200", 2048)]
    [InlineData("0x0201", 2048)]
    [InlineData("0x0201", 512)]
    [InlineData("0x0201", 1024)]
    [InlineData("0x0201", 4096)]
    public void An_empty_volume_of_every_revision_and_block_size_is_read(string revision, int blockSize)
    {
        ImageTree tree = ReadTree(Mkudffs("hd", revision, blockSize));
        Assert.Equal(("LABEL", IsoNaming.Udf), (tree.Label, tree.Naming));
        Assert.All(tree.Root.Children, static node => Assert.Equal("lost+found", node.Name));
    }

    [Theory]
    [InlineData("dvd", "0x0102")]
    [InlineData("dvdram", "0x0201")]
    [InlineData("dvdrw", "0x0201")]
    [InlineData("cdrw", "0x0201")]
    [InlineData("dvdr", "0x0150")]
    [InlineData("dvdr", "0x0201")]
    [InlineData("cdr", "0x0150")]
    [InlineData("cdrw", "0x0150")]
    [InlineData("dvdrw", "0x0200")]
    [InlineData("bdr", "0x0250")]
    [InlineData("bdr", "0x0260")]
    public void An_empty_volume_of_every_medium_is_read(string media, string revision)
    {
        ImageTree tree = ReadTree(Mkudffs(media, revision, 2048));
        Assert.Equal("LABEL", tree.Label);

        // The second is how UDF 1.50 marks the blocks that a rewritable disc keeps in reserve.
        Assert.All(tree.Root.Children, static node => Assert.Contains(node.Name, (string[])["lost+found", "Non-Allocatable Space"]));
    }

    private static void AssertReadsAsLibudfread(ImageTree tree, string image)
    {
        Dictionary<string, ImageNode> nodes = Walk(tree.Root, "").ToDictionary(static found => found.Path, static found => found.Node);
        Dictionary<string, byte[]?> entries = Libudfread.ReadAll(image);
        Assert.Equal(entries.Keys.Order(StringComparer.Ordinal), nodes.Keys.Order(StringComparer.Ordinal));
        foreach ((string path, byte[]? content) in entries)
        {
            Assert.Equal(content is null, nodes[path].IsDirectory);
            Assert.True(content is null || content.AsSpan().SequenceEqual(ReadFile(tree, nodes[path], image)), path);
        }
    }

    private string Mkudffs(string media, string revision, int blockSize)
    {
        string image = _folder["empty.udf"];
        using (FileStream stream = File.Create(image))
        {
            stream.SetLength(32 << 20);
        }

        string layout = Tool.Run(
            "udftools", "mkudffs", "--label=LABEL", $"--media-type={media}", $"--udfrev={revision}", $"--blocksize={blockSize}", image);

        // A recorder stops after the virtual allocation table, which is found by being the last block.
        const string Table = "vatblock=";
        string? table = layout.Split('\n').FirstOrDefault(static line => line.StartsWith(Table, StringComparison.Ordinal));
        if (table is not null)
        {
            using FileStream stream = File.OpenWrite(image);
            stream.SetLength((long.Parse(table[Table.Length..], CultureInfo.InvariantCulture) + 1) * blockSize);
        }

        return image;
    }

    private string Genisoimage(string options, string source)
    {
        string image = _folder["image.iso"];
        Tool.Run(
            "genisoimage", "genisoimage",
            ["-quiet", "-input-charset", "utf-8", "-V", "LABEL", .. options.Split(' '), "-o", image, source]);
        return image;
    }

    private string MakeSource()
    {
        _folder.Write("source/file.txt", "file");
        _folder.Write("source/empty", "");
        _folder.Write("source/sources/install.wim", [.. Enumerable.Range(0, 300_000).Select(static i => (byte)(i * 7 / 256))]);
        _folder.Write("source/Mixed Case ümläut/日本語-ファイル.txt", "unicode");
        _folder.Write("source/d1/d2/d3/d4/d5/d6/deep.txt", "deep");
        for (int i = 0; i < 300; i++)
        {
            _folder.Write($"source/pool/package-with-a-longer-name-{i}_1.0_all.deb", $"package {i}");
        }

        return _folder["source"];
    }
}
