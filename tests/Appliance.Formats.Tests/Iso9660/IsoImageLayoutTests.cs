using System.Collections.Immutable;
using System.Text;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Tests.Iso9660;

/// <summary>Images that are written read back as they were meant.</summary>
public sealed class IsoImageLayoutTests
{
    private const int Sector = 2048;

    private static readonly IsoIdentity Identity = new("LABEL", "", "LINUX", "publisher", "application", "2024-04-24-10-30-12-07");

    [Fact]
    public void What_is_written_reads_back()
    {
        IsoImageEntry root = Directory(
            "",
            File("empty", 0),
            File("one", 1),
            File("sector", Sector),
            File("more", Sector + 1) with { Permissions = 0x1ed, ModifiedUnixSeconds = 1_700_000_000 },
            Directory(".disk", File("casper-uuid-generic", 37), File("info", 63)),
            Directory("ümläut", File("日本語-ファイル.txt", 5)),
            Link("ubuntu", "."),
            Link("absolute", "/casper/vmlinuz"),
            Link("dots", "./a/../b/./c"));
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Fact]
    public void Deep_directories_read_back()
    {
        IsoImageEntry root = File("deepest.txt", 3);
        for (int depth = 30; depth > 0; depth--)
        {
            root = Directory($"d{depth}", root, File($"beside-{depth}", depth));
        }

        root = Directory("", root);
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Theory]
    [InlineData(150)]
    [InlineData(165)]
    [InlineData(166)]
    [InlineData(200)]
    [InlineData(250)]
    [InlineData(251)]
    [InlineData(255)]
    public void Names_of_every_length_read_back(int length)
    {
        IsoImageEntry root = Directory("", File(new string('n', length), 1), Directory(new string('d', length), File("x", 2)));
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Fact]
    public void A_name_longer_than_255_bytes_is_refused() =>
        Assert.Equal("a name is longer than 255 bytes", Refuse(Directory("", File(new string('ü', 128), 1))));

    [Theory]
    [InlineData(1, 255)]
    [InlineData(16, 254)]
    [InlineData(1000, 3)]
    [InlineData(1, 4094)]
    public void Long_links_read_back(int components, int length)
    {
        string target = "/" + string.Join('/', Enumerable.Repeat(new string('t', length), components));
        IsoImageEntry root = Directory("", Link("link", target), Link("second", target), File("behind", 7));
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Fact]
    public void A_link_longer_than_4095_bytes_is_refused() =>
        Assert.Equal("a symbolic link is longer than 4095 bytes", Refuse(Directory("", Link("link", new string('t', 4096)))));

    [Fact]
    public void Names_that_differ_only_where_identifiers_cannot_are_all_there()
    {
        string[] names = ["a b", "a_b", "A-B", "a.b", "a.B", ".b", "_.b", "x", "X", "x.", new('l', 40), new('l', 41), "ä", "ö"];
        IsoImageEntry root = Directory("", [.. names.Select(static name => File(name, 1)), Directory("x_")]);
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Fact]
    public void Records_are_sorted_by_identifier_and_none_is_there_twice()
    {
        IEnumerable<IsoImageEntry> files = Enumerable.Range(0, 300).Select(static i => File($"same name {i % 3} {(char)('ä' + i)}", 1));
        IsoImageLayout layout = LayOut(Directory("", [.. files]));
        string[] identifiers = [.. RecordsOf(layout).Select(static record => record.Identifier)];
        Assert.Equal(300, identifiers.Distinct().Count());
        Assert.Equal(identifiers.Order(StringComparer.Ordinal), identifiers);
        Assert.All(identifiers, static identifier => Assert.Matches("^[A-Z0-9_]+\\.[A-Z0-9_]*;1$", identifier));
    }

    [Theory]
    [InlineData(0xffff_f800L, 1)]
    [InlineData(0xffff_f801L, 2)]
    [InlineData(1L << 32, 2)]
    [InlineData((9L << 30) + 5, 3)]
    public void A_file_is_one_run_in_as_many_extents_as_it_needs(long length, int records)
    {
        IsoImageEntry root = Directory("", File("a", 1), File("big", length), File("c", 1));
        IsoImageLayout layout = LayOut(root);
        Assert.Equal(Describe(root), Describe(Read(layout)));
        (string, uint Extent, uint Length, bool More)[] big = [.. RecordsOf(layout).Where(static record => record.Identifier == "BIG.;1")];
        Assert.Equal(records, big.Length);
        Assert.Equal(length, big.Sum(static record => record.Length));
        Assert.Equal([.. Enumerable.Repeat(true, records - 1), false], big.Select(static record => record.More));
        Assert.All(big[..^1], static record => Assert.Equal(0u, record.Length % Sector));
    }

