using System.Text;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Udf;
using static Appliance.Formats.Tests.Udf.HandMadeUdf;

namespace Appliance.Formats.Tests.Udf;

/// <summary>Volumes, partitions and the forms in which files are recorded (I-05).</summary>
public sealed class UdfVolumeTests
{
    public static TheoryData<UdfLayoutCase> EveryWay
    {
        get
        {
            var cases = new TheoryData<UdfLayoutCase>();
            foreach (UdfLayout layout in Enum.GetValues<UdfLayout>())
            {
                foreach (int form in (int[])[ShortForm, LongForm, ExtendedForm, EmbeddedForm])
                {
                    cases.Add(new UdfLayoutCase((int)layout, form, Pieces: 1, IsExtended: form % 2 == 0));
                    cases.Add(new UdfLayoutCase((int)layout, form, Pieces: 3, IsExtended: form % 2 == 1));
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void A_file_is_read_from_every_partition_in_every_form(UdfLayoutCase way)
    {
        byte[] content = [.. Enumerable.Range(0, way.Form == EmbeddedForm ? 1500 : 11_000).Select(static i => (byte)(i * 31 / 7))];
        var udf = new HandMadeUdf((UdfLayout)way.Layout);
        uint file = udf.AddFile(content, way.Form, way.Pieces, way.IsExtended);
        uint directory = udf.AddDirectory(udf.Identifier("boot.wim", file));
        udf.WriteRoot(udf.Identifier("sources", directory, characteristics: 2));
        Dictionary<string, byte[]?> files = ReadAll(udf);
        Assert.Equal(["/sources", "/sources/boot.wim"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(content, files["/sources/boot.wim"]);
    }

    [Fact]
    public void Names_of_8_and_of_16_bits_are_read_and_deleted_ones_are_not()
    {
        var udf = new HandMadeUdf();
        uint file = udf.AddFile([1]);
        udf.WriteRoot(
            udf.Identifier("Größe", file),
            udf.Identifier("日本語", file),
            udf.Identifier("hidden", file, characteristics: 1),
            udf.Identifier("deleted", file, characteristics: 4),
            udf.Identifier("stream", file, characteristics: 16),
            udf.Identifier("..", file),
            udf.Identifier("a/b\0c", file));
        Assert.Equal(["/Größe", "/a_b_c", "/hidden", "/日本語"], ReadAll(udf).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Directories_longer_than_the_window_are_read_over_all_their_pieces()
    {
        var udf = new HandMadeUdf();
        uint file = udf.AddFile([1, 2, 3]);
        string[] names = [.. Enumerable.Range(1000, 900).Select(static i => $"a-name-of-some-length-{i}.txt")];
        udf.WriteRoot([.. names.Select(name => udf.Identifier(name, file))]);
        Assert.Equal(names.Select(static name => "/" + name), ReadAll(udf).Keys);
    }

    [Fact]
    public void What_was_not_recorded_reads_as_zeros()
    {
        var udf = new HandMadeUdf();
        udf.DataBlock(udf.TakeData(3)).Fill(7);
        byte[] extents =
            [.. Long(BlockSize, 90, 0), .. Long(BlockSize, 91, 0, type: 1), .. Long(BlockSize, 0, 9, type: 2), .. Long(10, 90, 0)];
        udf.WriteRoot(udf.Identifier("sparse", udf.AddEntry(FileType, LongForm, extents, (3 * BlockSize) + 10)));
        byte[] expected = [.. Enumerable.Repeat((byte)7, BlockSize), .. new byte[2 * BlockSize], .. Enumerable.Repeat((byte)7, 10)];
        Assert.Equal(expected, ReadAll(udf)["/sparse"]);
    }

    [Fact]
    public void Extents_go_on_in_a_chain_of_further_blocks()
    {
        var udf = new HandMadeUdf();
        udf.DataBlock(udf.TakeData(1)).Fill(1);
        udf.DataBlock(udf.TakeData(1)).Fill(2);
        byte[] second = udf.AddContinuation(Long(10, 91, 0));
        byte[] first = udf.AddContinuation(Long(BlockSize, 91, 0), second);
        byte[] extents = [.. Long(BlockSize, 90, 0), .. first];
        udf.WriteRoot(udf.Identifier("chain", udf.AddEntry(FileType, LongForm, extents, (2 * BlockSize) + 10)));
        byte[]? content = ReadAll(udf)["/chain"];
        Assert.Equal([1, 2, 2], [content![0], content[BlockSize], content[(2 * BlockSize) + 9]]);
    }

    [Fact]
    public void A_link_is_read_with_all_kinds_of_components()
    {
        var udf = new HandMadeUdf();
        byte[] target = LinkTo((3, ""), (4, ""), (5, "casper"), (5, "vmlinuz"));
        byte[] absolute = LinkTo((2, ""), (5, "casper"));
        udf.WriteRoot(
            udf.Identifier("link", udf.AddEntry(LinkType, EmbeddedForm, target, target.Length)),
            udf.Identifier("absolute", udf.AddEntry(LinkType, EmbeddedForm, absolute, absolute.Length)));
        Dictionary<string, byte[]?> files = ReadAll(udf);
        Assert.Equal(".././casper/vmlinuz", Encoding.UTF8.GetString(files["/link"]!));
        Assert.Equal("/casper", Encoding.UTF8.GetString(files["/absolute"]!));
    }

    [Fact]
    public void Date_and_permissions_are_those_of_the_entry()
    {
        var udf = new HandMadeUdf();
        udf.WriteRoot(udf.Identifier("a", udf.AddFile([1])), udf.Identifier("b", udf.AddFile([1], LongForm, extended: true)));
        UdfDirectoryReader reader = OpenRoot(udf);
        while (reader.TryReadEntry(out _))
        {
            var expected = new DateTimeOffset(2024, 2, 29, 11, 30, 15, default);
            Assert.Equal(expected, DateTimeOffset.FromUnixTimeSeconds(reader.ModifiedUnixSeconds));
            Assert.Equal("555", Convert.ToString(reader.Permissions, 8));
        }
    }

    [Fact]
    public void The_reserve_sequence_is_read_when_the_main_one_is_damaged()
    {
        for (int sector = MainSequence; sector < MainSequence + 4; sector++)
        {
            HandMadeUdf udf = WithOneFile();
            udf.Sector(sector)[100] ^= 1;
            Assert.Equal(["/file"], ReadAll(udf).Keys);
        }
    }

    [Fact]
    public void An_anchor_at_the_end_is_found_when_the_first_is_damaged()
    {
        foreach (int distance in (int[])[1, 257])
        {
            var udf = new HandMadeUdf(sectors: 700);
            udf.WriteRoot(udf.Identifier("file", udf.AddFile([1])));
            udf.Sector(Anchor).Clear();
            udf.WriteAnchor(udf.Sectors - distance);
            Assert.Equal(["/file"], ReadAll(udf).Keys);
        }
    }

    [Fact]
    public void The_mirror_of_a_metadata_partition_is_read_when_the_file_itself_is_damaged()
    {
        HandMadeUdf udf = WithOneFile(UdfLayout.Metadata);
        udf.Sector(PartitionStart).Clear();
        Assert.Equal(["/file"], ReadAll(udf).Keys);
        udf.Sector(PartitionStart + 1).Clear();
        Assert.Contains("file entry", Refuse(udf).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_copy_of_the_sparing_table_is_read_when_the_first_is_damaged()
    {
        HandMadeUdf udf = WithOneFile(UdfLayout.Sparable);
        udf.Sector(60)[56] ^= 1;
        Assert.Equal(["/file"], ReadAll(udf).Keys);
        udf.Sector(61)[56] ^= 1;
        Assert.Contains("CRC", Refuse(udf).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_virtual_table_is_found_before_the_run_out_blocks_of_a_recorder()
    {
        HandMadeUdf udf = WithOneFile(UdfLayout.Virtual);
        byte[] longer = [.. udf.Bytes, .. new byte[150 * BlockSize]];
        Assert.True(UdfVolume.TryOpen(new MemorySectorSource(longer), out UdfVolume? volume, out _));
        Assert.Equal("HAND MADE", volume.Label);
        byte[] shorter = udf.Bytes[..^BlockSize];
        Assert.False(UdfVolume.TryOpen(new MemorySectorSource(shorter), out _, out IsoDefect? defect));
        Assert.Contains("not copied whole", defect.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_volume_is_announced_by_its_recognition_sequence()
    {
        HandMadeUdf udf = WithOneFile();
        Assert.True(UdfVolume.IsAnnounced(udf.Source));
        udf.Sector(17)[1] = (byte)'X';
        Assert.False(UdfVolume.IsAnnounced(udf.Source));
        Assert.False(UdfVolume.IsAnnounced(new MemorySectorSource(new byte[32768])));
    }

    [Fact]
    public void Strategy_4096_is_refused_with_its_number()
    {
        HandMadeUdf udf = WithOneFile();
        udf.EntryBlock(RootBlock)[21] = 0x10;
        udf.EntryBlock(RootBlock)[20] = 0;
        Seal(udf.EntryBlock(RootBlock), 261, RootBlock, 512);
        Assert.Contains("strategy 4096", Refuse(udf).Reason, StringComparison.Ordinal);
    }

    private static HandMadeUdf WithOneFile(UdfLayout layout = UdfLayout.Plain)
    {
        var udf = new HandMadeUdf(layout);
        udf.WriteRoot(udf.Identifier("file", udf.AddFile([1])));
        return udf;
    }

    private static IsoDefect Refuse(HandMadeUdf udf)
    {
        Assert.False(UdfVolume.TryOpen(udf.Source, out _, out IsoDefect? defect));
        return defect;
    }

    private static UdfDirectoryReader OpenRoot(HandMadeUdf udf)
    {
        Assert.True(UdfVolume.TryOpen(udf.Source, out UdfVolume? volume, out IsoDefect? defect), defect?.ToString());
        var reader = new UdfDirectoryReader(volume);
        Assert.True(reader.TryOpen(reader.Root, out defect), defect?.ToString());
        return reader;
    }

    /// <summary>Every path with the file's content or the link's target, null for directories.</summary>
    private static Dictionary<string, byte[]?> ReadAll(HandMadeUdf udf)
    {
        UdfDirectoryReader reader = OpenRoot(udf);
        var found = new Dictionary<string, byte[]?>();
        var directories = new Queue<(string Path, DirectoryAddress Address)>([("", reader.Root)]);
        while (directories.TryDequeue(out (string Path, DirectoryAddress Address) directory))
        {
            Assert.True(reader.TryOpen(directory.Address, out IsoDefect? defect), defect?.ToString());
            while (reader.TryReadEntry(out defect))
            {
                string path = $"{directory.Path}/{Encoding.UTF8.GetString(reader.Name)}";
                found.Add(path, Content(udf, reader));
                if (reader.Kind == IsoEntryKind.Directory)
                {
                    directories.Enqueue((path, reader.Directory));
                }
            }

            Assert.Null(defect);
        }

        return found;
    }

    private static byte[]? Content(HandMadeUdf udf, UdfDirectoryReader reader) => reader.Kind switch
    {
        IsoEntryKind.Directory => null,
        IsoEntryKind.SymbolicLink => reader.Link.ToArray(),
        _ => [.. reader.Extents.SelectMany(extent =>
            extent.IsZeros ? new byte[extent.Length] : udf.Bytes.AsSpan((int)extent.Offset, (int)extent.Length).ToArray())],
    };
}

/// <summary>One way to record a file; numbers, since the names are not public.</summary>
public sealed record UdfLayoutCase(int Layout, int Form, int Pieces, bool IsExtended);
