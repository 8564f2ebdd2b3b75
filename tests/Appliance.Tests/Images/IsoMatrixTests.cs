using Appliance.Formats.Iso9660;
using Appliance.Images;
using static Appliance.Tests.Images.IsoTools;
using static Appliance.Tests.Images.TreeListing;

namespace Appliance.Tests.Images;

/// <summary>
/// Images with every combination of options that tools know, held against what went in and against those readers of other
/// people that can read them: libisofs (xorriso), cdrkit (isoinfo) and 7-Zip (I-01 to I-04). No tool in Debian writes
/// logical blocks of 512 or 1,024 bytes; <c>IsoVolumeTests</c> has those, made by hand.
/// </summary>
public sealed class GenisoimageMatrixTests : IsoMatrix
{
    public static TheoryData<string, SourceTraits> WithRockRidge => new()
    {
        { "-R", SourceTraits.All | SourceTraits.CaseCollisions },
        { "-r", SourceTraits.All },
        { "-R -J", SourceTraits.All },
        { "-R -J -joliet-long", SourceTraits.All },
        { "-R -D", SourceTraits.All | SourceTraits.Deep },
        { "-R -iso-level 1", SourceTraits.All },
        { "-R -iso-level 3", SourceTraits.All },
        { "-R -iso-level 4", SourceTraits.Links | SourceTraits.LongNames },
        { "-R -z", SourceTraits.All },
        { "-R -l -L -relaxed-filenames -allow-lowercase", SourceTraits.All },
        { "-R -U", SourceTraits.All },
        { "-R -hidden file.txt -hidden casper", SourceTraits.All },
        { "-R -hfs", SourceTraits.Links },
        { "-R -apple --double", SourceTraits.Links },
        { "-R -pad -sysid LINUX -publisher somebody -preparer nobody -appid thing -volset set", SourceTraits.All },
    };

    public static TheoryData<string, IsoNaming, SourceTraits> WithoutRockRidge => new()
    {
        { "-J", IsoNaming.Joliet, SourceTraits.None },
        { "-J -joliet-long", IsoNaming.Joliet, SourceTraits.None },
        { "-J -ucs-level 1", IsoNaming.Joliet, SourceTraits.None },
        { "-J -iso-level 4", IsoNaming.Joliet, SourceTraits.None },
        { "-iso-level 1", IsoNaming.Plain, SourceTraits.None },
        { "-iso-level 2", IsoNaming.Plain, SourceTraits.None },
        { "-iso-level 2 -allow-lowercase", IsoNaming.Plain, SourceTraits.None },
        { "-iso-level 3 -allow-multidot", IsoNaming.Plain, SourceTraits.None },
        { "-iso-level 1 -N -d", IsoNaming.Plain, SourceTraits.None },
        { "-D -iso-level 2", IsoNaming.Plain, SourceTraits.Deep },
        { "-iso-level 4", IsoNaming.Enhanced, SourceTraits.CaseCollisions },
        { "-iso-level 4 -D", IsoNaming.Enhanced, SourceTraits.Deep },
    };

    [Theory]
    [MemberData(nameof(WithRockRidge))]
    public void Rock_Ridge_images_hold_what_went_in(string options, SourceTraits traits)
    {
        // genisoimage gives up on more than a few files beside HFS ("Implementation botch").
        string source = SourceFolder.Make(Folder, traits, files: options.Contains("-hfs", StringComparison.Ordinal) ? 10 : 200);
        AssertHolds(source, Make(options, source));
    }

