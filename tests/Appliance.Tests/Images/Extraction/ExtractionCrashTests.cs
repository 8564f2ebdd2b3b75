using Appliance.Images;
using Appliance.Images.Extraction;

namespace Appliance.Tests.Images.Extraction;

/// <summary>
/// The power is cut after every single step (CONFORMANCE, durability: "cut at each step marker of extraction"): what a scan
/// then finds is the state before or after, and the next extraction cleans up.
/// </summary>
public sealed class ExtractionCrashTests
{
    [Fact]
    public async Task A_cut_at_any_step_of_an_extraction_leaves_all_or_nothing()
    {
        int steps = await CutEverywhereAsync(
            static bench => Task.FromResult(bench),
            static (extractor, image) => extractor.ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None),
            static image => Assert.Equal((image.IsExtracted, image.IsExtracted), (Comes(image, "vmlinuz"), Comes(image, "initrd"))));
        Assert.True(steps >= 10, $"only {steps} steps");
    }

    [Fact]
    public async Task A_cut_at_any_step_of_a_removal_leaves_all_or_nothing()
    {
        int steps = await CutEverywhereAsync(
            static async bench =>
            {
                await bench.ExtractAsync();
                return bench;
            },
            static (extractor, image) => extractor.RemoveAsync(image, CancellationToken.None),
            static image => Assert.Equal((image.IsExtracted, image.IsExtracted), (Comes(image, "vmlinuz"), Comes(image, "initrd"))));
        Assert.True(steps >= 4, $"only {steps} steps");
    }

    [Fact]
    public async Task A_cut_at_any_step_of_replacing_a_stale_extraction_never_serves_the_old_kernel()
    {
        int steps = await CutEverywhereAsync(
            static async bench =>
            {
                await bench.ExtractAsync();
                bench.PutImage("newer", ageHours: 0.5);
                return bench;
            },
            static (extractor, image) => extractor.ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None),
            static image => Assert.Equal(("newer", "newer"), (ExtractionBench.Open(image, "vmlinuz"), ExtractionBench.Open(image, "initrd"))));
        Assert.True(steps >= 12, $"only {steps} steps");
    }

    [Fact]
    public async Task A_cancellation_at_any_step_leaves_nothing_or_comes_too_late()
    {
        for (int last = 0; ; last++)
        {
            using var bench = new ExtractionBench();
            LibraryImage image = await bench.ScanAsync();
            using var stop = new CancellationTokenSource();
            int step = 0;
            ImageExtractor extractor = bench.Extractor(_ =>
            {
                if (step++ == last)
                {
                    stop.Cancel();
                }
            });
            try
            {
                await extractor.ExtractAsync(image, ExtractionBench.Order, null, stop.Token);
                Assert.True((await bench.ScanAsync()).IsExtracted);
                if (step <= last)
                {
                    Assert.True(last >= 10);
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Empty(bench.Names());
            }
        }
    }

    [Fact]
    public async Task A_failing_medium_at_any_step_leaves_nothing_of_ours_or_the_whole()
    {
        for (int last = 0; ; last++)
        {
            using var bench = new ExtractionBench();
            bench.Write("isos/tool/own.cfg", "own");
            LibraryImage image = await bench.ScanAsync();
            int step = 0;
            ImageExtractor extractor = bench.Extractor(_ =>
            {
                if (step++ == last)
                {
                    throw new IOException("injected");
                }
            });
            bool done = await Record.ExceptionAsync(() => extractor.ExtractAsync(image, ExtractionBench.Order, null, CancellationToken.None)) is null;
            LibraryImage after = await bench.ScanAsync();
            Assert.Equal("own", ExtractionBench.Open(after, "own.cfg"));
            Assert.Equal(after.IsExtracted ? 7 : 2, bench.Names().Length);
            if (done)
            {
                Assert.True(last >= 10);
                return;
            }
        }
    }

    /// <summary>Cuts the power at step 0, 1, 2 … until the action gets to its end; returns how many steps there were.</summary>
    private static async Task<int> CutEverywhereAsync(
        Func<ExtractionBench, Task<ExtractionBench>> prepare, Func<ImageExtractor, LibraryImage, Task> action, Action<LibraryImage> check)
    {
        for (int last = 0; ; last++)
        {
            using var made = new ExtractionBench();
            ExtractionBench bench = await prepare(made);
            LibraryImage image = await bench.ScanAsync();
            int step = 0;
            ImageExtractor extractor = bench.Extractor(_ =>
            {
                if (step++ == last)
                {
                    throw new PowerCutException();
                }
            });
            Exception? cut = await Record.ExceptionAsync(() => action(extractor, image));
            Assert.True(cut is null or PowerCutException, cut?.ToString());

            // ScanAsync demands that the image is all there is to list: no leaving is an image or a group.
            check(await bench.ScanAsync());

            // The next extraction deletes what was left, and ends as if nothing had happened.
            image = await bench.ScanAsync();
            await bench.Extractor().SweepAsync([image], CancellationToken.None);
            Assert.DoesNotContain(bench.Names(), static name => name.Contains("ing", StringComparison.Ordinal));
            await bench.ExtractAsync();
            Assert.Equal(6, bench.Names().Length);
            check(await bench.ScanAsync());
            if (cut is null)
            {
                return last;
            }
        }
    }

    /// <summary>Whether a file comes out of the extraction and not out of the image.</summary>
    private static bool Comes(LibraryImage image, string path)
    {
        using Payload payload = image.OpenFile(path)!;
        return payload.Segments[0].File!.Path.Contains("/.extracted/", StringComparison.Ordinal);
    }
}
