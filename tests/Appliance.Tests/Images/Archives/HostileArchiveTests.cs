using System.IO.Compression;
using System.Text;
using Appliance.Images;
using Appliance.Images.Archives;

namespace Appliance.Tests.Images.Archives;

/// <summary>Archives made to hurt: nothing gets out of the folder, and nothing stays (V-14, V-15).</summary>
public sealed class HostileArchiveTests
{
    private static readonly string LongName = new('n', 99);

    /// <summary>Entries that a tidy one follows, and why the archive is refused.</summary>
    public static TheoryData<string, byte[], string> Slips => new()
    {
        { "absolute path", Tar().Add("/etc/evil", "x").End(), "absolute" },
        { "two slashes", Tar().Add("//evil", "x").End(), "absolute" },
        { "up", Tar().Add("../evil", "x").End(), "goes up" },
        { "up in the middle", Tar().Add("a/../../evil", "x").End(), "goes up" },
        { "up at the end", Tar().Add("a/..", "", '5').End(), "goes up" },
        { "up after a dot", Tar().Add("./../evil", "x").End(), "goes up" },
        { "up with a backslash", Tar().Add("..\\evil", "x").End(), "backslash" },
        { "absolute by pax", Tar().AddPax("path", "/etc/evil").Add("fine", "x").End(), "absolute" },
        { "up by pax", Tar().AddPax("path", "../evil").Add("fine", "x").End(), "goes up" },
        { "up by a GNU long name", Tar().Add("././@LongLink", "../evil\0", 'L').Add("fine", "x").End(), "goes up" },
        { "zero in a pax path", Tar().AddPax("path", "ev\0il").Add("fine", "x").End(), "" },
        { "line feed", Tar().Add("a\nb", "x").End(), "control character" },
        { "escape sequence", Tar().Add("a\u001b[31mb", "x").End(), "control character" },
        { "trailing dot", Tar().Add("evil.", "x").End(), "dot or a blank" },
        { "trailing blank", Tar().Add("evil /x", "x").End(), "dot or a blank" },
        { "three dots", Tar().Add("...", "x").End(), "dot or a blank" },
        { "no name", Tar().Add("", "x").End(), "" },
        { "only dots", Tar().Add("./", "x").End(), "" },
        { "long name", Tar().AddPax("path", new string('n', 256)).Add("fine", "x").End(), "longer than 255" },
        { "long path", Tar().AddPax("path", string.Join('/', Enumerable.Repeat(LongName, 11))).Add("fine", "x").End(), "longer than 1024" },
        { "deep path", Tar().AddPax("path", string.Concat(Enumerable.Repeat("d/", 32)) + "x").Add("fine", "x").End(), "32 folders deep" },
        { "link out", Tar().Add("link", "", '2', "/etc/passwd").End(), "leads out" },
        { "link up", Tar().Add("a/link", "", '2', "../../x").End(), "leads out" },
        { "hard link out", Tar().Add("link", "", '1', "/etc/passwd").End(), "leads out" },
        { "hard link up", Tar().Add("a/link", "", '1', "../x").End(), "leads out" },
        { "file through a link", Tar().Add("link", "", '2', "a").Add("link/evil", "x").End(), "goes through" },
        { "file in a link's place", Tar().Add("link", "", '2', "a").Add("link", "x").End(), "link" },
        { "folder in a link's place", Tar().Add("link", "", '2', "a").Add("link", "", '5').End(), "link" },
        { "link in a file's place", Tar().Add("a", "x").Add("a", "", '2', "b").End(), "twice" },
        { "file twice", Tar().Add("a", "x").Add("a", "y").End(), "twice" },
        { "file in another case", Tar().Add("Boot", "x").Add("boot", "y").End(), "letters' case" },
        { "file in another case, ünï", Tar().Add("ÜNÏ", "x").Add("ünï", "y").End(), "letters' case" },
        { "folder in another case", Tar().Add("A/x", "x").Add("a/y", "y").End(), "letters' case" },
        { "file as a folder", Tar().Add("a", "x").Add("a/b", "y").End(), "twice" },
        { "folder as a file", Tar().Add("a/b", "x").Add("a", "y").End(), "twice" },
        { "character device", Tar().Add("null", "", '3').End(), "device" },
        { "block device", Tar().Add("sda", "", '4').End(), "device" },
        { "pipe", Tar().Add("pipe", "", '6').End(), "pipe" },
        { "unknown kind", Tar().Add("odd", "", 'Z').End(), "" },
        { "sparse, GNU", Tar().Add("sparse", "", 'S', size: long.MaxValue).End(), "" },
        { "sparse, pax", Tar().AddPax("GNU.sparse.realsize", "9223372036854775807").Add("sparse", "x").End(), "holes" },
        { "8 EiB", Tar().Add("big", "x", size: long.MaxValue).End(), "" },
        { "8 EiB by pax", Tar().AddPax("size", "9223372036854775807").Add("big", "x").End(), "" },
        { "negative size by pax", Tar().AddPax("size", "-1").Add("big", "x").End(), "" },
        { "folder of 8 EiB", Tar().Add("folder/", "", '5', size: long.MaxValue - 511).Add("fine", "x").End(), "" },
        { "headers of 2 GiB", Tar().Add("pax", "30 path=x", 'x', size: 0x7fffffc7).Add("fine", "x").End(), "" },
        { "headers of 8 EiB", Tar().Add("pax", "30 path=x", 'x', size: long.MaxValue).Add("fine", "x").End(), "" },
        { "long name of 2 GiB", Tar().Add("././@LongLink", "x", 'L', size: 0x7fffffc7).Add("fine", "x").End(), "" },
        { "no end", Tar().Add("fine", "x").Cut(), "cut short" },
        { "a header without a check sum", WithoutSum(Tar().Add("damaged", "x").End()), "follows its end" },
    };

