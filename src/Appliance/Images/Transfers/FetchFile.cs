using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Appliance.Formats.Checksums;
using Appliance.Options;

namespace Appliance.Images.Transfers;

/// <summary>Fetches one file by HTTP into the library, over as many connections as it takes.</summary>
internal sealed class FetchFile(HttpClient client, StorageOptions storage, TimeProvider time)
{
    /// <summary>Tries in a row that brought nothing, after which it has failed. 6: a minute of waiting.</summary>
    private const int MaxTries = 6;

    private const int ChunkBytes = 1 << 20;

    /// <summary>A connection on which nothing comes for so long is dead.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    private readonly FreeSpace _space = new();
    private readonly long _began = time.GetTimestamp();
    private DownloadNote? _note;
    private EntityTagHeaderValue? _tag;
    private DateTimeOffset? _modified;
    private long _done;
    private long _total = -1;

    public long Done => Interlocked.Read(ref _done);

    public long? Total => Interlocked.Read(ref _total) is var total and >= 0 ? total : null;

    public long BytesPerSecond => (long)(Done / Math.Max(time.GetElapsedTime(_began).TotalSeconds, 0.001));

    /// <summary>What went wrong and is tried again, or null.</summary>
    public string? Delay { get; private set; }

    /// <summary>Fetches it in one go: what is left when it fails, nobody goes on with.</summary>
    /// <exception cref="IOException">It failed for good; the message says why. Nothing is left of it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; as above.</exception>
    public Task RunAsync(DownloadSource source, string path, CancellationToken cancellationToken) =>
        RunAsync(source, path, note: null, cancellationToken);

    /// <summary>Goes on with it from where it was left, if the server says that the file is still the same.</summary>
    /// <param name="note">What is known of the bytes that are there. It is on disk, and is kept true there.</param>
    /// <exception cref="SourceLostException">The server does not answer any more; what has come stays.</exception>
    /// <exception cref="IOException">It failed for good; the message says why. Nothing is left of it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what has come stays.</exception>
    public async Task RunAsync(DownloadNote note, string path, CancellationToken cancellationToken)
    {
        string target = Path.Combine(storage.Isos, path);
        bool isKept = false;
        try
        {
            await RunAsync(note.Source, path, note, cancellationToken);
        }
        catch (Exception unfinished) when (unfinished is SourceLostException or OperationCanceledException)
        {
            isKept = true;
            throw;
        }
        finally
        {
            if (!isKept)
            {
                DownloadNote.Delete(target);
            }
        }
    }

    private async Task RunAsync(DownloadSource source, string path, DownloadNote? note, CancellationToken cancellationToken)
    {
        using IncomingFile file = IncomingFile.Open(storage.Isos, path, IncomingFile.DownloadSuffix);
        bool isKept = false;
        try
        {
            _note = note;
            Begin(file, note);
            await FetchAllAsync(source.Url, path, file, cancellationToken);
            if (await SumOfAsync(source, cancellationToken) is { } sha256)
            {
                await RequireSumAsync(file, path, sha256, cancellationToken);
            }

            await file.PublishAsync(replace: false, time.GetUtcNow());
            isKept = true;
        }
        catch (Exception unfinished) when (note is not null && unfinished is SourceLostException or OperationCanceledException)
        {
            isKept = true;
            throw;
        }
        finally
        {
            if (!isKept)
            {
                file.Discard();
            }
        }
    }

    /// <summary>What is there of a file whose state nobody knows may be of another one.</summary>
    private void Begin(IncomingFile file, DownloadNote? note)
    {
        _tag = note?.Tag is { } tag && EntityTagHeaderValue.TryParse(tag, out EntityTagHeaderValue? known) ? known : null;
        _modified = note?.Modified;
        if (_tag is null && _modified is null)
        {
            file.Restart();
        }

        file.BeginSum();
        Interlocked.Exchange(ref _done, file.Offset);
    }

    /// <summary>The sum that it has to have, or null.</summary>
    private async Task<string?> SumOfAsync(DownloadSource source, CancellationToken cancellationToken)
    {
        if (source.Sums is not { } list)
        {
            return source.Sha256;
        }

        string name = Uri.UnescapeDataString(source.Url.Segments[^1]);
        byte[] text = await ShortFile.ReadAsync(client, list, ChecksumList.MaxLength, cancellationToken);
        return ChecksumList.Read(text).Find(name) is [var only] && (source.Sha256 is null || only.Equals(source.Sha256, StringComparison.OrdinalIgnoreCase))
            ? only
            : throw new WrongContentException($"{Printable.Text(list.ToString())} has no one sum for {Printable.Text(name)}: it was deleted");
    }