    [Theory]
    [InlineData("-R")]
    [InlineData("-R -J")]
    [InlineData("-R -iso-level 3")]
    public void Rock_Ridge_images_read_as_isoinfo_and_7z_read_them(string options)
    {
        string image = Make(options, SourceFolder.Make(Folder, SourceTraits.None));
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListByIsoinfo(image, IsoNaming.RockRidge), ListTree(tree));
        SevenZip.Extract(image, Folder["by-7z"]);
        AssertSameBytes(tree, image, Folder["by-7z"]);
    }

    [Theory]
    [MemberData(nameof(WithoutRockRidge))]
    public void Images_without_Rock_Ridge_read_as_others_read_them(string options, IsoNaming naming, SourceTraits traits)
    {
        string image = Make(options, SourceFolder.Make(Folder, traits));
        AssertReadsAsOthers(image, naming);
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListByIsoinfo(image, naming), ListTree(tree));
    }

    [Fact]
    public void Directories_too_deep_for_the_standard_are_put_back_where_they_belong()
    {
        string source = SourceFolder.Make(Folder, SourceTraits.All | SourceTraits.Deep);
        string image = Make("-R", source);
        Assert.Contains("RR_MOVED", Tool.Run("genisoimage", "isoinfo", "-f", "-i", image), StringComparison.Ordinal);
        ImageTree tree = ReadTree(image);
        Assert.Equal(ListFolder(source), ListTree(tree).Where(static line => line != "/rr_moved"));
        AssertContents(source, tree, image);
    }

    [Theory]
    [InlineData("-R -b bios.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table", ElToritoMedia.NoEmulation)]
    [InlineData("-R -b efi.img -c boot.cat", ElToritoMedia.Floppy1440)]
    [InlineData("-R -b disk.img -c boot.cat -hard-disk-boot", ElToritoMedia.HardDisk)]
    public void Boot_images_are_listed_with_what_the_firmware_emulates(string options, ElToritoMedia media)
    {
        string source = SourceFolder.Make(Folder, SourceTraits.Links);
        SourceFolder.AddBootImages(Folder);
        byte[] disk = new byte[1 << 20];
        ((ReadOnlySpan<byte>)[0x80, 1, 1, 0, 0x0c, 31, 31, 0, 1, 0, 0, 0, 0, 4]).CopyTo(disk.AsSpan(446));
        (disk[510], disk[511]) = (0x55, 0xaa);
        Folder.Write("source/disk.img", disk);
        ImageTree tree = ReadTree(Make(options, source));
        Assert.Equal(media, Assert.Single(tree.BootEntries).Media);
        Assert.True(tree.TryFind(options.Split(' ')[2], out ImageNode node));
        Assert.Equal(node.Extents[0].Offset, tree.BootEntries[0].LoadBlock * 2048L);
    }

    private string Make(string options, string source)
    {
        // ISO 9660:1999 and HFS need a charset with a table, which UTF-8 has not; their names here are ASCII.
        string charset = Directory.Exists(Path.Combine(source, "ümläut")) ? "utf-8" : "iso8859-1";
        Tool.Run(
            "genisoimage", "genisoimage",
            ["-quiet", "-input-charset", charset, "-V", "LABEL", .. options.Split(' '), "-o", Folder["image.iso"], source]);
        return Folder["image.iso"];
    }
}

/// <summary>The same with libisofs, and with what turns a disc into a disk as well.</summary>
public sealed class XorrisoMatrixTests : IsoMatrix
{
    private const string Bios = "-b bios.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table";
    private const string Efi = "-eltorito-alt-boot -e efi.img -no-emul-boot";
    private const string Appended =
        "-append_partition 2 0xef esp.img -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot";

    public static TheoryData<string> WithRockRidge =>
    [
        "-R",
        "-r",
        "-R -J",
        "-R -J -joliet-utf16",
        "-R -iso-level 3 -J -joliet-long",
        "-R -iso-level 1 -D",
        "-R -U",
        "-R -hfsplus",
        "-R -hfsplus -J -joliet-long",
        "-R -partition_offset 16",
        "-R --md5",
        "-R -hide-rr-moved -full-iso9660-filenames",
    ];

    public static TheoryData<string, bool> Hybrids => new()
    {
        { $"-R {Bios}", false },
        { $"-R {Bios} {Efi}", true },
        { "-R -e efi.img -no-emul-boot", true },
        { $"-R -isohybrid-mbr mbr.bin {Bios} {Efi} -isohybrid-gpt-basdat", true },
        { $"-R -isohybrid-mbr mbr.bin -partition_offset 16 {Bios} {Efi} -isohybrid-gpt-basdat", true },
        { $"-R --grub2-mbr mbr.bin -partition_offset 16 {Bios} {Appended}", true },
        { $"-R -J --grub2-mbr mbr.bin {Bios} {Appended} -appended_part_as_gpt -iso_mbr_part_type 0x83", true },
        { $"-R -hfsplus -apm-block-size 2048 {Bios} {Appended} -appended_part_as_gpt", true },
        { "-R -append_partition 2 0xef esp.img -appended_part_as_gpt", true },
        { "-R -append_partition 2 0xef esp.img", true },
    };

