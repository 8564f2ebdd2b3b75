using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;
using static Appliance.Tests.Images.BoundedReading;

namespace Appliance.Tests.Images;

/// <summary>Images made to hurt end in a reason, quickly and in little memory (I-06, V-16).</summary>
public sealed class HostileIsoTests
{
    [Fact]
    public void A_directory_that_is_its_own_child_is_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.Directory("LOOP", RootSector));
        AssertBroken(iso.Bytes, "appears twice", RootSector);
    }

    [Fact]
    public void Two_directories_inside_each_other_are_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.Directory("A", 21));
        iso.WriteDirectory(21, 2048, RootSector, [], iso.Directory("B", 22));
        iso.WriteDirectory(22, 2048, 21, [], iso.Directory("A", 21));
        AssertBroken(iso.Bytes, "appears twice", 21);
    }

    [Fact]
    public void A_relocated_directory_that_is_its_own_ancestor_is_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 0, 0, systemUse: [.. Nm("a"), .. Cl(RootSector)]));
        AssertBroken(iso.Bytes, "appears twice", RootSector);
    }

    [Fact]
    public void A_relocation_to_what_is_no_directory_is_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 0, 0, systemUse: [.. Nm("a"), .. Cl(40)]));
        AssertBroken(iso.Bytes, "relocated directory", RootSector);
    }

    [Fact]
    public void A_continuation_area_that_continues_in_itself_is_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 30, 1, systemUse: Ce(25, 0, 28)));
        Ce(25, 0, 28).CopyTo(iso.Sector(25));
        AssertBroken(iso.Bytes, "run in a circle", RootSector);
    }

    [Fact]
    public void Continuation_areas_outside_the_image_or_over_a_sector_are_refused()
    {
        foreach ((int block, int offset, int length) in new[] { (5000, 0, 28), (25, 2040, 28), (-1, -1, -1), (25, 0, 4096) })
        {
            var iso = new HandMadeIso();
            iso.WriteRockRidgeRoot(iso.File("A", 30, 1, systemUse: Ce(block, offset, length)));
            AssertBroken(iso.Bytes, "continuation area", RootSector);
        }
    }

    [Fact]
    public void Directories_deeper_than_the_limit_are_refused()
    {
        var iso = new HandMadeIso(200);
        iso.WriteRoot(iso.Directory("D", 21));
        for (int sector = 21; sector < 120; sector++)
        {
            iso.WriteDirectory(sector, 2048, sector - 1, [], iso.Directory("D", sector + 1));
        }

        AssertBroken(iso.Bytes, "64 deep", RootSector + ImageTreeBuilder.MaxDepth);
    }

    [Fact]
    public void Exactly_as_many_directories_as_the_limit_are_read()
    {
        var iso = new HandMadeIso(200);
        iso.WriteRoot(iso.Directory("D", 21));
        int last = RootSector + ImageTreeBuilder.MaxDepth - 1;
        for (int sector = 21; sector < last; sector++)
        {
            iso.WriteDirectory(sector, 2048, sector - 1, [], iso.Directory("D", sector + 1));
        }

        iso.WriteDirectory(last, 2048, last - 1, []);
        Assert.Equal(ImageTreeBuilder.MaxDepth, Read(iso.Bytes).Tree!.Count);
    }

    [Theory]
    [InlineData(63, 4096)]
    [InlineData(64, 1)]
    [InlineData(-1, 2048)]
    [InlineData(30, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_file_past_the_end_makes_the_image_cut_off(int sector, int length)
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("A", sector, length));
        AssertBroken(iso.Bytes, "cut off", RootSector);
    }

    [Theory]
    [InlineData(64, 2048)]
    [InlineData(63, 4096)]
    [InlineData(-1, -1)]
    public void A_directory_past_the_end_makes_the_image_cut_off(int sector, int length)
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.Directory("A", sector, length));
        Assert.Contains("cut off", Read(iso.Bytes).Defect!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_directories_cannot_make_more_work_than_the_limit()
    {
        const int Sectors = 16384;
        var iso = new HandMadeIso(Sectors, rootLength: 200 * SectorLength);
        IEnumerable<byte[]> records = Enumerable.Range(0, 6000)
            .Select(i => iso.Directory($"D{i}", 400 + i, (Sectors - 400 - i) * SectorLength));
        iso.WriteDirectory(RootSector, 200 * SectorLength, RootSector, [], [.. records]);
        Assert.Contains("larger than 256 MiB", Read(iso.Bytes).Defect!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void More_files_than_the_limit_are_refused()
    {
        const int Sectors = 12_000;
        var iso = new HandMadeIso(Sectors + 100, rootLength: Sectors * SectorLength);
        IEnumerable<byte[]> records = Enumerable.Range(0, ImageTreeBuilder.MaxNodes).Select(i => iso.File($"F{i}", 0, 0));
        iso.WriteDirectory(RootSector, Sectors * SectorLength, RootSector, [], [.. records]);
        AssertBroken(iso.Bytes, "more files than can be listed", RootSector);
    }

    [Fact]
    public void Volume_descriptors_without_end_are_refused()
    {
        var iso = new HandMadeIso(128);
        for (int sector = 17; sector < 100; sector++)
        {
            iso.WriteDescriptor(sector, 3, RootSector, 2048);
        }

        AssertBroken(iso.Bytes, "do not end", 16);
    }

    [Fact]
    public void An_image_cut_at_any_sector_has_a_reason_or_all_its_files() => AssertEveryCutIsNoticed(Seed());

    /// <summary>A small image with all of Rock Ridge in it: links, long names, continuation, relocation, a boot catalogue.</summary>
    private static byte[] Seed()
    {
        using var folder = new TestFolder();
        string deep = string.Join('/', Enumerable.Range(1, 11).Select(static i => $"d{i}"));
        folder.Write($"source/{deep}/deep.txt", "deep");
        folder.Write($"source/{new string('n', 200)}", "long");
        folder.Write("source/casper/vmlinuz", new byte[3000]);
        folder.Write("source/isolinux.bin", new byte[2048]);
        File.CreateSymbolicLink(folder["source/ubuntu"], ".");
        File.CreateSymbolicLink(folder["source/far"], string.Join('/', Enumerable.Repeat(new string('t', 80), 3)));
        Tool.Run(
            "genisoimage", "genisoimage", "-quiet", "-input-charset", "utf-8", "-R", "-J", "-no-pad",
            "-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-o", folder["seed.iso"], folder["source"]);
        return File.ReadAllBytes(folder["seed.iso"]);
    }
}