    private static async Task RequireSumAsync(IncomingFile file, string path, string sha256, CancellationToken cancellationToken)
    {
        string sum = await file.SumAsync(cancellationToken);
        if (!sum.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new WrongContentException($"{Printable.Text(path)} has the SHA-256 {sum}, not the one that was announced: it was deleted");
        }
    }

    private async Task FetchAllAsync(Uri url, string path, IncomingFile file, CancellationToken cancellationToken)
    {
        for (int tries = 0; ;)
        {
            long before = file.Offset;
            string problem;
            try
            {
                await FetchOnceAsync(url, path, file, cancellationToken);
                if (Total is null || file.Offset == Total)
                {
                    return;
                }

                problem = "the server ended the connection early";
            }
            catch (HttpRequestException failure) when (failure.StatusCode is null or >= HttpStatusCode.InternalServerError)
            {
                problem = failure.Message;
            }
            catch (HttpRequestException refused)
            {
                throw new IOException($"{Printable.Text(url.ToString())}: {refused.Message}", refused);
            }
            catch (Exception failure) when (failure is HttpIOException or IOException { InnerException: SocketException })
            {
                problem = failure.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = $"nothing came for {Stall.TotalSeconds} s";
            }

            tries = file.Offset > before ? 0 : tries + 1;
            if (tries >= MaxTries)
            {
                throw new SourceLostException($"{Printable.Text(url.ToString())}: {problem}, {MaxTries} times");
            }

            Delay = $"{problem}; trying again";
            await Task.Delay(TimeSpan.FromSeconds(1 << tries), time, cancellationToken);
            Delay = null;
        }
    }

    private async Task FetchOnceAsync(Uri url, string path, IncomingFile file, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (file.Offset > 0 && (_tag is not null || _modified is not null))
        {
            request.Headers.Range = new RangeHeaderValue(file.Offset, null);
            request.Headers.IfRange = _tag is not null ? new RangeConditionHeaderValue(_tag) : new RangeConditionHeaderValue(_modified!.Value);
        }

        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(Stall);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
        response.EnsureSuccessStatusCode();
        Place(response, file);
        Note(path);
        RequireRoom(file);
        await using Stream body = await response.Content.ReadAsStreamAsync(stall.Token);
        await CopyAsync(body, file, stall, cancellationToken);
    }

    /// <summary>A server that does not go on where it was asked to sends the whole again.</summary>
    private void Place(HttpResponseMessage response, IncomingFile file)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && range?.From == file.Offset;
        if (!goesOn && file.Offset > 0)
        {
            file.Restart();
            Interlocked.Exchange(ref _done, 0);
        }

        if (!goesOn && response.StatusCode == HttpStatusCode.PartialContent)
        {
            throw new IOException("the server sent another part than was asked for");
        }

        long total = goesOn ? range!.Length ?? -1 : response.Content.Headers.ContentLength ?? -1;
        Interlocked.Exchange(ref _total, total);
        _tag = response.Headers.ETag is { IsWeak: false } tag ? tag : null;
        _modified = response.Content.Headers.LastModified;
    }

    /// <summary>Before a byte of another state of the file is written, the note says so.</summary>
    private void Note(string path)
    {
        if (_note is not null && (_note.Tag != _tag?.ToString() || _note.Modified != _modified))
        {
            _note = _note with { Tag = _tag?.ToString(), Modified = _modified };
            _note.Save(Path.Combine(storage.Isos, path));
        }
    }

    private void RequireRoom(IncomingFile file)
    {
        long room = _space.Available(storage.Isos);
        if (Total is { } total && total - file.Offset > room)
        {
            throw new NoRoomException(
                $"it needs {FreeSpace.Megabytes(total - file.Offset)} more, and {FreeSpace.Megabytes(room)} are left for images: remove some");
        }

        if (Total is null && room <= 0)
        {
            throw new NoRoomException("nothing is left for images: remove some");
        }
    }

    private async Task CopyAsync(Stream body, IncomingFile file, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = await body.ReadAsync(buffer, stall.Token)) > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                Interlocked.Exchange(ref _done, file.Offset);
                stall.CancelAfter(Stall);
                if (file.Offset / IncomingFile.SyncStep > (file.Offset - count) / IncomingFile.SyncStep)
                {
                    RequireRoom(file);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
