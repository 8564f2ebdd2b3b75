using Appliance.Formats;
using Appliance.Options;

namespace Appliance.Images.Integrity;

/// <summary>
/// Reads every image through in idle time, and again from time to time: cards and disks lose bytes silently, and a download
/// may have been bad from the start. Compares the sums with the lists beside the images and with what it read before, and
/// tells the library. Remembers in memory only: after a restart all is read again.
/// </summary>
public sealed partial class ImageScrubber
{
    /// <summary>
    /// Time until an image is read again. A week: flash that loses charge does so over months, and reading wears it too.
    /// </summary>
    public static readonly TimeSpan RereadInterval = TimeSpan.FromDays(7);

    /// <summary>How often is looked for something to do. 10 s: as often as at the library itself.</summary>
    public static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A first reading may be this many times as fast. 4: at the default of 5 MB/s a full card of 64 GB takes one hour and
    /// not four, with half of one core of a small board.
    /// </summary>
    private const int FirstReadingFactor = 4;

    private readonly ImageLibrary _library;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageScrubber> _log;
    private readonly Func<LibraryImage, SectorSource?> _open;
    private readonly SumReader _firstReader;
    private readonly SumReader _reader;
    private readonly ChecksumFiles _lists = new();
    private Dictionary<(string Path, FileIdentity Identity), Reading> _readings = [];

    /// <summary>Reads at <see cref="StorageOptions.ScrubRate"/>.</summary>
    /// <param name="bytesMoved">Bytes that went over the network since some moment; it waits while there are many.</param>
    public ImageScrubber(ImageLibrary library, StorageOptions options, Func<long> bytesMoved, TimeProvider time, ILogger<ImageScrubber> log)
        : this(library, options, bytesMoved, time, log, Open)
    {
    }

    internal ImageScrubber(
        ImageLibrary library,
        StorageOptions options,
        Func<long> bytesMoved,
        TimeProvider time,
        ILogger<ImageScrubber> log,
        Func<LibraryImage, SectorSource?> open)
    {
        _library = library;
        _time = time;
        _log = log;
        _open = open;
        var transfers = new TransferWatch(bytesMoved);
        _firstReader = new SumReader(new ReadPace(options.ScrubRate * FirstReadingFactor), transfers, time);
        _reader = new SumReader(new ReadPace(options.ScrubRate), transfers, time);
    }

    /// <summary>The outcome of reading an image: its sum, or why there is none.</summary>
    private sealed record Reading(TimeSpan At, string? Sha256, string? Failure)
    {
        /// <summary>The sum that was read first, where another was read later.</summary>
        public string? FirstSha256 { get; init; }
    }