    [Theory]
    [MemberData(nameof(Slips))]
    public async Task V_14_an_archive_that_reaches_out_or_lies_is_refused_whole(string name, byte[] archive, string reason)
    {
        using var bench = new ArchiveBench();
        byte[] whole = [.. new HandMadeTar().Add("first", "tidy").Cut(), .. archive];
        string message = await bench.RefuseAsync(whole);
        Assert.True(message.Contains(reason, StringComparison.Ordinal), $"{name}: {message}");
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Theory]
    [InlineData("--gzip")]
    [InlineData("--xz")]
    [InlineData("--zstd")]
    public async Task V_15_a_bomb_is_stopped_at_its_ratio(string compression)
    {
        using var source = new TestFolder();
        using (FileStream zeros = File.Create(source["zeros"]))
        {
            zeros.SetLength(64 << 20);
        }

        Tool.Run("tar", "tar", compression, "--create", "--file", source["bomb"], "--directory", source.Path, "zeros");
        using var bench = new ArchiveBench();
        string message = await bench.RefuseAsync(await File.ReadAllBytesAsync(source["bomb"]));
        Assert.Contains("longer than may still come", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V_15_a_bomb_that_hides_its_size_is_stopped_where_the_ratio_is_passed()
    {
        using var bench = new ArchiveBench { Limits = new ArchiveLimits { RatioFreeBytes = 1 << 20 } };
        var tar = new HandMadeTar();
        for (int i = 0; i < 100; i++)
        {
            tar.AddPax("comment", new string('c', 60_000), 'g').Add($"{i}");
        }

        Assert.Contains("more than 200 times its own size", await bench.RefuseAsync(Gzip(tar.End())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task V_15_zeros_after_the_end_count_too()
    {
        using var bench = new ArchiveBench { Limits = new ArchiveLimits { RatioFreeBytes = 1 << 20 } };
        byte[] archive = [.. new HandMadeTar().Add("fine", "x").End(), .. new byte[8 << 20]];
        Assert.Contains("more than 200 times its own size", await bench.RefuseAsync(Gzip(archive)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xz", "--lzma2=preset=6,dict=128MiB")]
    [InlineData("zstd", "--long=27")]
    public async Task V_15_a_dictionary_of_more_than_64_MiB_is_refused(string program, string option)
    {
        using var source = new TestFolder();
        byte[] tar = new HandMadeTar().Add("fine", "x").End();

        // Longer than the dictionary that is allowed, or zstd makes it smaller.
        using (FileStream file = File.Create(source["tar"]))
        {
            file.Write(tar);
            file.SetLength(65L << 20);
        }

        Tool.Run(program, program, option, "--keep", "--quiet", source["tar"]);
        using var bench = new ArchiveBench { Limits = new ArchiveLimits { RatioFreeBytes = 1 << 30 } };
        string message = await bench.RefuseAsync(await File.ReadAllBytesAsync(source[program is "xz" ? "tar.xz" : "tar.zst"]));
        Assert.Contains($"{program} says: ", message, StringComparison.Ordinal);
        Assert.Contains("emory", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V_15_no_more_is_written_than_fits_beside_the_reserve()
    {
        // 500 of 10,000 stay free; header, content and end are counted.
        byte[] archive = new HandMadeTar().Add("one", new string('x', 1500)).End();
        Assert.Equal(3072, archive.Length);
        using var full = new ArchiveBench { Space = new VolumeSpace(3071 + 500, 10_000) };
        Assert.Contains("that are free", await full.RefuseAsync(archive), StringComparison.Ordinal);
        using var enough = new ArchiveBench { Space = new VolumeSpace(3072 + 500, 10_000) };
        enough.Put(archive);
        Assert.Equal(1, (await enough.UnpackAsync()).Files);
    }

    [Fact]
    public async Task V_15_entries_are_counted()
    {
        byte[] archive = new HandMadeTar().Add("a/", "", '5').Add("b/", "", '5').Add("c/", "", '5').End();
        using var few = new ArchiveBench { Limits = new ArchiveLimits { MaxEntries = 2 } };
        Assert.Contains("more than 2 entries", await few.RefuseAsync(archive), StringComparison.Ordinal);
        using var enough = new ArchiveBench { Limits = new ArchiveLimits { MaxEntries = 3 } };
        enough.Put(archive);
        await enough.UnpackAsync();
        Assert.Equal(["a/", "b/", "c/"], ArchiveBench.Names(enough.Target));
    }

    [Fact]
    public async Task V_15_links_do_not_multiply_a_file_beyond_the_room()
    {
        var tar = new HandMadeTar().Add("big", new string('x', 1 << 20));
        for (int i = 0; i < 40; i++)
        {
            tar.Add($"link{i}", "", '1', "big");
        }

        using var bench = new ArchiveBench { Space = new VolumeSpace(10 << 20, 10 << 20) };
        Assert.Contains("would be longer than may still come", await bench.RefuseAsync(tar.End()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task V_15_headers_are_bounded_though_the_bytes_are_there()
    {
        using var bench = new ArchiveBench();
        Assert.Contains("headers are too long",
            await bench.RefuseAsync(new HandMadeTar().AddPax("comment", new string('c', 2 << 20)).Add("fine", "x").End()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_archives_end_in_a_reason_or_in_a_whole_folder()
    {
        byte[] seed = new HandMadeTar().AddPax("path", "a/long/path").Add("short", "content").Add("folder/", "", '5')
            .Add("folder/link", "", '2', "../a/long/path").Add("././@LongLink", "b/other/path\0", 'L').Add("x", "more").End();
        var random = new Random(14);
        using var bench = new ArchiveBench();
        for (int run = 0; run < 150; run++)
        {
            byte[] archive = [.. seed];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                Damage(archive, random.Next(seed.Length / 512), random);
            }

            bench.Put(archive);
            Exception? failure = await Record.ExceptionAsync(bench.UnpackAsync);
            Assert.True(failure is null or IOException, $"run {run}: {failure}");
            Assert.Equal(failure is null, Directory.Exists(bench.Target));
            Assert.All(Directory.EnumerateFileSystemEntries(bench.Folder), path => Assert.Contains(Path.GetFileName(path), (string[])["archive", "out"]));
            if (failure is null)
            {
                Directory.Delete(bench.Target, recursive: true);
            }
        }
    }

    /// <summary>Changes a byte of a header, and rights its check sum, so that the change is looked at.</summary>
    private static void Damage(byte[] archive, int block, Random random)
    {
        Span<byte> header = archive.AsSpan(block * 512, 512);
        header[random.Next(345)] = (byte)random.Next(256);
        if (header[257..].StartsWith("ustar"u8))
        {
            header.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte value in header)
            {
                sum += value;
            }

            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
        }
    }

    private static HandMadeTar Tar() => new();

    private static byte[] WithoutSum(byte[] archive)
    {
        archive.AsSpan(148, 8).Clear();
        return archive;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