    [Theory]
    [MemberData(nameof(WithRockRidge))]
    public void Rock_Ridge_images_hold_what_went_in(string options)
    {
        string source = SourceFolder.Make(Folder, SourceTraits.All | SourceTraits.CaseCollisions | SourceTraits.Deep);
        AssertHolds(source, Make(options, source));
    }

    [Theory]
    [InlineData("--norock -J", IsoNaming.Joliet)]
    [InlineData("--norock -J -joliet-long", IsoNaming.Joliet)]
    [InlineData("--norock -iso-level 1", IsoNaming.Plain)]
    [InlineData("--norock -iso-level 3", IsoNaming.Plain)]
    public void Images_without_Rock_Ridge_read_as_others_read_them(string options, IsoNaming naming) =>
        AssertReadsAsOthers(Make(options, SourceFolder.Make(Folder, SourceTraits.None)), naming);

    [Theory]
    [MemberData(nameof(Hybrids))]
    public void Discs_that_boot_hold_what_went_in_and_their_EFI_programs_are_known(string options, bool hasEfi)
    {
        string source = SourceFolder.Make(Folder, SourceTraits.All);
        SourceFolder.AddBootImages(Folder);
        File.Copy(Folder[$"source/{SourceFolder.EfiBoot}"], Folder["esp.img"]);
        string image = Make(options, source);
        ImageTree tree = ReadTree(image);
        string[] made = ["/boot.cat", "/boot.catalog", $"/{SourceFolder.BiosBoot}"];
        Assert.Equal(ListFolder(source).Except(made), ListTree(tree).Except(made));
        Assert.Equal(ListByXorriso(image), ListTree(tree).Select(WithoutTarget));
        Assert.Equal(hasEfi ? ["BOOTX64.EFI"] : null, tree.EfiLoaders?.ToArray());
    }

    [Fact]
    public void Of_a_disc_that_has_grown_the_last_session_is_read()
    {
        string source = SourceFolder.Make(Folder, SourceTraits.All);
        string image = Folder["image.iso"];
        Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-outdev", image, "-map", source, "/", "-commit");
        for (int session = 2; session < 4; session++)
        {
            string added = Folder.Write($"source/new-{session}.txt", $"session {session}");
            Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-dev", image, "-map", added, $"/new-{session}.txt", "-commit");
        }

        AssertHolds(source, image);
    }

    private string Make(string options, string source)
    {
        IEnumerable<string> words = options.Split(' ')
            .Select(word => word is "mbr.bin" or "esp.img" ? Folder[word] : word);
        Tool.Run("xorriso", "xorriso", ["-as", "mkisofs", "-quiet", "-V", "LABEL", .. words, "-o", Folder["image.iso"], source]);
        return Folder["image.iso"];
    }
}

/// <summary>What holds for every image of a matrix.</summary>
public abstract class IsoMatrix : IDisposable
{
    internal TestFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An image with Rock Ridge says what its source says, and what libisofs and cdrkit read in it.</summary>
    private protected static void AssertHolds(string source, string image)
    {
        ImageTree tree = ReadTree(image);
        Assert.Equal((IsoNaming.RockRidge, "LABEL"), (tree.Naming, tree.Label is "ISOIMAGE" ? "LABEL" : tree.Label));
        Assert.Equal(ListFolder(source), ListTree(tree));
        AssertContents(source, tree, image);
        Assert.Equal(ListByXorriso(image), ListTree(tree).Select(WithoutTarget));
    }

    /// <summary>An image without Rock Ridge says what libisofs and 7-Zip read in it, byte for byte.</summary>
    private protected void AssertReadsAsOthers(string image, IsoNaming naming)
    {
        ImageTree tree = ReadTree(image);
        Assert.Equal((naming, "LABEL"), (tree.Naming, tree.Label));
        string[] names = ListTree(tree);
        Assert.Equal(ListByXorriso(image).Select(path => Fold(path, naming)).Order(StringComparer.Ordinal), names);
        ExtractByXorriso(image, Folder["by-xorriso"]);
        AssertSameBytes(tree, image, Folder["by-xorriso"]);
        SevenZip.Extract(image, Folder["by-7z"]);
        AssertSameBytes(tree, image, Folder["by-7z"]);
    }

    private static string Fold(string path, IsoNaming naming) => naming == IsoNaming.Plain ? path.ToLowerInvariant() : path;
}
