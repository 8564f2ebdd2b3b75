using Appliance.Images;
using Appliance.Images.Extraction;

namespace Appliance.Tests.Images.Extraction;

/// <summary>Files of an image as files beside it (S103 to S112).</summary>
public sealed class ImageExtractorTests : IDisposable
{
    private static readonly string[] WholeExtraction =
        ["tool", "tool/.extracted", "tool/.extracted/extraction.txt", "tool/.extracted/files", "tool/.extracted/files/initrd", "tool/.extracted/files/vmlinuz"];

    private readonly ExtractionBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Extracted_files_are_served_in_place_of_the_images_own()
    {
        Assert.False((await _bench.ScanAsync()).IsExtracted);
        Assert.True(await _bench.ExtractAsync());
        Assert.Equal(WholeExtraction, _bench.Names());
        LibraryImage image = await _bench.ScanAsync();
        Assert.True(image.IsExtracted);
        using Payload payload = image.OpenFile("/vmlinuz")!;
        Assert.EndsWith("/.extracted/files/vmlinuz", payload.Segments[0].File!.Path, StringComparison.Ordinal);
        Assert.Equal("content", ExtractionBench.Open(image, "initrd"));
        Assert.Equal(image.LastModified, payload.LastModified);
    }

    [Fact]
    public async Task The_manifest_says_what_the_image_is_and_how_it_boots()
    {
        await _bench.ExtractAsync(ExtractionBench.Order with { Parameters = "a\nlength 0" });
        Assert.True(_bench.Folder.TryReadManifest(out ExtractionManifest? manifest));
        Assert.Equal(("test system", "vmlinuz", "initrd", @"a\x0alength 0"),
            (manifest.Kind, manifest.Kernel, Assert.Single(manifest.Initrds), manifest.Parameters));
        Assert.True(manifest.IsOf((await _bench.ScanAsync()).Identity));
    }

    [Fact]
    public async Task A_second_extraction_has_nothing_to_do()
    {
        Assert.True(await _bench.ExtractAsync());
        Assert.False(await _bench.ExtractAsync());
    }

    [Fact]
    public async Task The_owners_files_come_first_and_stay_when_the_extraction_is_removed()
    {
        _bench.Write("isos/tool/vmlinuz", "own");
        Assert.True(await _bench.ExtractAsync());
        LibraryImage image = await _bench.ScanAsync();
        Assert.Equal(("own", "content"), (ExtractionBench.Open(image, "vmlinuz"), ExtractionBench.Open(image, "initrd")));
        Assert.Equal("content", File.ReadAllText(Path.Combine(_bench.Folder.Files, "vmlinuz")));
        Assert.Equal("vmlinuz", Assert.Single(image.ManualFiles).Path);
        Assert.True(await _bench.Extractor().RemoveAsync(image, CancellationToken.None));
        Assert.Equal(["tool", "tool/vmlinuz"], _bench.Names());
        Assert.False(await _bench.Extractor().RemoveAsync(await _bench.ScanAsync(), CancellationToken.None));
    }

    [Fact]
    public async Task Removing_leaves_no_folder_that_extraction_made()
    {
        await _bench.ExtractAsync();
        Assert.True(await _bench.Extractor().RemoveAsync(await _bench.ScanAsync(), CancellationToken.None));
        Assert.Empty(_bench.Names());
    }