    /// <summary>Reads and compares until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled: the ordinary end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await JudgeAsync(cancellationToken);
            if (Next() is not { } image || !await TryReadAsync(image, cancellationToken))
            {
                // Nothing to do, or the library has yet to see what became of the image.
                await Task.Delay(IdleInterval, _time, cancellationToken);
            }
        }
    }

    /// <summary>Reads every image that has not been read yet, and returns when the library shows the verdicts.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        foreach (LibraryImage image in _library.Current.Images.Where(image => !_readings.ContainsKey(KeyOf(image))))
        {
            await TryReadAsync(image, cancellationToken);
        }

        await JudgeAsync(cancellationToken);
    }

    private TimeSpan Uptime => _time.GetElapsedTime(0, _time.GetTimestamp());

    private static (string Path, FileIdentity Identity) KeyOf(LibraryImage image) => (image.RelativePath, image.Identity);

    private static SectorSource? Open(LibraryImage image) => image.OpenWhole();

    /// <summary>The image to read next: one never read, else the one read longest ago; null when none is due.</summary>
    private LibraryImage? Next() =>
        _library.Current.Images
            .Where(static image => image.Length > 0)
            .Select(image => (Image: image, _readings.GetValueOrDefault(KeyOf(image))?.At))
            .Where(item => item.At is null || Uptime - item.At >= RereadInterval)
            .OrderBy(static item => item.At ?? TimeSpan.MinValue)
            .Select(static item => item.Image)
            .FirstOrDefault();

    /// <summary>Reads an image; false when it was changed or removed meanwhile.</summary>
    private async Task<bool> TryReadAsync(LibraryImage image, CancellationToken cancellationToken)
    {
        Reading? before = _readings.GetValueOrDefault(KeyOf(image));
        Reading? reading = await ReadAsync(image, before is null ? _firstReader : _reader, cancellationToken);
        bool isSame = FileIdentity.TryGet(image.FullPath, out FileIdentity identity) && identity == image.Identity;
        if (reading is null || !isSame)
        {
            return false;
        }

        _readings[KeyOf(image)] = reading with { FirstSha256 = before?.FirstSha256 ?? before?.Sha256 };
        return true;
    }

    private async Task<Reading?> ReadAsync(LibraryImage image, SumReader reader, CancellationToken cancellationToken)
    {
        SectorSource? source = null;
        try
        {
            source = _open(image);
            string? sum = source is null ? null : await reader.ReadAsync(source, cancellationToken);
            return sum is null ? null : new Reading(Uptime, sum, null);
        }
        catch (ImageReadException failure)
        {
            LogFailure(_log, image.RelativePath, failure.Offset, failure.Message);
            return new Reading(Uptime, null, $"DAMAGED: the card or disk does not give the bytes at {FreeSpace.Megabytes(failure.Offset)}");
        }
        catch (IOException failure)
        {
            LogFailure(_log, image.RelativePath, 0, failure.Message);
            return new Reading(Uptime, null, "DAMAGED: it cannot be opened");
        }
        finally
        {
            (source as SharedFile)?.Release();
        }
    }

    /// <summary>Compares what was read with the lists as they are now; tells the library of every verdict that is new.</summary>
    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        LibraryImage[] images = [.. _library.Current.Images];
        _readings = images.Select(KeyOf).Where(_readings.ContainsKey).ToDictionary(static key => key, key => _readings[key]);
        Dictionary<LibraryImage, ExpectedSum> expected = _lists.Find(images);
        foreach (LibraryImage image in images)
        {
            if (!_readings.TryGetValue(KeyOf(image), out Reading? reading))
            {
                continue;
            }

            ImageIntegrity verdict = Judge(reading, expected.TryGetValue(image, out ExpectedSum sum) ? sum : null);
            if (verdict != image.Integrity)
            {
                LogLevel level = verdict.Problem is null ? LogLevel.Information : LogLevel.Warning;
                LogVerdict(_log, level, image.RelativePath, verdict.Sha256 ?? "unknown", verdict.Detail);
                await _library.NoteIntegrityAsync(image, verdict, cancellationToken);
            }
        }
    }

    private static ImageIntegrity Judge(Reading reading, ExpectedSum? expected) => (reading.Sha256, expected) switch
    {
        (null, _) => new(IntegrityState.Unreadable, null, reading.Failure!),
        ({ } sum, { } list) when list.Sums.Contains(sum) => new(IntegrityState.Verified, sum, $"its SHA-256 is the one in {list.ListName}"),
        ({ } sum, { } list) => new(IntegrityState.Damaged, sum, $"DAMAGED: its SHA-256 is not the one in {list.ListName}"),
        ({ } sum, null) when reading.FirstSha256 is { } first && first != sum =>
            new(IntegrityState.Damaged, sum, "DAMAGED: it reads otherwise than before, and nobody wrote to it"),
        ({ } sum, null) => new(IntegrityState.Readable, sum, "readable; no list beside it names its SHA-256"),
    };

    [LoggerMessage(Message = "Image {Path}: SHA-256 {Sum}, {Verdict}")]
    private static partial void LogVerdict(ILogger log, LogLevel level, string path, string sum, string verdict);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {Path} cannot be read at byte {Offset}: {Reason}; copy it anew, "
        + "onto another card or disk if that happens again")]
    private static partial void LogFailure(ILogger log, string path, long offset, string reason);
}
