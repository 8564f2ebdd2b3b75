using System.Text;
using Appliance.Formats.Fat;
using Appliance.Formats.Iso9660;
using static Appliance.Formats.Tests.Fat.HandMadeFat;

namespace Appliance.Formats.Tests.Fat;

public sealed class FatVolumeTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Files_of_every_kind_of_volume_are_found_where_they_are(int bits)
    {
        var fat = new HandMadeFat(bits);
        uint[] scattered = [20, 22, 23, 21];
        fat.Take(22);
        fat.WriteRoot(
            fat.File("EMPTY", []),
            fat.File("ONE.TXT", "one"u8),
            Entry("SCATTER.BIN", fat.Chain(scattered), 2000),
            fat.Directory("DIR", fat.File("INNER", new byte[1024])));
        (string Name, IsoEntryKind Kind, IsoExtent[] Extents)[] entries = [.. List(Open(fat))];
        Assert.Equal(["EMPTY", "ONE.TXT", "SCATTER.BIN", "DIR"], entries.Select(static entry => entry.Name));
        Assert.Empty(entries[0].Extents);
        Assert.Equal("one"u8, fat.Bytes.AsSpan((int)entries[1].Extents[0].Offset, (int)entries[1].Extents[0].Length));
        Assert.Equal(
            [new IsoExtent(fat.OffsetOf(20), 512), new IsoExtent(fat.OffsetOf(22), 1024), new IsoExtent(fat.OffsetOf(21), 2000 - 1536)],
            entries[2].Extents);
        Assert.Equal(IsoEntryKind.Directory, entries[3].Kind);
    }

    [Fact]
    public void Long_names_are_put_together_from_their_parts()
    {
        string longest = new('ж', 255);
        var fat = new HandMadeFat(16);
        fat.WriteRoot(
            fat.LongFile("vmlinuz-6.1.0-amd64", "VMLINU~1", "x"u8),
            fat.LongFile("exactly 13 ch", "EXACTL~1", "x"u8),
            fat.LongFile("日本語-ファイル 😀.txt", "_______~1.TXT"[^11..], "x"u8),
            fat.LongFile(longest, "_~1", "x"u8));
        Assert.Equal(["vmlinuz-6.1.0-amd64", "exactly 13 ch", "日本語-ファイル 😀.txt", longest], Names(fat));
    }

    [Fact]
    public void A_long_name_that_is_not_this_files_gives_way_to_the_short_one()
    {
        var fat = new HandMadeFat(16);
        byte[] orphan = LongName("belongs to another file", "OTHER");
        byte[] gap = LongName("a name that takes three parts", "GAP.TXT");
        byte[] checksum = LongName("another checksum in one part", "SUM.TXT");
        checksum[32 + 13]++;
        byte[] number = LongName("x", "NUMBER");
        number[0] = 0x40;
        byte[] tooMany = LongName("x", "MANY");
        tooMany[0] = 0x40 | 63;
        byte[] deleted = [.. LongName("deleted", "GONE"), .. fat.File("GONE", "x"u8)];
        deleted[32] = 0xe5;
        fat.WriteRoot(
            orphan, fat.File("FIRST.TXT", "x"u8),
            [.. gap[..32], .. gap[64..]], fat.File("GAP.TXT", "x"u8),
            checksum, fat.File("SUM.TXT", "x"u8),
            number, fat.File("NUMBER", "x"u8),
            tooMany, fat.File("MANY", "x"u8),
            deleted, fat.File("AFTER", "x"u8));
        Assert.Equal(["FIRST.TXT", "GAP.TXT", "SUM.TXT", "NUMBER", "MANY", "AFTER"], Names(fat));
    }

    [Fact]
    public void Short_names_are_decoded_with_their_letter_case_and_code_page()
    {
        var fat = new HandMadeFat(12);
        byte[] lowerName = fat.File("LOWER.TXT", "x"u8);
        lowerName[12] = 0x08;
        byte[] lowerBoth = fat.File("BOTH.TXT", "x"u8);
        lowerBoth[12] = 0x18;
        byte[] lowerExtension = fat.File("EXT.TXT", "x"u8);
        lowerExtension[12] = 0x10;
        fat.WriteRoot(
            lowerName, lowerBoth, lowerExtension,
            fat.File("\u0081BER.TXT", "x"u8), fat.File("\u0005TAG", "x"u8), fat.File("A/B", "x"u8));
        Assert.Equal(["lower.TXT", "both.txt", "EXT.txt", "üBER.TXT", "σTAG", "A_B"], Names(fat));
    }

    [Fact]
    public void The_label_of_the_root_comes_before_that_of_the_boot_sector()
    {
        var fat = new HandMadeFat(32);
        fat.WriteRoot(fat.File("A", "x"u8));
        Assert.Equal(("BOOT LABEL", "1A2B-3C4D"), (Open(fat).Label, Open(fat).Uuid));
        byte[] old = Entry("OLD LABEL", 0, 0, LabelAttribute);
        old[0] = 0xe5;
        fat.WriteRoot(fat.File("A", "x"u8), old, Entry("ROOT LABEL", 0, 0, LabelAttribute));
        Assert.Equal("ROOT LABEL", Open(fat).Label);
        Assert.Equal(["A"], Names(fat));
        fat.WriteRoot();
        "NO NAME    "u8.CopyTo(fat.Bytes.AsSpan(71));
        Assert.Equal("", Open(fat).Label);
        fat.Bytes[66] = 0x28;
        Assert.Equal(("", null), (Open(fat).Label, Open(fat).Uuid));
    }

    [Fact]
    public void The_date_is_that_of_the_last_writing()
    {
        var fat = new HandMadeFat(12);
        byte[] noDate = fat.File("NODATE", "x"u8);
        noDate.AsSpan(22, 4).Fill(0xff);
        fat.WriteRoot(fat.File("DATED", "x"u8), noDate);
        var reader = new FatDirectoryReader(Open(fat));
        Assert.True(reader.TryOpen(reader.Root, out _));
        Assert.True(reader.TryReadEntry(out _));
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 12, 30, 14, TimeSpan.Zero).ToUnixTimeSeconds(), reader.ModifiedUnixSeconds);
        Assert.True(reader.TryReadEntry(out _));
        Assert.Equal(0, reader.ModifiedUnixSeconds);
    }

    [Fact]
    public void The_one_table_that_is_kept_up_to_date_is_read()
    {
        var fat = new HandMadeFat(32);
        fat.WriteRoot(Entry("A", fat.Chain(10, 12), 1000));
        int tableLength = fat.Bytes[36] * 512;
        fat.Bytes.AsSpan(fat.TableStart, tableLength).Clear();
        Assert.NotNull(DefectOf(fat));
        fat.Bytes[40] = 0x81;
        Assert.Null(DefectOf(fat));
        fat.Bytes[40] = 0x82;
        Assert.False(FatVolume.TryOpen(fat.Source, 0, out _, out IsoDefect? defect));
        Assert.Contains("does not have", defect.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0x00)]
    [InlineData(11, 0x01)]
    [InlineData(12, 0x03)]
    [InlineData(13, 0)]
    [InlineData(13, 3)]
    [InlineData(14, 0)]
    [InlineData(16, 0)]
    [InlineData(16, 5)]
    [InlineData(17, 0)]
    [InlineData(21, 0)]
    public void A_boot_sector_with_an_impossible_number_is_none(int offset, byte value)
    {
        var fat = new HandMadeFat(12);
        Assert.True(FatVolume.IsAnnounced(fat.Source, 0));
        fat.Bytes[offset] = value;
        Assert.False(FatVolume.IsAnnounced(fat.Source, 0));
        Assert.False(FatVolume.TryOpen(fat.Source, 0, out _, out IsoDefect? defect));
        Assert.NotEmpty(defect.Reason);
    }

    [Fact]
    public void A_volume_inside_an_image_is_read_at_its_place()
    {
        var fat = new HandMadeFat(16);
        fat.WriteRoot(fat.File("A", "here"u8));
        byte[] image = [.. new byte[10_240], .. fat.Bytes];
        Assert.True(FatVolume.TryOpen(new MemorySectorSource(image), 10_240, out FatVolume? volume, out _));
        IsoExtent extent = Assert.Single(Assert.Single(List(volume)).Extents);
        Assert.Equal("here"u8, image.AsSpan((int)extent.Offset, (int)extent.Length));
    }

    private static IsoDefect? DefectOf(HandMadeFat fat)
    {
        var reader = new FatDirectoryReader(Open(fat));
        if (reader.TryOpen(reader.Root, out IsoDefect? defect))
        {
            while (reader.TryReadEntry(out defect))
            {
            }
        }

        return defect;
    }

    private static IEnumerable<string> Names(HandMadeFat fat) => List(Open(fat)).Select(static entry => entry.Name);

    private static FatVolume Open(HandMadeFat fat)
    {
        Assert.True(FatVolume.TryOpen(fat.Source, 0, out FatVolume? volume, out IsoDefect? defect), defect?.Reason);
        return volume;
    }

    private static List<(string Name, IsoEntryKind Kind, IsoExtent[] Extents)> List(FatVolume volume)
    {
        var found = new List<(string, IsoEntryKind, IsoExtent[])>();
        var reader = new FatDirectoryReader(volume);
        Assert.True(reader.TryOpen(reader.Root, out IsoDefect? defect), defect?.Reason);
        while (reader.TryReadEntry(out defect))
        {
            found.Add((Encoding.UTF8.GetString(reader.Name), reader.Kind, [.. reader.Extents]));
        }

        Assert.Null(defect);
        return found;
    }
}