    [Fact]
    public async Task What_was_extracted_from_an_image_that_was_replaced_does_not_count_and_is_replaced()
    {
        await _bench.ExtractAsync();
        _bench.PutImage("newer", ageHours: 0.5);
        LibraryImage image = await _bench.ScanAsync();
        Assert.False(image.IsExtracted);
        Assert.Equal("newer", ExtractionBench.Open(image, "vmlinuz"));
        Assert.True(await _bench.ExtractAsync());
        image = await _bench.ScanAsync();
        Assert.Equal((true, "newer"), (image.IsExtracted, ExtractionBench.Open(image, "vmlinuz")));
        Assert.Equal(WholeExtraction, _bench.Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData("plugboot extraction 1\nlength 5\n")]
    [InlineData("plugboot extraction 1\nlength -5\nmodified 2026-01-01T00:00:00.0000000+00:00\n")]
    [InlineData("something else")]
    public async Task An_extraction_whose_manifest_is_damaged_does_not_count(string manifest)
    {
        await _bench.ExtractAsync();
        File.WriteAllText(ExtractionFolder.ManifestIn(_bench.Folder.Extracted), manifest);
        Assert.False((await _bench.ScanAsync()).IsExtracted);
        Assert.True(await _bench.ExtractAsync());
        Assert.True((await _bench.ScanAsync()).IsExtracted);
    }

    [Fact]
    public async Task A_link_in_an_extractions_place_publishes_nothing()
    {
        using var elsewhere = new ExtractionBench("elsewhere");
        await _bench.ExtractAsync();
        await elsewhere.ExtractAsync();
        File.Delete(Path.Combine(_bench.Folder.Files, "vmlinuz"));
        File.CreateSymbolicLink(Path.Combine(_bench.Folder.Files, "vmlinuz"), "/etc/passwd");
        Assert.Equal("content", ExtractionBench.Open(await _bench.ScanAsync(), "vmlinuz"));
        Directory.Delete(_bench.Folder.Files, recursive: true);
        Directory.CreateSymbolicLink(_bench.Folder.Files, elsewhere.Folder.Files);
        LibraryImage image = await _bench.ScanAsync();
        Assert.Equal((false, "content"), (image.IsExtracted, ExtractionBench.Open(image, "vmlinuz")));
    }

    [Theory]
    [InlineData("nothing", "nothing is not in tool.iso")]
    [InlineData("../../escape", "its path goes up")]
    [InlineData("", "is not in tool.iso")]
    public async Task A_file_that_cannot_be_extracted_fails_before_anything_is_written(string path, string reason)
    {
        LibraryImage image = await _bench.ScanAsync();
        var failure = await Assert.ThrowsAsync<IOException>(
            () => _bench.Extractor().ExtractAsync(image, ExtractionBench.Order with { Paths = ["vmlinuz", path] }, null, CancellationToken.None));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Names());
    }

    [Fact]
    public async Task A_file_or_link_with_the_folders_name_is_left_alone()
    {
        using var elsewhere = new TestFolder();
        Directory.CreateSymbolicLink(_bench.Manual, elsewhere.Path);
        LibraryImage image = await _bench.ScanAsync();
        var failure = await Assert.ThrowsAsync<IOException>(
            () => _bench.Extractor().ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None));
        Assert.Contains("is a file or a link, where a folder is needed", failure.Message, StringComparison.Ordinal);
        await _bench.Extractor().SweepAsync([image], CancellationToken.None);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Path));
    }

    [Fact]
    public async Task Room_is_looked_for_before_anything_is_written_and_a_reserve_is_kept()
    {
        LibraryImage image = await _bench.ScanAsync();

        // 14 bytes are needed, and 5 of 100 stay free.
        var tooSmall = new VolumeSpace(Free: 18, Total: 100);
        var failure = await Assert.ThrowsAsync<IOException>(
            () => _bench.Extractor(space: tooSmall).ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None));
        Assert.Contains("needs 1 MB and 1 MB must stay free", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Names());
        Assert.True(await _bench.Extractor(space: tooSmall with { Free = 19 }).ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None));
    }

    [Fact]
    public async Task Progress_ends_at_the_total_and_names_each_file()
    {
        var seen = new List<ExtractionProgress>();
        LibraryImage image = await _bench.ScanAsync();
        await _bench.Extractor().ExtractAsync(image, ExtractionBench.Order, new Recorder(seen), CancellationToken.None);
        Assert.Equal(["vmlinuz", "initrd", ""], seen.Select(static report => report.Path));
        Assert.Equal(new ExtractionProgress("", 14, 14), seen[^1]);
    }

    [Fact]
    public async Task Two_extractions_at_once_are_one_and_a_refusal()
    {
        LibraryImage image = await _bench.ScanAsync();
        IOException? refusal = null;
        ImageExtractor slow = _bench.Extractor(step =>
        {
            if (step == "vmlinuz complete")
            {
                refusal = Assert.Throws<IOException>(() =>
                    _bench.Extractor().ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None).GetAwaiter().GetResult());
            }
        });
        Assert.True(await slow.ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None));
        Assert.Contains("another extraction is going on", refusal!.Message, StringComparison.Ordinal);
        Assert.True((await _bench.ScanAsync()).IsExtracted);
    }

    [Fact]
    public async Task An_image_that_is_cut_short_or_replaced_while_it_is_read_ends_the_extraction_without_a_trace()
    {
        LibraryImage image = await _bench.ScanAsync();
        ImageExtractor extractor = _bench.Extractor(step =>
        {
            if (step == "vmlinuz complete")
            {
                _bench.PutImage("another", ageHours: 0.5);
            }
        });
        var failure = await Assert.ThrowsAsync<IOException>(() => extractor.ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None));
        Assert.Contains("tool.iso was changed or removed meanwhile", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Names());
    }

    private sealed class Recorder(List<ExtractionProgress> seen) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => seen.Add(value);
    }
}
