using System.Net;
using System.Net.Http.Headers;
using Appliance.Options;

namespace Appliance.Images.Transfers;

/// <summary>How a download goes.</summary>
public enum DownloadStage
{
    Waiting,
    Downloading,
    Completed,
    Failed,
}

/// <summary>A download, as it is at one moment.</summary>
/// <param name="Path">Path that the file has or will have in the folder of images.</param>
/// <param name="Url">Where it comes from.</param>
/// <param name="Done">Bytes that are there.</param>
/// <param name="Total">Bytes of the whole; null when the server does not say.</param>
/// <param name="BytesPerSecond">Mean rate since it began.</param>
/// <param name="Error">Why it failed, or what delays it; else null.</param>
public sealed record DownloadState(
    string Path, Uri Url, DownloadStage Stage, long Done, long? Total, long BytesPerSecond, string? Error);

/// <summary>
/// Fetches images from elsewhere, two at a time. A connection that breaks is made again and gone on with where it broke, as
/// long as the server says that the file is still the same; so is what a restart has broken off.
/// </summary>
public sealed partial class Downloads : IAsyncDisposable
{
    /// <summary>Downloads at one time. 2: one slow server does not hold up everything, and a card is not thrashed.</summary>
    private const int AtOneTime = 2;

    /// <summary>Downloads that are remembered, finished ones too.</summary>
    private const int MaxRemembered = 64;

    private readonly StorageOptions _storage;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _turn = new(AtOneTime);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Download> _downloads = new(StringComparer.OrdinalIgnoreCase);

