using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.IsoTools;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>Images that need more than options to make; the others are in <see cref="IsoMatrix"/> (I-01 to I-04).</summary>
public sealed class IsoDifferentialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
        string source = SourceFolder.Make(_folder, SourceTraits.All);
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
        string source = SourceFolder.Make(_folder, SourceTraits.All);
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
        string source = SourceFolder.Make(_folder, SourceTraits.All);
        string image = Genisoimage("-R", source);
        byte[] whole = File.ReadAllBytes(image);
        File.WriteAllBytes(image, [.. whole, .. whole]);
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree));
        Assert.True(tree.TryFind("file.txt", out ImageNode node));
        Assert.True(node.Extents[0].Offset < whole.Length);
    }

    [Theory]
    [InlineData("/usr/lib/grub-rescue/grub-rescue-cdrom.iso", "grub-rescue-pc")]
    [InlineData("/usr/lib/grub-rescue/grub-rescue-floppy.img", "grub-rescue-pc")]
    [InlineData("/usr/lib/memtest86+/memtest86+x64.iso", "memtest86+")]
    [InlineData("/usr/lib/memtest86+/memtest86+ia32.iso", "memtest86+")]
    [InlineData("/usr/lib/ipxe/ipxe.iso", "ipxe")]
    public void Images_that_Debian_ships_read_as_xorriso_and_7z_read_them(string image, string package)
    {
        Assert.True(File.Exists(image), $"{image} is missing: install the package {package}.");
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListByXorriso(image), ListTree(tree).Select(WithoutTarget));
        Assert.NotEmpty(tree.BootEntries);
        ExtractByXorriso(image, _folder["by-xorriso"]);
        AssertSameBytes(tree, image, _folder["by-xorriso"]);
        SevenZip.Extract(image, _folder["by-7z"]);
        AssertSameBytes(tree, image, _folder["by-7z"]);
    }

    private string Genisoimage(string options, string source)
    {
        string image = _folder["image.iso"];
        Tool.Run("genisoimage", "genisoimage", ["-quiet", "-input-charset", "utf-8", .. options.Split(' '), "-o", image, source]);
        return image;
    }
}
