using System.Collections.Immutable;
using System.Threading.Channels;
using Appliance.Formats.Iso9660;
using Appliance.Images.Integrity;
using Appliance.Options;

namespace Appliance.Images;

/// <summary>
/// Knows the images on the card. Looks at the folder when it is told, when names in it change and every
/// <see cref="StorageOptions.PollInterval"/>; reads the tree of each image once per state of its file; publishes what it
/// found as one immutable <see cref="Current"/>.
/// </summary>
public sealed partial class ImageLibrary : IDisposable
{
    /// <summary>Time for one image. 60 s: a card that still reads a little, but slowly, must not hold up the others for ever.</summary>
    public static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(60);

    /// <summary>Names change in bursts while files are copied; so long is waited for the burst to end.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly TimeSpan _pollInterval;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageLibrary> _log;
    private readonly SettledFiles _settled = new();
    private readonly SemaphoreSlim _scanning = new(1);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Dictionary<FileIdentity, ImageContent> _contents = [];
    private Dictionary<(string Path, FileIdentity Identity), ImageIntegrity> _integrities = [];
    private Listing _listing = new([], [], []);
    private LibrarySnapshot _current = LibrarySnapshot.Empty;
    private string? _watchProblem;
    private string? _listProblem;

    public ImageLibrary(StorageOptions options, TimeProvider time, ILogger<ImageLibrary> log)
    {
        _folder = options.Isos;
        _pollInterval = options.PollInterval;
        _time = time;
        _log = log;
    }

    /// <summary>Raised after <see cref="Current"/> was replaced, on the library's thread: handlers must be short.</summary>
    public event EventHandler? Changed;

    /// <summary>The library as it was last seen; empty before the first scan.</summary>
    public LibrarySnapshot Current => Volatile.Read(ref _current);

    /// <summary>Scans, then watches until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled: the ordinary end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var watcher = new LibraryWatcher(_folder, _wake.Writer);
        await using ITimer timer = _time.CreateTimer(
            _ => _wake.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (true)
        {
            NoteProblem(watcher.Renew(), ref _watchProblem);
            await ScanAsync(cancellationToken);
            TimeSpan wait = Current.Pending.IsEmpty ? _pollInterval : SettledFiles.SettleTime;
            timer.Change(wait, Timeout.InfiniteTimeSpan);
            await _wake.Reader.ReadAsync(cancellationToken);
            await Task.Delay(QuietTime, _time, cancellationToken);
            _wake.Reader.TryRead(out _);
        }
    }

