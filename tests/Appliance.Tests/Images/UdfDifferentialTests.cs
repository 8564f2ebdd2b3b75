using System.Globalization;
using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>UDF as the usual tools write and read it (I-05).</summary>
public sealed class UdfDifferentialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-udf")]
    [InlineData("-udf -J")]
    [InlineData("-udf -iso-level 3")]
    public void A_bridge_without_Rock_Ridge_is_read_from_its_UDF_side(string options)
    {
        string source = MakeSource();
        string image = Genisoimage(options, source);
        ImageTree tree = ReadTree(image);
        Assert.Equal(IsoNaming.Udf, tree.Naming);
        Assert.Equal("LABEL", tree.Label);
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
    }

    [Fact]
    public void A_bridge_lists_as_7z_lists_it()
    {
        string image = Genisoimage("-udf -J", MakeSource());
        Assert.Equal(SevenZip.List(image), SevenZip.ListTree(ReadTree(image)));
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
    [InlineData("bdr", "0x0250")]
    public void An_empty_volume_of_every_medium_is_read(string media, string revision)
    {
        ImageTree tree = ReadTree(Mkudffs(media, revision, 2048));
        Assert.Equal("LABEL", tree.Label);
        Assert.All(tree.Root.Children, static node => Assert.Equal("lost+found", node.Name));
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
