using System.Text;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>Images made by the usual tools must read as the usual tools read them (I-01 to I-03).</summary>
public sealed class IsoDifferentialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-R", IsoNaming.RockRidge)]
    [InlineData("-R -J", IsoNaming.RockRidge)]
    [InlineData("-R -D", IsoNaming.RockRidge)]
    [InlineData("-R -iso-level 3", IsoNaming.RockRidge)]
    [InlineData("-R -z", IsoNaming.RockRidge)]
    public void Rock_Ridge_images_of_genisoimage_hold_what_went_in(string options, IsoNaming naming)
    {
        string source = MakeSource();
        string image = Genisoimage(options, source);
        ImageTree tree = ReadTree(image);
        Assert.Equal(naming, tree.Naming);
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
    }

    [Theory]
    [InlineData("-R")]
    [InlineData("-R -J")]
    [InlineData("-iso-level 3 -R -J -joliet-long")]
    [InlineData("-R -partition_offset 16")]
    public void Rock_Ridge_images_of_xorriso_hold_what_went_in(string options)
    {
        string source = MakeSource(linkParts: 8);
        string image = _folder["image.iso"];
        Tool.Run("xorriso", "xorriso", ["-as", "mkisofs", "-quiet", "-V", "LABEL", .. options.Split(' '), "-o", image, source]);
        ImageTree tree = ReadTree(image);
        Assert.Equal(IsoNaming.RockRidge, tree.Naming);
        Assert.Equal("LABEL", tree.Label);
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
        Assert.Equal(ListTree(tree).Select(WithoutTarget), ListByXorriso(image));
    }

    [Theory]
    [InlineData("-J -joliet-long", IsoNaming.Joliet, "-J")]
    [InlineData("-J", IsoNaming.Joliet, "-J")]
    [InlineData("-iso-level 1", IsoNaming.Plain, null)]
    [InlineData("-iso-level 2", IsoNaming.Plain, null)]
    [InlineData("-iso-level 3 -allow-multidot", IsoNaming.Plain, null)]
    [InlineData("-iso-level 4", IsoNaming.Enhanced, null)]
    [InlineData("-iso-level 1 -N -d", IsoNaming.Plain, null)]
    public void Images_without_Rock_Ridge_list_as_isoinfo_lists_them(string options, IsoNaming naming, string? isoinfoOption)
    {
        string image = Genisoimage(options, MakeSource(links: false, deep: 6));
        ImageTree tree = ReadTree(image);
        Assert.Equal(naming, tree.Naming);
        string[] isoinfo = isoinfoOption is null ? ["-f", "-i", image] : [isoinfoOption, "-f", "-i", image];
        IEnumerable<string> expected = Tool.Run("genisoimage", "isoinfo", isoinfo)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => path.EndsWith(";1", StringComparison.Ordinal) ? path[..^2].TrimEnd('.') : path.TrimEnd('.'))
            .Select(path => naming == IsoNaming.Plain ? path.ToLowerInvariant() : path)
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, ListTree(tree).Select(WithoutTarget));
    }

    [Fact]
    public void Directories_too_deep_for_the_standard_are_put_back_where_they_belong()
    {
        string source = MakeSource(deep: 14);
        string image = Genisoimage("-R", source);
        Assert.Contains("RR_MOVED", Tool.Run("genisoimage", "isoinfo", "-f", "-i", image), StringComparison.Ordinal);
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree).Where(static line => line != "/rr_moved"));
        AssertContents(source, tree, image);
    }

    [Fact]
    public void A_file_over_4_GiB_is_one_run_of_bytes()
    {
        const long Length = (4L << 30) + (100 << 20) + 5;
        string source = _folder["big"];
        Directory.CreateDirectory(source);
        using (FileStream big = File.Create(_folder["big/install.wim"]))
        {
            big.SetLength(Length);
        }

        // Directories come first and the file's zeros are a hole: the tool is stopped when it has written the former.
        string image = _folder["image.iso"];
        Tool.Run("xorriso", "sh", "-c", $"xorriso -as mkisofs -quiet -R -iso-level 3 -o - '{source}' | head -c 1M > '{image}'");
        using (FileStream stream = File.OpenWrite(image))
        {
            stream.SetLength(Length + (1 << 20));
        }

        ImageTree tree = ReadTree(image);
        Assert.True(tree.TryFind("/install.wim", out ImageNode node));
        Assert.Equal(Length, node.Length);
        Assert.Equal(Length, Assert.Single(node.Extents).Length);
        Assert.True(tree.DeclaredLength >= node.Extents[0].Offset + Length);
    }

    [Fact]
    public void Both_boot_images_of_a_hybrid_are_listed()
    {
        string source = MakeSource();
        File.WriteAllBytes(Path.Combine(source, "bios.bin"), new byte[2048]);
        File.WriteAllBytes(Path.Combine(source, "efi.img"), new byte[65536]);
        string image = _folder["image.iso"];
        Tool.Run(
            "xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R",
            "-b", "bios.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4",
            "-eltorito-alt-boot", "-e", "efi.img", "-no-emul-boot", "-o", image, source);
        ImageTree tree = ReadTree(image);
        Assert.Equal([ElToritoPlatform.X86Bios, ElToritoPlatform.Efi], tree.BootEntries.Select(static entry => entry.Platform));
        Assert.All(tree.BootEntries, static entry => Assert.True(entry.IsBootable));
        Assert.Equal(4, tree.BootEntries[0].SectorCount);
        Assert.True(tree.TryFind("efi.img", out ImageNode efi));
        Assert.Equal(efi.Extents[0].Offset, tree.BootEntries[1].LoadBlock * 2048L);
    }

    [Fact]
    public void Of_several_sessions_the_last_is_read()
    {
        string source = MakeSource();
        string image = Genisoimage("-R", source);
        long last = 0;
        for (int session = 2; session < 4; session++)
        {
            // As growisofs does: the next session starts at the next 16 sectors, and repeats the tree before it.
            long start = (new FileInfo(image).Length + 32767) / 32768 * 16;
            string added = _folder.Write($"added/new-{session}.txt", $"session {session}");
            string next = _folder[$"session-{session}.iso"];
            Tool.Run(
                "genisoimage", "genisoimage", "-quiet", "-input-charset", "utf-8", "-R",
                "-M", image, "-C", $"{last},{start}", "-o", next, added);
            using FileStream stream = File.OpenWrite(image);
            stream.Position = start * 2048;
            stream.Write(File.ReadAllBytes(next));
            File.Copy(added, Path.Combine(source, Path.GetFileName(added)));
            last = start;
        }

        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
    }

    [Fact]
    public void Another_image_behind_the_first_is_no_session_of_it()
    {
        string source = MakeSource();
        string image = Genisoimage("-R", source);
        byte[] whole = File.ReadAllBytes(image);
        File.WriteAllBytes(image, [.. whole, .. whole]);
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree));
        Assert.True(tree.TryFind("file.txt", out ImageNode node));
        Assert.True(node.Extents[0].Offset < whole.Length);
    }

    [Fact]
    public void Hidden_files_are_listed()
    {
        string source = MakeSource(links: false);
        string image = Genisoimage("-R -hidden file.txt", source);
        Assert.True(ReadTree(image).TryFind("file.txt", out _));
    }

    [Theory]
    [InlineData("/usr/lib/grub-rescue/grub-rescue-cdrom.iso", "grub-rescue-pc")]
    [InlineData("/usr/lib/memtest86+/memtest86+x64.iso", "memtest86+")]
    public void Images_that_Debian_ships_list_as_xorriso_lists_them(string image, string package)
    {
        Assert.True(File.Exists(image), $"{image} is missing: install the package {package}.");
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListByXorriso(image), ListTree(tree).Select(WithoutTarget));
        Assert.NotEmpty(tree.BootEntries);
        string extracted = _folder["extracted"];
        Tool.Run("p7zip-full", "7z", "x", "-y", $"-o{extracted}", image);
        int compared = 0;
        foreach ((string path, ImageNode node) in Walk(tree.Root, ""))
        {
            string oracle = extracted + path;
            if (node.IsFile && File.Exists(oracle))
            {
                Assert.Equal(File.ReadAllBytes(oracle), ReadFile(tree, node, image));
                compared++;
            }
        }

        Assert.NotEqual(0, compared);
    }

    private static string WithoutTarget(string line) => line.Split(" -> ")[0];

    private static string[] ListByXorriso(string image) =>
        [.. Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-indev", image, "-find", "/", "-exec", "echo")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Trim('\''))
            .Where(static path => path != "/")
            .Order(StringComparer.Ordinal)];

    private string Genisoimage(string options, string source)
    {
        // Only with Rock Ridge or Joliet may the names be UTF-8; those of the other trees here are ASCII.
        string image = _folder["image.iso"];
        string charset = options.Contains("-R", StringComparison.Ordinal) ? "utf-8" : "iso8859-1";
        Tool.Run(
            "genisoimage", "genisoimage",
            ["-quiet", "-input-charset", charset, "-V", "LABEL", .. options.Split(' '), "-o", image, source]);
        return image;
    }

    /// <summary>A folder with all that makes names and trees hard.</summary>
    private string MakeSource(bool links = true, int deep = 4, int linkParts = 3)
    {
        _folder.Write("source/file.txt", "file");
        _folder.Write("source/empty", "");
        _folder.Write("source/casper/vmlinuz", new byte[5000]);
        _folder.Write("source/casper/initrd.lz4", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 9000))));
        _folder.Write("source/no-extension", "x");
        _folder.Write("source/two.dots.tar.gz", "xx");
        _folder.Write(string.Join('/', Enumerable.Range(1, deep).Select(static i => $"d{i}").Prepend("source").Append("deep.txt")), "deep");
        for (int i = 0; i < 200; i++)
        {
            _folder.Write($"source/pool/package-{i}_1.0_all.deb", $"package {i}");
        }

        if (links)
        {
            _folder.Write($"source/{new string('n', 240)}.long", "long");
            _folder.Write("source/ümläut/日本語-ファイル.txt", "unicode");
            File.CreateSymbolicLink(_folder["source/ubuntu"], ".");
            File.CreateSymbolicLink(_folder["source/casper/up"], "../file.txt");
            File.CreateSymbolicLink(_folder["source/absolute"], "/casper/vmlinuz");
            File.CreateSymbolicLink(_folder["source/far"], string.Join('/', Enumerable.Repeat(new string('t', 100), linkParts)));
            File.CreateSymbolicLink(_folder["source/dots"], "./casper/../casper/./vmlinuz");
        }

        return _folder["source"];
    }
}
