using System.Collections.Concurrent;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>
/// Keeps leases on disk. One thread writes them, many in one transaction, and tells each caller when its lease is safe;
/// callers never wait. Where the disk fails, leases go on in memory with a line in the log, and are written again as soon
/// as it works.
/// </summary>
public sealed partial class LeaseStore : IDisposable
{
    public const string FileName = "leases.db";

    /// <summary>
    /// Changes that wait for the disk: a class room's worth many times over. A disk that stands still for longer gets no more.
    /// </summary>
    private const int Capacity = 4096;

    /// <summary>Changes in one transaction: 1024 rows of 100 bytes fit the write-ahead log before it is folded back.</summary>
    private const int MaximumBatch = 1024;

    /// <summary>
    /// How long the first change of a transaction waits for others. 5 ms: at most 200 transactions a second wear a card,
    /// and a client waits less than for the flush itself.
    /// </summary>
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(5);

    /// <summary>How often the clock is written while nothing else is: as exact as the ends of leases are kept.</summary>
    private static readonly TimeSpan ClockInterval = TimeSpan.FromMinutes(15);

    /// <summary>How often a disk that failed is tried again. 30 s: soon after a full one was emptied, and no load.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LeaseClock _clock;
    private readonly Dictionary<uint, LeaseRecord> _all = [];
    private readonly BlockingCollection<Change> _changes = new(Capacity);
    private readonly Thread _writer;
    private LeaseDatabase? _database;
    private TimeSpan? _failedAt;
    private long _pending;
    private volatile bool _isDurable;

    private LeaseStore(string folder, TimeProvider time, Guid bootId, ILogger log)
    {
        _folder = folder;
        _time = time;
        _log = log;
        _clock = new LeaseClock(time, bootId);
        _writer = new Thread(WriteChanges) { IsBackground = true, Name = "leases" };
    }

    /// <summary>What was on disk when it was opened.</summary>
    public IReadOnlyList<LeaseRecord> Loaded { get; private set; } = [];

    /// <summary>The clock of all leases. Never jumps, also not over a restart.</summary>
    public TimeSpan Now => _clock.Now;

    /// <summary>Whether nothing waits for the disk.</summary>
    public bool IsIdle => Interlocked.Read(ref _pending) == 0;

    /// <summary>Whether leases reach the disk; false after a failure, until it works again.</summary>
    public bool IsDurable => _isDurable;

    private string FilePath => Path.Combine(_folder, FileName);

    /// <summary>Opens the database in the folder. Never fails: where it cannot be opened, leases are kept in memory only.</summary>
    public static LeaseStore Open(string folder, TimeProvider time, ILogger log) => Open(folder, time, LeaseClock.ReadBootId(), log);

    internal static LeaseStore Open(string folder, TimeProvider time, Guid bootId, ILogger log)
    {
        var store = new LeaseStore(folder, time, bootId, log);
        store.TryOpen(database =>
        {
            store.Loaded = database.Load(store._clock);
            database.Write([], store._clock);
        });
        foreach (LeaseRecord lease in store.Loaded)
        {
            store._all[lease.Address] = lease;
        }

        store._writer.Start();
        return store;
    }