    [Fact]
    public void Files_lie_behind_the_header_in_whole_sectors()
    {
        IsoImageLayout layout = LayOut(
            Directory("", File("a", 1, source: 7), File("b", 0), File("c", Sector + 1, source: 9), File("d", 5, source: 8)));
        long data = layout.Header.Length;
        Assert.Equal(0, data % Sector);
        Assert.Equal([new(7, data, 1), new(9, data + Sector, Sector + 1), new(8, data + (3 * Sector), 5)], layout.Files.AsEnumerable());
        Assert.Equal(data + (4 * Sector), layout.Length);
    }

    [Fact]
    public void The_same_tree_gives_the_same_bytes()
    {
        static IsoImageEntry Root() => Directory("", File("a", 1), Directory("d", Link("l", new string('t', 3000)), File("b", 5)));
        Assert.Equal(LayOut(Root()).Header, LayOut(Root()).Header);
    }

    [Fact]
    public void The_identity_is_written()
    {
        IsoVolume volume = Open(LayOut(Directory("", File("a", 1))));
        Assert.Equal(Identity, volume.Identity);
        Assert.Empty(volume.Warnings);
        Assert.Equal(volume.Source.Length, volume.DeclaredLength);
        Assert.Equal(IsoNaming.RockRidge, volume.Naming);
    }

    [Fact]
    public void Without_a_uuid_the_latest_date_is_taken()
    {
        IsoImageEntry root = Directory("", File("a", 1), File("b", 1) with { ModifiedUnixSeconds = 1_700_000_000 });
        Assert.True(IsoImageLayout.TryCreate(Identity with { Uuid = null }, root, out IsoImageLayout? layout, out _));
        Assert.Equal("2023-11-14-22-13-20-00", Open(layout).Identity.Uuid);
    }

    [Fact]
    public void A_label_that_is_too_long_is_cut()
    {
        IsoIdentity identity = Identity with { Label = new string('ü', 40) };
        Assert.True(IsoImageLayout.TryCreate(identity, Directory(""), out IsoImageLayout? layout, out _));
        Assert.Equal(new string('ü', 16), Open(layout).Identity.Label);
    }

    [Fact]
    public void An_empty_image_can_be_read()
    {
        IsoImageLayout layout = LayOut(Directory(""));
        Assert.Empty(Read(layout).Children);
        Assert.Equal(layout.Header.Length, layout.Length);
    }

    [Fact]
    public void Thousands_of_files_fit_and_more_are_refused()
    {
        static IsoImageEntry Root(int files) =>
            Directory("", [.. Enumerable.Range(0, files).Select(static i => File($"package-{i}_1.0-1_amd64.deb", i))]);
        Assert.Equal(Describe(Root(5000)), Describe(Read(LayOut(Root(5000)))));
        Assert.Equal("it holds too many files", Refuse(Root(10_000)));
        IEnumerable<IsoImageEntry> directories = Enumerable.Range(0, 600).Select(static i => Directory($"d{i}"));
        Assert.Equal("it holds too many files", Refuse(Directory("", [.. directories])));
    }

    [Fact]
    public void Many_directories_have_a_path_table_of_several_sectors()
    {
        IsoImageEntry root = Directory("", [.. Enumerable.Range(0, 400).Select(static i => Directory($"directory-{i}", File("f", i)))]);
        Assert.Equal(Describe(root), Describe(Read(LayOut(root))));
    }

    [Fact]
    public void More_than_32_bits_of_sectors_are_refused()
    {
        const long Most = ((1L << 32) - 1000) * Sector;
        Assert.Equal("it is larger than 8 TiB", Refuse(Directory("", File("a", Most), File("b", 1000 * Sector))));
        Assert.Equal(Most, Assert.Single(LayOut(Directory("", File("a", Most))).Files).Length);
    }

    private static IsoImageEntry File(string name, long length, int source = 0) =>
        new(name, IsoEntryKind.File, 0x124, 1_600_000_000) { Length = length, Source = source };

    private static IsoImageEntry Link(string name, string target) =>
        new(name, IsoEntryKind.SymbolicLink, 0x1ff, 1_600_000_001) { Link = target };

    private static IsoImageEntry Directory(string name, params ImmutableArray<IsoImageEntry> children) =>
        new(name, IsoEntryKind.Directory, 0x16d, 1_600_000_002) { Children = children };

