using System.Text;
using Appliance.Formats.Iso9660;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;

namespace Appliance.Formats.Tests.Iso9660;

public sealed class IsoVolumeTests
{
    [Theory]
    [InlineData("README.TXT;1", "readme.txt")]
    [InlineData("KERNEL.;1", "kernel")]
    [InlineData("KERNEL.", "kernel")]
    [InlineData("OLD.TXT;2", "old.txt;2")]
    [InlineData("A/B.TXT;1", "a_b.txt")]
    [InlineData("A\0B", "a_b")]
    public void Plain_names_lose_their_version_and_are_lower_cased(string recorded, string expected)
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File(recorded, 30, 1));
        Assert.Equal([expected], Names(iso));
    }

    [Fact]
    public void Names_of_dots_and_Macintosh_forks_are_left_out_and_hidden_files_are_not()
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(
            iso.File("..", 30, 1), iso.File(".;1", 30, 1), iso.File("FORK", 30, 1, flags: 0x04), iso.File("HIDDEN", 30, 1, flags: 0x01));
        Assert.Equal(["hidden"], Names(iso));
    }

    [Theory]
    [InlineData("%/@")]
    [InlineData("%/C")]
    [InlineData("%/E")]
    public void Joliet_names_come_before_plain_ones(string escape)
    {
        var iso = new HandMadeIso();
        iso.WriteDescriptor(17, 2, 40, 2048, escape);
        iso.WriteTerminator(18);
        iso.WriteRoot(iso.File("PLAIN.TXT;1", 30, 1));
        iso.WriteDirectory(40, 2048, 40, [], iso.Record(Encoding.BigEndianUnicode.GetBytes("Größe 日本.txt;1"), 30, 1));
        Assert.Equal(["Größe 日本.txt"], Names(iso));
        IsoVolume volume = Open(iso);
        Assert.Equal(IsoNaming.Joliet, volume.Naming);
        Assert.Equal(("HAND MADE", "Joliet label"), (volume.Identity.Label, volume.Identity.JolietLabel));
    }

    [Fact]
    public void A_supplementary_descriptor_of_version_2_gives_names_as_they_stand()
    {
        var iso = new HandMadeIso();
        iso.WriteDescriptor(17, 2, 40, 2048, version: 2);
        iso.WriteTerminator(18);
        iso.WriteRoot();
        iso.WriteDirectory(40, 2048, 40, [], iso.File("Long Mixed-Case.Name.txt", 30, 1));
        Assert.Equal(["Long Mixed-Case.Name.txt"], Names(iso));
    }

    [Fact]
    public void Rock_Ridge_names_are_joined_over_entries_and_continuation_areas()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 30, 1, systemUse: [.. Nm("one-", flags: 1), .. Ce(25, 100, 50)]));
        byte[] more = [.. Nm("two-", flags: 1), .. Ce(26, 0, 10)];
        more.CopyTo(iso.Sector(25)[100..]);
        iso.Sector(25)[(100 + more.Length)..150].Clear();
        Nm("three").CopyTo(iso.Sector(26));
        Assert.Equal(["one-two-three"], Names(iso));
    }

    [Fact]
    public void Names_that_are_not_UTF_8_are_Latin_1()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.File("A", 30, 1, systemUse: Entry("NM", [0, (byte)'g', 0xfc, (byte)'n'])));
        Assert.Equal(["gün"], Names(iso));
    }

    [Fact]
    public void Bytes_that_the_indicator_says_to_skip_are_skipped()
    {
        var iso = new HandMadeIso();
        byte[] self = [.. new byte[14], .. Sp(skip: 14), .. Px(0x41ed)];
        iso.WriteDirectory(RootSector, 2048, RootSector, self, iso.File("A", 30, 1, systemUse: [.. new byte[14], .. Nm("skipped")]));
        Assert.Equal(["skipped"], Names(iso));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    public void Every_block_size_of_the_standard_is_read(int blockSize)
    {
        var iso = new HandMadeIso(blockSize: blockSize, rootLength: 2 * SectorLength);
        byte[][] files = [.. Enumerable.Range(10, 60).Select(i => iso.File($"FILE{i}.TXT;1", 30, i))];
        iso.WriteDirectory(RootSector, 2 * SectorLength, RootSector, [], files);
        Assert.Equal(Enumerable.Range(10, 60).Select(static i => $"file{i}.txt"), Names(iso));
        Assert.Equal(blockSize, Open(iso).BlockSize);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(4096)]
    public void Any_other_block_size_is_refused(int blockSize)
    {
        var iso = new HandMadeIso();
        iso.Sector(16)[128] = (byte)(blockSize & 0xff);
        iso.Sector(16)[129] = (byte)(blockSize >> 8);
        Assert.Contains("block size", Refuse(iso.Bytes).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_cut_in_its_descriptors_is_refused_with_the_place()
    {
        var iso = new HandMadeIso();
        for (int length = 0; length < 17 * SectorLength; length += 64)
        {
            Assert.Equal(16, Refuse(iso.Bytes[..length]).Sector);
        }
    }

    [Fact]
    public void A_missing_terminator_does_no_harm()
    {
        var iso = new HandMadeIso();
        iso.Sector(17).Clear();
        iso.WriteRoot(iso.File("A", 30, 1));
        Assert.Equal(["a"], Names(iso));
    }

    [Fact]
    public void A_size_that_differs_between_its_byte_orders_is_only_a_warning()
    {
        var iso = new HandMadeIso();
        iso.Sector(16)[84] ^= 1;
        iso.WriteRoot();
        Assert.Single(Open(iso).Warnings);
    }

    [Fact]
    public void The_modification_date_is_the_volume_id_of_udev()
    {
        var iso = new HandMadeIso();
        Encoding.ASCII.GetBytes("2024022912301599", iso.Sector(16)[830..]);
        iso.WriteRoot();
        Assert.Equal("2024-02-29-12-30-15-99", Open(iso).Identity.Uuid);
    }

    [Fact]
    public void A_file_of_several_extents_that_breaks_off_is_refused()
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("BIG", 30, 2048, flags: 0x80), iso.File("OTHER", 31, 10));
        Assert.True(IsoVolume.TryOpen(iso.Source, out IsoVolume? volume, out _));
        var reader = new IsoDirectoryReader(volume);
        Assert.True(reader.TryOpen(volume.Root, out _));
        Assert.False(reader.TryReadEntry(out IsoDefect? defect));
        Assert.Contains("breaks off", defect!.Reason, StringComparison.Ordinal);
    }

    private static IsoVolume Open(HandMadeIso iso)
    {
        Assert.True(IsoVolume.TryOpen(iso.Source, out IsoVolume? volume, out IsoDefect? defect), defect?.ToString());
        return volume;
    }

    private static IsoDefect Refuse(byte[] image)
    {
        Assert.False(IsoVolume.TryOpen(new MemorySectorSource(image), out _, out IsoDefect? defect));
        return defect;
    }

    private static List<string> Names(HandMadeIso iso)
    {
        IsoVolume volume = Open(iso);
        var reader = new IsoDirectoryReader(volume);
        Assert.True(reader.TryOpen(volume.Root, out IsoDefect? defect), defect?.ToString());
        var names = new List<string>();
        while (reader.TryReadEntry(out defect))
        {
            names.Add(Encoding.UTF8.GetString(reader.Name));
        }

        Assert.Null(defect);
        return names;
    }
}
