using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>Images whose files the usual tools have compressed read as the files were before (I-03, ZF).</summary>
public sealed class ZisofsImageTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_of_mkzftree_and_genisoimage_hold_what_went_in()
    {
        string source = MakeSource();
        Tool.Run("genisoimage", "mkzftree", source, _folder["compressed"]);
        Tool.Run("genisoimage", "genisoimage", "-quiet", "-R", "-z", "-o", _folder["image.iso"], _folder["compressed"]);
        AssertHolds(source, _folder["image.iso"], compressed: ["/nested/zeros.bin", "/text.txt"]);
    }

    [Theory]
    [InlineData("level=9")]
    [InlineData("block_size=64k")]
    [InlineData("block_size=128k")]
    [InlineData("version_2=on")]
    [InlineData("version_2=on:susp_z2=on")]
    [InlineData("version_2=on:block_size_v2=32k")]
    public void Images_of_xorriso_hold_what_went_in(string parameters)
    {
        string source = MakeSource();
        string image = _folder["image.iso"];
        Tool.Run(
            "xorriso", "xorriso", "-report_about", "WARNING", "-zisofs", parameters, "-outdev", image, "-map", source, "/",
            "-set_filter_r", "--zisofs", "/", "--", "-commit");
        AssertHolds(source, image, compressed: ["/nested/zeros.bin", "/text.txt"]);
    }

    [Fact]
    public void Every_range_is_that_of_the_file_before()
    {
        string source = MakeSource();
        string image = _folder["image.iso"];
        Tool.Run(
            "xorriso", "xorriso", "-report_about", "WARNING", "-outdev", image, "-map", source, "/", "-set_filter_r", "--zisofs", "/",
            "--", "-commit");
        ImageTree tree = ReadTree(image);
        Assert.True(tree.TryFind("text.txt", out ImageNode node));
        using Payload payload = tree.OpenFile(node, SharedFile.Open(image));
        byte[] expected = File.ReadAllBytes(Path.Combine(source, "text.txt"));
        var random = new Random(7);
        foreach (int length in new[] { 1, 511, 32768, 32769, 100_000, expected.Length })
        {
            for (int i = 0; i < 50; i++)
            {
                int offset = random.Next(expected.Length);
                byte[] bytes = new byte[length];
                int count = payload.Read(offset, bytes);
                Assert.Equal(Math.Min(length, expected.Length - offset), count);
                Assert.Equal(expected.AsSpan(offset, count), bytes.AsSpan(0, count));
            }
        }
    }

    [Fact]
    public void Two_compressed_files_of_one_length_have_tags_of_their_own()
    {
        _folder.Write("source/a", new string('a', 100_000));
        _folder.Write("source/b", new string('b', 100_000));
        string image = _folder["image.iso"];
        Tool.Run(
            "xorriso", "xorriso", "-report_about", "WARNING", "-outdev", image, "-map", _folder["source"], "/", "-set_filter_r",
            "--zisofs", "/", "--", "-commit");
        ImageTree tree = ReadTree(image);
        string[] tags = [.. tree.Root.Children.Select(node =>
        {
            using Payload payload = tree.OpenFile(node, SharedFile.Open(image));
            return payload.ETag;
        })];
        Assert.NotEqual(tags[0], tags[1]);
    }

    private static void AssertHolds(string source, string image, string[] compressed)
    {
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree));
        (string Path, ImageNode Node)[] found = [.. Walk(tree.Root, "").Where(static found => found.Node.IsCompressed)];
        Assert.Equal(compressed, found.Select(static item => item.Path).Order(StringComparer.Ordinal));
        Assert.All(found, item => Assert.Equal(new FileInfo(source + item.Path).Length, item.Node.Length));
        Assert.Empty(tree.Warnings);
        AssertContents(source, tree, image);
    }

    /// <summary>Two files that become smaller and three that do not.</summary>
    private string MakeSource()
    {
        byte[] random = new byte[70_000];
        new Random(3).NextBytes(random);
        _folder.Write("source/text.txt", string.Join('\n', Enumerable.Range(0, 60_000)));
        _folder.Write("source/nested/zeros.bin", new byte[300_001]);
        _folder.Write("source/random.bin", random);
        _folder.Write("source/small", "small");
        _folder.Write("source/empty", "");
        return _folder["source"];
    }
}