    /// <summary>
    /// Hands changes to the writer. False when too many wait: then none of them is written, and nothing is called.
    /// </summary>
    /// <param name="leases">What has changed; may be empty, to be told when everything before is safe.</param>
    /// <param name="committed">
    /// Called by the writer's thread as soon as all of them are on disk, or the disk has failed; it must neither block nor throw.
    /// </param>
    public bool TryWrite(LeaseRecord[] leases, Action? committed)
    {
        Interlocked.Increment(ref _pending);
        if (_changes.TryAdd(new Change(leases, committed)))
        {
            return true;
        }

        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Completes when all that was handed over before is on disk, or the disk has failed.</summary>
    public Task FlushAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _pending);
        _changes.Add(new Change([], written.SetResult));
        return written.Task;
    }

    /// <summary>Writes what waits, and closes the file.</summary>
    public void Dispose()
    {
        _changes.CompleteAdding();
        _writer.Join();
        _changes.Dispose();
        _database?.Dispose();
    }

    private void WriteChanges()
    {
        var batch = new List<Change>(MaximumBatch);
        while (TryCollect(batch))
        {
            Commit(batch);
            foreach (Change change in batch)
            {
                change.Committed?.Invoke();
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    /// <summary>Waits for changes; an empty batch when it is time for the clock or another try. False at the end.</summary>
    private bool TryCollect(List<Change> batch)
    {
        batch.Clear();
        if (!_changes.TryTake(out Change? first, _database is null ? RetryInterval : ClockInterval))
        {
            return !_changes.IsCompleted;
        }

        batch.Add(first);
        long began = TimeProvider.System.GetTimestamp();
        TimeSpan left = BatchTime;
        while (left > TimeSpan.Zero && batch.Count < MaximumBatch)
        {
            if (_changes.TryTake(out Change? next, left))
            {
                batch.Add(next);
            }

            left = BatchTime - TimeProvider.System.GetElapsedTime(began);
        }

        return true;
    }

    private void Commit(List<Change> batch)
    {
        LeaseRecord[] leases = [.. batch.SelectMany(static change => change.Leases)];
        foreach (LeaseRecord lease in leases)
        {
            if (lease.Identity.Length == 0)
            {
                _all.Remove(lease.Address);
            }
            else
            {
                _all[lease.Address] = lease;
            }
        }

        // An empty batch is the clock's, which matters to leases only.
        bool hasNews = leases.Length > 0 || (batch.Count == 0 && _all.Count > 0);
        if (_database is null)
        {
            Reopen();
        }
        else if (hasNews)
        {
            Try(() => _database.Write(leases, _clock));
        }
    }

    /// <summary>After a failure the file is opened anew, and everything written: what had reached the disk is not known.</summary>
    private void Reopen()
    {
        if (_time.GetElapsedTime(0) - _failedAt >= RetryInterval && TryOpen(database => database.Replace(_all.Values, _clock)))
        {
            Log.Recovered(_log, FilePath, _all.Count);
        }
    }

    private bool TryOpen(Action<LeaseDatabase> begin) => Try(() =>
    {
        Directory.CreateDirectory(_folder);
        _database = OpenOrSetAside();
        begin(_database);
    });

    /// <summary>A damaged file is kept beside, for whoever wants to know why; without its leases the service goes on.</summary>
    private LeaseDatabase OpenOrSetAside()
    {
        try
        {
            return LeaseDatabase.Open(FilePath);
        }
        catch (SqliteException damage) when (damage.IsDamage)
        {
            Log.SetAside(_log, FilePath, damage.Message, DurableDatabase.SetAside(FilePath));
            return LeaseDatabase.Open(FilePath);
        }
    }

    /// <summary>The one place where a failing disk ends: said once, then leases go on in memory.</summary>
    private bool Try(Action work)
    {
        try
        {
            work();
            _isDurable = true;
            return true;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            _database?.Dispose();
            _database = null;
            if (_isDurable || _failedAt is null)
            {
                Log.InMemory(_log, FilePath, failure.Message);
            }

            _isDurable = false;
            _failedAt = _time.GetElapsedTime(0);
            return false;
        }
    }

    private sealed record Change(LeaseRecord[] Leases, Action? Committed);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "leases are kept in memory only and are lost at the next restart: {Path}: {Reason}; check the disk's space and the "
            + "folder's owner")]
        public static partial void InMemory(ILogger log, string path, string reason);

        [LoggerMessage(2, LogLevel.Warning, "leases are on disk again: {Path}, {Count} of them")]
        public static partial void Recovered(ILogger log, string path, int count);

        [LoggerMessage(3, LogLevel.Warning, "leases start afresh: {Path} is damaged ({Reason}) and was moved to {Aside}")]
        public static partial void SetAside(ILogger log, string path, string reason, string aside);
    }
}