    private static IsoImageLayout LayOut(IsoImageEntry root)
    {
        Assert.True(IsoImageLayout.TryCreate(Identity, root, out IsoImageLayout? layout, out string? reason), reason);
        return layout;
    }

    private static string? Refuse(IsoImageEntry root)
    {
        Assert.False(IsoImageLayout.TryCreate(Identity, root, out IsoImageLayout? layout, out string? reason));
        Assert.Null(layout);
        return reason;
    }

    /// <summary>Every entry in one line, by path.</summary>
    private static string[] Describe(IsoImageEntry root) =>
        [.. DescribeAll(root, "").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> DescribeAll(IsoImageEntry directory, string path) => directory.Children.SelectMany(entry =>
        DescribeAll(entry, $"{path}/{entry.Name}").Prepend(
            $"{path}/{entry.Name} {entry.Kind} {entry.Permissions} {entry.ModifiedUnixSeconds} {entry.Length} {entry.Link}"));

    private static IsoVolume Open(IsoImageLayout layout)
    {
        Assert.True(IsoVolume.TryOpen(new SparseImage(layout), out IsoVolume? volume, out IsoDefect? defect), defect?.ToString());
        return volume;
    }

    /// <summary>What our reader finds; every file must be one run at its place.</summary>
    private static IsoImageEntry Read(IsoImageLayout layout)
    {
        var reader = new IsoDirectoryReader(Open(layout));
        HashSet<(long, long)> places = [.. layout.Files.Select(static file => (file.Offset, file.Length))];
        IsoImageEntry root = Read(reader, reader.Root, Directory(""), places);
        Assert.Empty(places);
        Assert.Empty(reader.Warnings);
        return root;
    }

    private static IsoImageEntry Read(
        IsoDirectoryReader reader, DirectoryAddress address, IsoImageEntry directory, HashSet<(long, long)> places)
    {
        var found = new List<(IsoImageEntry Entry, DirectoryAddress Address)>();
        Assert.True(reader.TryOpen(address, out IsoDefect? defect), defect?.ToString());
        while (reader.TryReadEntry(out defect))
        {
            IsoExtent? run = reader.Kind == IsoEntryKind.File && reader.Extents.Count > 0 ? Assert.Single(reader.Extents) : null;
            Assert.True(run is null || places.Remove((run.Value.Offset, run.Value.Length)), $"{run}");
            string name = Encoding.UTF8.GetString(reader.Name);
            found.Add((
                new IsoImageEntry(name, reader.Kind, reader.Permissions, reader.ModifiedUnixSeconds)
                {
                    Length = run?.Length ?? 0,
                    Link = reader.Kind == IsoEntryKind.SymbolicLink ? Encoding.UTF8.GetString(reader.Link) : "",
                },
                reader.Directory));
        }

        Assert.Null(defect);
        return directory with
        {
            Children =
            [
                .. found.Select(item =>
                    item.Entry.Kind == IsoEntryKind.Directory ? Read(reader, item.Address, item.Entry, places) : item.Entry),
            ],
        };
    }

    /// <summary>The root's records as they stand, without those of itself and its parent.</summary>
    private static List<(string Identifier, uint Extent, uint Length, bool More)> RecordsOf(IsoImageLayout layout)
    {
        DirectoryAddress root = Open(layout).Root;
        ReadOnlySpan<byte> rest = layout.Header.AsSpan((int)root.Start, (int)root.Length);
        var records = new List<(string, uint, uint, bool)>();
        for (int position = 0; position < rest.Length;)
        {
            int left = Sector - (position % Sector);
            if (rest[position] == 0)
            {
                position += left;
                continue;
            }

            Assert.True(DirectoryRecord.TryParse(rest.Slice(position, left), out DirectoryRecord record, out string? reason), reason);
            if (!record.IsSelf && !record.IsParent)
            {
                bool more = (record.Flags & FileTraits.MultiExtent) != 0;
                records.Add((Encoding.ASCII.GetString(record.Identifier), record.Extent, record.DataLength, more));
            }

            position += record.Length;
        }

        return records;
    }

    /// <summary>The header, then zeros.</summary>
    private sealed class SparseImage(IsoImageLayout layout) : SectorSource
    {
        private readonly MemorySectorSource _header = new(layout.Header);

        public override long Length => layout.Length;

        public override int Read(long offset, Span<byte> destination)
        {
            int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
            destination[..count].Clear();
            _header.Read(offset, destination[..count]);
            return count;
        }
    }
}
