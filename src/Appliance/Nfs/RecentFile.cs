using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>
/// The file that a caller read last, kept open for a moment: NFS has no open and no close, and looking at the image anew
/// for each of thousands of reads would cost more than they do. Used by one call at a time; <see cref="CloseIfIdle"/> may
/// come from elsewhere at any time.
/// </summary>
internal sealed class RecentFile(TimeProvider time) : IDisposable
{
    /// <summary>How long it stays open. 5 s: between two reads of a busy system, less than it takes to go for the card.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(5);

    private Entry? _idle;
    private Entry? _busy;

    /// <summary>
    /// Opens a file, which stays open until <see cref="Release"/> at least. Null when its image has been changed or removed.
    /// </summary>
    /// <exception cref="IOException">The image cannot be read; the message names its path.</exception>
    public Payload? Acquire(in NfsFile file)
    {
        Release();
        Entry? entry = Interlocked.Exchange(ref _idle, null);
        if (entry is null || entry.File != file)
        {
            entry?.Payload.Dispose();
            entry = file.Node.Open(file.Export.Image) is { } payload ? new Entry(file, payload) : null;
        }

        _busy = entry;
        return entry?.Payload;
    }

    /// <summary>Ends the use of what <see cref="Acquire"/> returned, if it returned anything.</summary>
    public void Release()
    {
        if (_busy is { } entry)
        {
            entry.LastUsed = time.GetTimestamp();
            _busy = null;
            Interlocked.Exchange(ref _idle, entry)?.Payload.Dispose();
        }
    }

    /// <summary>Takes note that what <see cref="Acquire"/> returned could not be read after all.</summary>
    public void ReportUnreadable()
    {
        if (_busy is { } entry)
        {
            entry.File.Export.IsSuspect = true;
        }
    }

    /// <summary>Closes the file when it has not been used for a while.</summary>
    public void CloseIfIdle()
    {
        Entry? entry = Volatile.Read(ref _idle);
        if (entry is not null
            && time.GetElapsedTime(entry.LastUsed) > IdleLimit
            && Interlocked.CompareExchange(ref _idle, null, entry) == entry)
        {
            entry.Payload.Dispose();
        }
    }

    public void Dispose()
    {
        Release();
        Interlocked.Exchange(ref _idle, null)?.Payload.Dispose();
    }

    private sealed record Entry(NfsFile File, Payload Payload)
    {
        /// <summary>Time stamp. Read in two halves on 32-bit ARM: the file is then closed early, and opened again.</summary>
        public long LastUsed { get; set; }
    }
}