    /// <summary>Looks at the folder now; when it returns, <see cref="Current"/> shows what is there.</summary>
    public async Task ScanAsync(CancellationToken cancellationToken)
    {
        await _scanning.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Scan(cancellationToken), cancellationToken);
        }
        finally
        {
            _scanning.Release();
        }
    }

    /// <summary>
    /// Takes down what reading an image through has shown; <see cref="Current"/> shows it when this returns. Without effect
    /// when the image has been changed or removed since.
    /// </summary>
    public async Task NoteIntegrityAsync(LibraryImage image, ImageIntegrity integrity, CancellationToken cancellationToken)
    {
        await _scanning.WaitAsync(cancellationToken);
        try
        {
            _integrities[(image.RelativePath, image.Identity)] = integrity;
            Publish();
        }
        finally
        {
            _scanning.Release();
        }
    }

    public void Dispose() => _scanning.Dispose();

    private static (string Path, FileIdentity Identity) KeyOf(ListedFile file) => (file.RelativePath, file.Identity);

    /// <summary>What the last scan listed.</summary>
    private sealed record Listing(List<ListedImage> Settled, Dictionary<string, string> Ids, ImmutableArray<string> Growing);

    /// <summary>
    /// What is gone disappears at once, before anything is read; then each new image appears when it has been read, so
    /// that a slow one holds up only those after it.
    /// </summary>
    private void Scan(CancellationToken cancellationToken)
    {
        (List<ListedImage> settled, ImmutableArray<string> growing) = List();
        _listing = new Listing(settled, ImageIds.Assign(settled.Select(static image => image.File.RelativePath)), growing);
        _integrities = settled.Where(image => _integrities.ContainsKey(KeyOf(image.File)))
            .ToDictionary(static image => KeyOf(image.File), image => _integrities[KeyOf(image.File)]);
        _contents = settled.Where(image => _contents.ContainsKey(image.File.Identity))
            .DistinctBy(static image => image.File.Identity)
            .ToDictionary(static image => image.File.Identity, image => _contents[image.File.Identity]);
        List<ListedImage> unread = settled.FindAll(
            image => !_contents.TryGetValue(image.File.Identity, out ImageContent? content) || content.IsUnreadable);
        Publish();
        foreach (ListedImage image in unread)
        {
            _contents[image.File.Identity] = Read(image, cancellationToken);
            Publish();
        }
    }

    private (List<ListedImage> Settled, ImmutableArray<string> Growing) List()
    {
        var lister = new LibraryLister(_folder);
        lister.Walk();
        NoteProblem(lister.Problem, ref _listProblem);
        TimeSpan uptime = _time.GetElapsedTime(0, _time.GetTimestamp());
        DateTimeOffset now = _time.GetUtcNow();
        var settled = new List<ListedImage>();
        ImmutableArray<string>.Builder growing = ImmutableArray.CreateBuilder<string>();
        foreach (ListedImage image in lister.Images)
        {
            ImmutableArray<ListedFile> moving = [.. image.ManualFiles.Where(file => !_settled.IsSettled(file, uptime, now))];
            growing.AddRange(moving.Select(file => Path.GetRelativePath(_folder, file.FullPath)));
            if (_settled.IsSettled(image.File, uptime, now))
            {
                settled.Add(moving.IsEmpty ? image : image with { ManualFiles = image.ManualFiles.RemoveRange(moving) });
            }
            else
            {
                growing.Add(image.File.RelativePath);
            }
        }

        _settled.EndScan();
        return (settled, growing.ToImmutable());
    }

    private ImageContent Read(ListedImage listed, CancellationToken cancellationToken)
    {
        ListedFile file = listed.File;
        if (listed.IsNetboot)
        {
            return new ImageContent(null, null);
        }

        if (file.Identity.Length == 0)
        {
            return WithoutTree(listed, "the file is empty");
        }

        using var timeout = new CancellationTokenSource(ReadTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        SharedFile? image = null;
        try
        {
            image = SharedFile.Open(file.FullPath);
            if (ImageTree.TryRead(image, out ImageTree? tree, out IsoDefect? defect, either.Token))
            {
                LogRead(_log, file.RelativePath, tree.Count, tree.Naming);
                return new ImageContent(tree, null);
            }

            return WithoutTree(listed, defect.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WithoutTree(listed, "reading it took more than 60 s");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return WithoutTree(listed, $"it cannot be read: {exception.Message}") with { IsUnreadable = true };
        }
        finally
        {
            image?.Release();
        }
    }

    private ImageContent WithoutTree(ListedImage listed, string problem)
    {
        bool known = _contents.TryGetValue(listed.File.Identity, out ImageContent? before) && before.Problem == problem;
        if (!known && listed.IsDisc)
        {
            LogBroken(_log, listed.File.RelativePath, problem);
        }
        else if (!known)
        {
            LogWithoutFiles(_log, listed.File.RelativePath, problem);
        }

        return new ImageContent(null, problem);
    }

    /// <summary>Replaces the snapshot if it would differ; images that have not changed stay the same objects.</summary>
    private void Publish()
    {
        (List<ListedImage> settled, Dictionary<string, string> ids, ImmutableArray<string> growing) = _listing;
        LibrarySnapshot before = Current;
        ImmutableArray<LibraryImage>.Builder images = ImmutableArray.CreateBuilder<LibraryImage>();
        ImmutableArray<string>.Builder pending = ImmutableArray.CreateBuilder<string>();
        pending.AddRange(growing);
        foreach (ListedImage listed in settled)
        {
            string id = ids[listed.File.RelativePath];
            ImageIntegrity integrity = _integrities.GetValueOrDefault(KeyOf(listed.File), ImageIntegrity.Unknown);
            ImageContent? content = _contents.GetValueOrDefault(listed.File.Identity);
            if (content is null)
            {
                pending.Add(listed.File.RelativePath);
            }
            else if (before.TryFindByFile(listed.File.RelativePath, out LibraryImage? image)
                && image.Is(listed, id) && image.Content == content && image.Integrity == integrity)
            {
                images.Add(image);
            }
            else
            {
                images.Add(new LibraryImage(listed, id, content, integrity));
            }
        }

        if (images.SequenceEqual(before.Images) && pending.SequenceEqual(before.Pending))
        {
            return;
        }

        Volatile.Write(ref _current, new LibrarySnapshot(images.ToImmutable(), pending.ToImmutable()));
        LogChanged(_log, images.Count, pending.Count);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Logs a problem once, not at every look.</summary>
    private void NoteProblem(string? problem, ref string? last)
    {
        if (problem is not null && problem != last)
        {
            LogProblem(_log, _folder, problem);
        }

        last = problem;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Path}: {Nodes} names, {Naming}")]
    private static partial void LogRead(ILogger log, string path, int nodes, IsoNaming naming);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {Path} is broken: {Reason}")]
    private static partial void LogBroken(ILogger log, string path, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Path} is a raw disk without files to serve: {Reason}")]
    private static partial void LogWithoutFiles(ILogger log, string path, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Library: {Images} images, {Pending} not ready yet")]
    private static partial void LogChanged(ILogger log, int images, int pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Library {Folder}: {Problem}")]
    private static partial void LogProblem(ILogger log, string folder, string problem);
}