    public Downloads(StorageOptions storage, TimeProvider time, ILogger<Downloads> log)
    {
        _storage = storage;
        _time = time;
        _log = log;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 5,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            UseCookies = false,
        })
        {
            // A file of gigabytes takes its time; FetchFile watches that bytes come.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("plugboot", null));
    }

    private sealed class Download(string path, DownloadNote note, CancellationTokenSource stop)
    {
        public string Path => path;

        public DownloadNote Note => note;

        public CancellationTokenSource Stop => stop;

        public Task Task { get; set; } = Task.CompletedTask;

        public FetchFile? Fetch { get; set; }

        public DownloadStage Stage { get; set; } = DownloadStage.Waiting;

        public string? Error { get; set; }

        public bool IsOver => Stage is DownloadStage.Completed or DownloadStage.Failed;
    }

    /// <summary>All that are remembered.</summary>
    public List<DownloadState> List()
    {
        lock (_gate)
        {
            return [.. _downloads.Values.Select(StateOf)];
        }
    }

    /// <summary>The name that a file gets when nobody says another: the last one in its URL.</summary>
    public static string NameOf(Uri url) => Uri.UnescapeDataString(url.Segments[^1]).Trim('/');

    /// <summary>Begins one, or goes on with one that has failed. When this returns, it is gone on with after a restart too.</summary>
    /// <param name="source">What is fetched.</param>
    /// <param name="path">As <see cref="ImageFileName"/> makes it.</param>
    /// <exception cref="NameTakenException">There is such a file or download.</exception>
    /// <exception cref="TransferBusyException">There are too many.</exception>
    /// <exception cref="IOException">It cannot be noted; the message says why.</exception>
    public DownloadState Start(DownloadSource source, string path)
    {
        string target = Path.Combine(_storage.Isos, path);
        lock (_gate)
        {
            if (Path.Exists(target) || _downloads.GetValueOrDefault(path) is { IsOver: false })
            {
                throw new NameTakenException($"{Printable.Text(path)} is there already, or is just being downloaded");
            }

            Forget();
            DownloadNote note = DownloadNote.TryFind(target) is { } known && known.Source.Url == source.Url
                ? known with { Source = source }
                : new DownloadNote(source);
            IncomingFile.MakeFolders(_storage.Isos, path);
            note.Save(target);
            return Run(path, note);
        }
    }

    /// <summary>Goes on with what a restart has broken off. Walks through the folder of images: to be called once.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public void Resume()
    {
        foreach ((string path, DownloadNote note) in DownloadNote.FindAll(_storage.Isos).Take(MaxRemembered))
        {
            string target = Path.Combine(_storage.Isos, path);
            lock (_gate)
            {
                if (File.Exists(target))
                {
                    // The power was cut between its name and the end of its note.
                    DownloadNote.Delete(target);
                }
                else if (!_downloads.ContainsKey(path))
                {
                    Run(path, note);
                    LogResumed(_log, Printable.Text(path));
                }
            }
        }
    }

    /// <summary>Ends one, or forgets one that has ended; false when there is none. Nothing is left of what had come.</summary>
    public async Task<bool> CancelAsync(string path)
    {
        Download? download;
        lock (_gate)
        {
            if (!_downloads.Remove(path, out download))
            {
                return false;
            }
        }

        await download.Stop.CancelAsync();
        await download.Task;
        download.Stop.Dispose();
        string target = Path.Combine(_storage.Isos, download.Path);
        File.Delete(IncomingFile.HiddenBeside(target, IncomingFile.DownloadSuffix));
        DownloadNote.Delete(target);
        return true;
    }

    /// <summary>Fetches a file that is no image, and waits for it: under a hidden path in the folder of images.</summary>
    /// <exception cref="IOException">It failed; the message says why. Nothing is left of it.</exception>
    internal Task FetchAsync(DownloadSource source, string path, CancellationToken cancellationToken) =>
        new FetchFile(_client, _storage, _time).RunAsync(source, path, cancellationToken);

    /// <inheritdoc cref="ShortFile.ReadAsync"/>
    internal Task<byte[]> ReadAsync(Uri url, int most, CancellationToken cancellationToken) => ShortFile.ReadAsync(_client, url, most, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _downloads.Values.Select(static download => download.Task)];
        }

        await Task.WhenAll(tasks);
        _client.Dispose();
        _stop.Dispose();
        _turn.Dispose();
    }

    private static DownloadState StateOf(Download download) => new(
        download.Path, download.Note.Source.Url, download.Stage, download.Fetch?.Done ?? 0, download.Fetch?.Total, download.Fetch?.BytesPerSecond ?? 0,
        download.Error ?? download.Fetch?.Delay);

    /// <summary>Under the lock.</summary>
    private DownloadState Run(string path, DownloadNote note)
    {
        var download = new Download(path, note, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        _downloads[path] = download;
        download.Task = Task.Run(() => RunAsync(download));
        return StateOf(download);
    }

    private void Forget()
    {
        if (_downloads.Count < MaxRemembered)
        {
            return;
        }

        Download over = _downloads.Values.FirstOrDefault(static download => download.IsOver)
            ?? throw new TransferBusyException($"{MaxRemembered} downloads wait: cancel one");
        _downloads.Remove(over.Path);
        over.Stop.Dispose();
    }

    private async Task RunAsync(Download download)
    {
        try
        {
            await _turn.WaitAsync(download.Stop.Token);
            try
            {
                download.Fetch = new FetchFile(_client, _storage, _time);
                download.Stage = DownloadStage.Downloading;
                await download.Fetch.RunAsync(download.Note, download.Path, download.Stop.Token);
            }
            finally
            {
                _turn.Release();
            }

            download.Stage = DownloadStage.Completed;
            LogCompleted(_log, Printable.Text(download.Path), download.Fetch.Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            download.Error = failure.Message;
            download.Stage = DownloadStage.Failed;
            LogFailed(_log, Printable.Text(download.Path), Printable.Text(failure.Message));
        }
        catch (OperationCanceledException)
        {
            download.Error = "cancelled";
            download.Stage = DownloadStage.Failed;
        }
    }

    [LoggerMessage(LogLevel.Information, "downloaded {Path}: {Bytes} bytes")]
    private static partial void LogCompleted(ILogger log, string path, long bytes);

    [LoggerMessage(LogLevel.Information, "goes on with the download of {Path}")]
    private static partial void LogResumed(ILogger log, string path);

    [LoggerMessage(LogLevel.Warning, "download of {Path} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string path, string reason);
}
