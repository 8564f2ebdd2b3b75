using System.Collections.Concurrent;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Images.Extraction;
using Appliance.Options;

namespace Appliance.Admin.Images;

/// <summary>Extractions that people have asked for, with how far each has come. The library itself allows one at a time.</summary>
internal sealed class Extractions(StorageOptions storage, ImageLibrary library, BootMenus menus) : IAsyncDisposable
{
    private readonly ImageExtractor _extractor = new(storage);
    private readonly ConcurrentDictionary<string, Extraction> _extractions = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();

    private sealed class Extraction : IProgress<ExtractionProgress>
    {
        public ExtractionProgress Progress { get; private set; }

        public string Status { get; set; } = "running";

        public string? Error { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;

        public void Report(ExtractionProgress value) => Progress = value;
    }

    /// <summary>Begins one; the task ends with it and fails as it does.</summary>
    /// <exception cref="ApiException">It is going on, or there is nothing to extract.</exception>
    public Task StartAsync(LibraryImage image)
    {
        ExtractionOrder order = (menus.PlanOf(image) is { } plan ? ImageExtraction.Of(image, plan) : null)
            ?? throw ApiException.Conflict($"{image.Id} has no kernel that could be extracted: {image.BrokenReason ?? "it is booted as a whole"}");
        var extraction = new Extraction();
        lock (_gate)
        {
            if (_extractions.Values.Any(static other => !other.Task.IsCompleted))
            {
                throw ApiException.Conflict("another extraction is going on: wait for its end");
            }

            _extractions[image.RelativePath] = extraction;
            return extraction.Task = Task.Run(() => RunAsync(image, order, extraction));
        }
    }

    /// <summary>Takes away what was extracted; false when nothing was.</summary>
    public async Task<bool> RemoveAsync(LibraryImage image, CancellationToken cancellationToken)
    {
        bool found = await _extractor.RemoveAsync(image, cancellationToken);
        _extractions.TryRemove(image.RelativePath, out _);
        await library.ScanAsync(cancellationToken);
        return found;
    }

    public ExtractionView[] List() => [.. _extractions.Select(static entry => ViewOf(entry.Key, entry.Value))];

    public ExtractionView Find(string path) =>
        _extractions.TryGetValue(path, out Extraction? extraction) ? ViewOf(path, extraction) : new ExtractionView(path, "idle", "", 0, null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_extractions.Values.Select(static extraction => extraction.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(LibraryImage image, ExtractionOrder order, Extraction extraction)
    {
        try
        {
            await _extractor.ExtractAsync(image, order, extraction, _stop.Token);
            await library.ScanAsync(_stop.Token);
            extraction.Status = "done";
        }
        catch (IOException failure)
        {
            extraction.Status = "error";
            extraction.Error = failure.Message;
            throw;
        }
    }

    private static ExtractionView ViewOf(string path, Extraction extraction)
    {
        ExtractionProgress progress = extraction.Progress;
        double percent = extraction.Status == "done" ? 100 : progress.Total > 0 ? Math.Round(100.0 * progress.Done / progress.Total, 1) : 0;
        return new ExtractionView(path, extraction.Status, progress.Path ?? "", percent, extraction.Error);
    }
}
