using Appliance.Images;
using Appliance.Images.Archives;
using Appliance.Tests.Images.Extraction;

namespace Appliance.Tests.Images.Archives;

/// <summary>Netboot archives as the usual tools make them (S122 to S124).</summary>
public sealed class ArchiveUnpackerTests : IDisposable
{
    private readonly ArchiveBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("--format=gnu", "")]
    [InlineData("--format=pax", "")]
    [InlineData("--format=ustar", "")]
    [InlineData("--format=v7", "")]
    [InlineData("--format=gnu", "--gzip")]
    [InlineData("--format=gnu", "--xz")]
    [InlineData("--format=pax", "--zstd")]
    public async Task A_netboot_tree_comes_out_of_every_kind_of_archive_as_it_went_in(string format, string compression)
    {
        using var source = new TestFolder();
        string longName = format is "--format=v7" or "--format=ustar" ? "short" : string.Join('/', Enumerable.Repeat("a folder with a long name", 8));
        source.Write("version.info", "13");
        source.Write("debian-installer/amd64/linux", new string('k', 3_000_000));
        source.Write("debian-installer/amd64/initrd.gz", "initrd");
        source.Write($"debian-installer/amd64/{longName}/ünï.txt", "deep");
        source.Write("empty", "");
        Directory.CreateDirectory(source["debian-installer/empty folder"]);
        File.CreateSymbolicLink(source["pxelinux.0"], "debian-installer/amd64/linux");
        File.CreateSymbolicLink(source["pxelinux.cfg"], "debian-installer/amd64");
        File.CreateSymbolicLink(source["debian-installer/up"], "../version.info");
        string[] options = compression.Length > 0 ? [format, compression] : [format];
        Tool.Run("tar", "tar", [.. options, "--create", "--file", _bench.Archive, "--directory", source.Path, "."]);

        UnpackedArchive unpacked = await _bench.UnpackAsync();
        Assert.Equal(1, unpacked.LinksLeftOut);
        Assert.Equal(
            ArchiveBench.Names(source.Path).Where(static name => !name.StartsWith("pxelinux.cfg", StringComparison.Ordinal)),
            ArchiveBench.Names(_bench.Target));
        Assert.Equal(("deep", "13", 3_000_000), (_bench.Read($"debian-installer/amd64/{longName}/ünï.txt"), _bench.Read("debian-installer/up"), _bench.Read("pxelinux.0").Length));
        Assert.Null(new FileInfo(Path.Combine(_bench.Target, "pxelinux.0")).LinkTarget);
        Assert.Equal(["archive", "out/"], ArchiveBench.Names(_bench.Folder).Where(static name => name.TrimEnd('/').Split('/').Length == 1));
    }

    [Fact]
    public async Task A_hard_link_becomes_a_copy()
    {
        _bench.Put(new HandMadeTar().Add("one", "bytes").Add("two", "", '1', "one").End());
        UnpackedArchive unpacked = await _bench.UnpackAsync();
        Assert.Equal((2, 10L, 0), (unpacked.Files, unpacked.Bytes, unpacked.LinksLeftOut));
        File.AppendAllText(Path.Combine(_bench.Target, "one"), " more");
        Assert.Equal("bytes", _bench.Read("two"));
    }

    [Fact]
    public async Task An_existing_folder_is_never_written_into()
    {
        Directory.CreateDirectory(_bench.Target);
        _bench.Put(new HandMadeTar().Add("one", "bytes").End());
        var failure = await Assert.ThrowsAsync<IOException>(_bench.UnpackAsync);
        Assert.Contains("exists already", failure.Message, StringComparison.Ordinal);
        Assert.Empty(ArchiveBench.Names(_bench.Target));
    }

    [Fact]
    public async Task Something_that_is_no_archive_is_refused()
    {
        Assert.Contains("is no file", (await Assert.ThrowsAsync<IOException>(_bench.UnpackAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("not unpacked", await _bench.RefuseAsync(new byte[100]), StringComparison.Ordinal);
        Assert.Contains("not unpacked", await _bench.RefuseAsync([.. Enumerable.Repeat((byte)'x', 4000)]), StringComparison.Ordinal);
        await _bench.RefuseAsync([]);
    }

    [Theory]
    [InlineData("xz", "xz-utils")]
    [InlineData("zstd", "zstd")]
    public void A_missing_program_is_named_with_its_package(string program, string package)
    {
        using var folder = new TestFolder();
        using FileStream file = File.OpenRead(folder.Write("archive", "x"));
        var failure = Assert.Throws<IOException>(() => ProgramStream.Start(file, $"/nowhere/{program}", package));
        Assert.Contains($"needs the program /nowhere/{program}: install the package {package}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gzip")]
    [InlineData("--xz")]
    [InlineData("--zstd")]
    [InlineData("")]
    public async Task An_archive_cut_short_anywhere_leaves_nothing(string compression)
    {
        using var source = new TestFolder();
        source.Write("linux", string.Join(' ', Enumerable.Range(0, 2000)));
        source.Write("initrd", string.Join(' ', Enumerable.Range(5000, 500)));
        string[] options = compression.Length > 0 ? [compression] : [];
        Tool.Run("tar", "tar", [.. options, "--create", "--blocking-factor=1", "--file", source["whole"], "--directory", source.Path, "linux", "initrd"]);
        byte[] whole = File.ReadAllBytes(source["whole"]);

        // Plain tar: the last of the two blocks of zeros is not missed by anybody.
        int end = compression.Length > 0 ? whole.Length : whole.Length - 1024;
        for (int length = 0; length < end; length += compression.Length > 0 ? 61 : 509)
        {
            await _bench.RefuseAsync(whole[..length]);
        }

        await _bench.RefuseAsync(whole[..(end - 1)]);
        _bench.Put(whole);
        Assert.Equal(2, (await _bench.UnpackAsync()).Files);
    }

    [Fact]
    public async Task A_cut_at_any_step_leaves_no_folder_or_the_whole_one()
    {
        byte[] archive = new HandMadeTar().Add("folder/", "", '5').Add("folder/one", "1").Add("two", "2").Add("three", "", '2', "two").End();
        for (int last = 0; ; last++)
        {
            using var bench = new ArchiveBench();
            bench.Put(archive);
            int step = 0;
            ArchiveUnpacker unpacker = bench.Unpacker(_ =>
            {
                if (step++ == last)
                {
                    throw new PowerCutException();
                }
            });
            Exception? cut = await Record.ExceptionAsync(() => unpacker.UnpackAsync(bench.Archive, bench.Target, null, CancellationToken.None));
            Assert.True(cut is null or PowerCutException, cut?.ToString());
            if (Directory.Exists(bench.Target))
            {
                Assert.Equal(["folder/", "folder/one", "three", "two"], ArchiveBench.Names(bench.Target));
                Directory.Delete(bench.Target, recursive: true);
            }

            Assert.Equal(3, (await bench.UnpackAsync()).Files);
            Assert.Equal(["archive", "out/"], ArchiveBench.Names(bench.Folder).Where(static name => name.TrimEnd('/').Split('/').Length == 1));
            if (cut is null)
            {
                Assert.True(last >= 8, $"only {last} steps");
                return;
            }
        }
    }

    [Fact]
    public async Task A_cancellation_at_any_step_leaves_nothing_or_comes_too_late()
    {
        for (int last = 0; ; last++)
        {
            using var bench = new ArchiveBench();
            bench.Put(new HandMadeTar().Add("one", "1").Add("two", "2").End());
            using var stop = new CancellationTokenSource();
            int step = 0;
            ArchiveUnpacker unpacker = bench.Unpacker(_ =>
            {
                if (step++ == last)
                {
                    stop.Cancel();
                }
            });
            try
            {
                await unpacker.UnpackAsync(bench.Archive, bench.Target, null, stop.Token);
                Assert.Equal(["one", "two"], ArchiveBench.Names(bench.Target));
                if (step <= last)
                {
                    Assert.True(last >= 5, $"only {last} steps");
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(["archive"], ArchiveBench.Names(bench.Folder));
            }
        }
    }

    [Fact]
    public async Task Two_at_once_into_one_folder_are_one_and_a_refusal()
    {
        _bench.Put(new HandMadeTar().Add("one", "1").End());
        IOException? refusal = null;
        ArchiveUnpacker slow = _bench.Unpacker(step =>
        {
            if (step == "file one")
            {
                refusal = Assert.Throws<IOException>(() => _bench.UnpackAsync().GetAwaiter().GetResult());
            }
        });
        await slow.UnpackAsync(_bench.Archive, _bench.Target, null, CancellationToken.None);
        Assert.Contains("something else is being unpacked", refusal!.Message, StringComparison.Ordinal);
        Assert.Equal("1", _bench.Read("one"));
    }
}
