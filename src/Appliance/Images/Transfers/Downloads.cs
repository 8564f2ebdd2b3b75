using System.Buffers;
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
/// long as the server says that the file is still the same.
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

    /// <summary>Raised, on the download's own thread, when a file has come into the library.</summary>
    public event Action<string>? Completed;

    private sealed class Download(string path, Uri url, string? sha256, CancellationTokenSource stop)
    {
        public string Path => path;

        public Uri Url => url;

        public string? Sha256 => sha256;

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

    /// <summary>Begins one.</summary>
    /// <param name="url">By HTTP or HTTPS.</param>
    /// <param name="path">As <see cref="ImageFileName"/> makes it.</param>
    /// <param name="sha256">Its sum, or null.</param>
    /// <exception cref="NameTakenException">There is such a file or download.</exception>
    /// <exception cref="TransferBusyException">There are too many.</exception>
    public DownloadState Start(Uri url, string path, string? sha256)
    {
        lock (_gate)
        {
            if (Path.Exists(System.IO.Path.Combine(_storage.Isos, path)) || _downloads.GetValueOrDefault(path) is { IsOver: false })
            {
                throw new NameTakenException($"{Printable.Text(path)} is there already, or is just being downloaded");
            }

            Forget();
            var download = new Download(path, url, sha256, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
            _downloads[path] = download;
            download.Task = Task.Run(() => RunAsync(download));
            return StateOf(download);
        }
    }

    /// <summary>Ends one, or forgets one that has ended; false when there is none.</summary>
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
        return true;
    }

    /// <summary>Fetches a file that is no image, and waits for it: under a hidden path in the folder of images.</summary>
    /// <exception cref="IOException">It failed; the message says why. Nothing is left of it.</exception>
    internal Task FetchAsync(Uri url, string path, string? sha256, CancellationToken cancellationToken) =>
        new FetchFile(_client, _storage, _time).RunAsync(url, path, sha256, cancellationToken);

    /// <summary>Reads a short file.</summary>
    /// <exception cref="IOException">It cannot be had, or is longer.</exception>
    internal async Task<byte[]> ReadAsync(Uri url, int most, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await _client.GetStreamAsync(url, cancellationToken);
            byte[] buffer = new byte[most];
            int length = await stream.ReadAtLeastAsync(buffer, most, throwOnEndOfStream: false, cancellationToken);
            return length < most ? buffer[..length] : throw new IOException($"{url} is longer than {most} bytes");
        }
        catch (HttpRequestException failure)
        {
            throw new IOException($"{url}: {failure.Message}", failure);
        }
    }

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
        download.Path, download.Url, download.Stage, download.Fetch?.Done ?? 0, download.Fetch?.Total, download.Fetch?.BytesPerSecond ?? 0,
        download.Error ?? download.Fetch?.Delay);

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
                await download.Fetch.RunAsync(download.Url, download.Path, download.Sha256, download.Stop.Token);
            }
            finally
            {
                _turn.Release();
            }

            download.Stage = DownloadStage.Completed;
            LogCompleted(_log, Printable.Text(download.Path), download.Fetch.Done);
            Completed?.Invoke(download.Path);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or UnauthorizedAccessException)
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

    [LoggerMessage(LogLevel.Warning, "download of {Path} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string path, string reason);
}
