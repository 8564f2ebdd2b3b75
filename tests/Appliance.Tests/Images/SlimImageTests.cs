using System.Text;
using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>A slim image holds what its original holds, for us and for the usual tools.</summary>
public sealed class SlimImageTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Our_reader_finds_every_byte_again()
    {
        string source = MakeSource();
        string slim = WriteSlim(MakeImage(source));
        ImageTree tree = ReadTree(slim);
        Assert.Equal(IsoNaming.RockRidge, tree.Naming);
        Assert.Equal("Ubuntu 24.04", tree.Label);
        Assert.Empty(tree.Warnings);
        Assert.Equal(Expected(source), ListTree(tree));
        AssertContents(source, tree, slim);
    }

    [Fact]
    public void Attributes_are_the_originals()
    {
        string image = MakeImage(MakeSource());
        ImageTree original = ReadTree(image);
        ImageTree slim = ReadTree(WriteSlim(image));
        Assert.Equal(original.Identity with { JolietLabel = "" }, slim.Identity);
        foreach ((string path, ImageNode node) in Walk(slim.Root, "").Where(static found => found.Node.IsFile))
        {
            Assert.True(original.TryFind(path, out ImageNode same), path);
            Assert.Equal((same.Permissions, same.Modified, same.Length), (node.Permissions, node.Modified, node.Length));
        }
    }

    [Fact]
    public void Xorriso_reads_every_block_and_lists_and_extracts_the_same()
    {
        string source = MakeSource();
        string slim = WriteSlim(MakeImage(source));
        string blocks = Tool.Run("xorriso", "xorriso", "-indev", slim, "-check_media", "what=disc", "--");
        Assert.DoesNotContain("unreadable", blocks, StringComparison.Ordinal);
        string extracted = _folder["extracted"];
        Tool.Run("xorriso", "xorriso", "-osirrox", "on:auto_chmod_on", "-indev", slim, "-extract", "/", extracted);
        Assert.Equal(Expected(source), ListFolder(extracted));
        AssertSameFiles(source, extracted);
    }

    [Fact]
    public void Seven_Zip_tests_lists_and_extracts_it()
    {
        string source = MakeSource();
        string slim = WriteSlim(MakeImage(source));
        Assert.Contains("Everything is Ok", Tool.Run("p7zip-full", "7z", "t", slim), StringComparison.Ordinal);
        string extracted = _folder["extracted"];
        Tool.Run("p7zip-full", "7z", "x", "-y", $"-o{extracted}", slim, "casper/*.squashfs", ".disk");
        AssertSameFiles(source, extracted);
        IEnumerable<string> listed = SevenZip.List(slim).Where(static line => !IsOdd(line));
        Assert.Equal(SevenZip.ListTree(ReadTree(slim)).Where(static line => !IsOdd(line)), listed);
    }

    [Fact]
    public void Isoinfo_lists_and_extracts_it()
    {
        string source = MakeSource();
        string slim = WriteSlim(MakeImage(source));
        string[] listed = Tool.Run("genisoimage", "isoinfo", "-R", "-f", "-i", slim).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Expected(source).Select(static line => line.Split(" -> ")[0]), listed.Order(StringComparer.Ordinal));
        Tool.Run("genisoimage", "sh", "-c", $"isoinfo -R -x /casper/minimal.squashfs -i '{slim}' > '{_folder["extracted"]}'");
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "casper/minimal.squashfs")), File.ReadAllBytes(_folder["extracted"]));
    }

    [Fact]
    public void It_is_the_same_each_time_and_its_tag_changes_with_the_original()
    {
        string image = MakeImage(MakeSource());
        using Payload first = OpenSlim(image);
        using Payload second = OpenSlim(image);
        Assert.Equal(ReadAll(first), ReadAll(second));
        Assert.Equal(first.ETag, second.ETag);
        Assert.Equal(File.GetLastWriteTimeUtc(image), first.LastModified.UtcDateTime);
        File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddHours(-1));
        using Payload touched = OpenSlim(image);
        Assert.NotEqual(first.ETag, touched.ETag);
    }

    [Fact]
    public void A_layer_over_4_GiB_is_read_to_its_last_byte()
    {
        const long Length = (5L << 30) + 3;
        string image = MakeSparseImage(Length);
        using Payload payload = OpenSlim(image);
        string slim = _folder["slim.iso"];
        WriteSparse(payload, slim);
        ImageTree tree = ReadTree(slim);
        Assert.True(tree.TryFind("casper/minimal.squashfs", out ImageNode node));
        Assert.Equal(Length, node.Length);
        byte[] end = new byte[3];
        payload.Read(node.Extents[0].Offset + Length - 3, end);
        Assert.Equal("end"u8, end);
        Assert.Contains($"/casper/minimal.squashfs {Length}", SevenZip.List(slim));
        string found = Tool.Run("xorriso", "xorriso", "-indev", slim, "-find", "/casper", "-type", "f", "-exec", "lsdl");
        Assert.Contains($" {Length} ", found, StringComparison.Ordinal);
    }

    /// <summary>7-Zip reads no name that lies in a continuation area, and lists links as files.</summary>
    private static bool IsOdd(string line) =>
        line.Contains("nnn", StringComparison.Ordinal) || line.Contains("NNN", StringComparison.Ordinal)
        || line.Contains("link", StringComparison.OrdinalIgnoreCase);

    private static string[] Expected(string source) =>
        [.. ListFolder(source).Where(static line => line.StartsWith("/casper", StringComparison.Ordinal)
            || line.StartsWith("/.disk", StringComparison.Ordinal)).Where(static line => line != "/casper/initrd")];

    private static void AssertSameFiles(string source, string extracted)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(extracted, "*", SearchOption.AllDirectories)
                .Where(static file => File.ResolveLinkTarget(file, false) is null),
        ];
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(source + file[extracted.Length..]), File.ReadAllBytes(file)));
    }

    private static Payload OpenSlim(string image)
    {
        Assert.True(SlimImage.TryMake(ReadTree(image), out SlimImage? slim, out string? reason), reason);
        Payload payload = slim.Open(SharedFile.Open(image));
        Assert.Equal(slim.Length, payload.Length);
        return payload;
    }

    private static byte[] ReadAll(Payload payload)
    {
        byte[] bytes = new byte[payload.Length];
        Assert.Equal(bytes.Length, payload.Read(0, bytes));
        return bytes;
    }

    /// <summary>Copies what is no hole: the start and the end.</summary>
    private static void WriteSparse(Payload payload, string path)
    {
        const int Part = 1 << 20;
        using FileStream file = File.Create(path);
        file.SetLength(payload.Length);
        byte[] part = new byte[Part];
        foreach (long offset in new[] { 0, payload.Length - Part })
        {
            Assert.Equal(Part, payload.Read(offset, part));
            file.Position = offset;
            file.Write(part);
        }
    }

    private string WriteSlim(string image)
    {
        using Payload payload = OpenSlim(image);
        return _folder.Write("slim.iso", ReadAll(payload));
    }

    private string MakeImage(string source)
    {
        string image = _folder["image.iso"];
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-V", "Ubuntu 24.04", "-o", image, source);
        return image;
    }

    /// <summary>The folder of an image with all that makes names and trees hard.</summary>
    private string MakeSource()
    {
        var random = new Random(24_04);
        (string, int)[] layers = [("minimal", 3_000_000), ("minimal.standard", 4096), ("minimal.standard.live", 100_001)];
        foreach ((string name, int length) in layers)
        {
            byte[] layer = new byte[length];
            random.NextBytes(layer);
            _folder.Write($"source/casper/{name}.squashfs", layer);
            _folder.Write($"source/casper/{name}.size", $"{length}\n");
        }

        _folder.Write("source/casper/vmlinuz", new byte[5000]);
        _folder.Write("source/casper/initrd", new byte[50_000]);
        _folder.Write("source/casper/empty", "");
        _folder.Write($"source/casper/{new string('n', 250)}", "a long name");
        _folder.Write("source/casper/ümläut/日本語.txt", "unicode");
        _folder.Write($"source/casper/{string.Join('/', Enumerable.Range(1, 14))}/deep.txt", "deep");
        File.CreateSymbolicLink(_folder["source/casper/link"], "minimal.squashfs");
        File.CreateSymbolicLink(_folder["source/casper/far-link"], string.Join('/', Enumerable.Repeat(new string('t', 100), 8)));
        _folder.Write("source/.disk/info", "Ubuntu 24.04 LTS \"Noble Numbat\" - Release amd64 (20240424)");
        _folder.Write("source/.disk/casper-uuid-generic", Encoding.ASCII.GetBytes("f01d0b93-4f0e-4e95-93ae-e3d0e114d4f7\n"));
        _folder.Write("source/pool/main/package.deb", new byte[200_000]);
        _folder.Write("source/boot/grub/grub.cfg", "menuentry");
        return _folder["source"];
    }

    /// <summary>An image of one layer, zeros but for its end.</summary>
    private string MakeSparseImage(long length)
    {
        var layer = new IsoImageEntry("minimal.squashfs", IsoEntryKind.File, 0x124, 0) { Length = length };
        var casper = new IsoImageEntry("casper", IsoEntryKind.Directory, 0x16d, 0) { Children = [layer] };
        var root = new IsoImageEntry("", IsoEntryKind.Directory, 0x16d, 0) { Children = [casper] };
        Assert.True(IsoImageLayout.TryCreate(new IsoIdentity("BIG", "", "", "", "", null), root, out IsoImageLayout? layout, out _));
        using FileStream file = File.Create(_folder["big.iso"]);
        file.Write(layout.Header);
        file.SetLength(layout.Length);
        file.Position = layout.Files[0].Offset + length - 3;
        file.Write("end"u8);
        return file.Name;
    }
}
