using System.Collections.Immutable;
using System.Net.NetworkInformation;

namespace Appliance.Catalog;

/// <summary>
/// What is remembered of single machines, and how often images were booted. Kept in memory, where the DHCP loop and the menus
/// ask without waiting for the disk; one task writes what has changed. What a power cut takes is learned again, but what an
/// owner says is on disk when <see cref="SetDefault"/> returns. Safe for use from several threads.
/// </summary>
public sealed partial class MachineMemory : IDisposable
{
    public const string FileName = "machines.db";

    /// <summary>More than a wire has; the one that was silent longest is forgotten first.</summary>
    public const int MaximumMachines = 1024;

    /// <summary>Images whose boots are counted: as many as the library lists.</summary>
    public const int MaximumImages = 1000;

    /// <summary>How long changes are gathered before they are written. 2 s: a boot of many steps is one write on the card.</summary>
    private static readonly TimeSpan WriteDelay = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Lock _disk = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Dictionary<PhysicalAddress, MachineRecord> _machines = [];
    private readonly Dictionary<string, ImageBoots> _images = [];
    private readonly HashSet<PhysicalAddress> _changedMachines = [];
    private readonly HashSet<string> _changedImages = [];
    private readonly SemaphoreSlim _hasNews = new(0, 1);
    private readonly MachineDatabase _database;
    private bool _isFailing;

    private MachineMemory(MachineDatabase database, TimeProvider time, ILogger log)
    {
        _database = database;
        _time = time;
        _log = log;
    }

    /// <summary>Opens the database in the folder. Never fails: where it cannot be opened, all is kept in memory only.</summary>
    public static MachineMemory Open(string folder, TimeProvider time, ILogger log)
    {
        var memory = new MachineMemory(new MachineDatabase(Path.Combine(folder, FileName), log), time, log);
        memory.Try(() =>
        {
            Directory.CreateDirectory(folder);
            memory._database.Load(memory._machines, memory._images);
        });
        return memory;
    }

    /// <summary>What is remembered of a machine, or null.</summary>
    public MachineRecord? Find(PhysicalAddress mac)
    {
        lock (_gate)
        {
            return _machines.GetValueOrDefault(mac);
        }
    }

    /// <summary>All machines of which anything is remembered.</summary>
    public ImmutableArray<MachineRecord> List()
    {
        lock (_gate)
        {
            return [.. _machines.Values];
        }
    }

    /// <summary>How often an image was booted.</summary>
    public ImageBoots BootsOf(string image)
    {
        lock (_gate)
        {
            return _images.GetValueOrDefault(image);
        }
    }

    /// <summary>Counts of all images that were ever booted, by their ids.</summary>
    public ImmutableDictionary<string, ImageBoots> Boots()
    {
        lock (_gate)
        {
            return _images.ToImmutableDictionary();
        }
    }

    /// <summary>The loader that the machine is given from now on; null: the first of its list.</summary>
    public void SetLoader(PhysicalAddress mac, string? loader) => Change(mac, machine => machine with { Loader = loader });

    /// <summary>Remembers how a way of starting an image went.</summary>
    public void Tried(PhysicalAddress mac, TriedWay way)
    {
        if (way.Image.Length <= MachineRecord.MaximumName && way.Way.Length <= MachineRecord.MaximumName)
        {
            Change(mac, machine => machine.With(way));
        }
    }

    /// <summary>Counts a boot of an image.</summary>
    public void Count(string image, bool isFinished)
    {
        lock (_gate)
        {
            if (!_images.TryGetValue(image, out ImageBoots boots) && _images.Count >= MaximumImages)
            {
                return;
            }

            _images[image] = isFinished ? boots with { Finished = boots.Finished + 1 } : boots with { Begun = boots.Begun + 1 };
            _changedImages.Add(image);
            TellWriter();
        }
    }

    /// <summary>The owner's default entry of one machine; null takes it back. It is on disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be kept; the message says why. Until a restart it counts all the same.</exception>
    public void SetDefault(PhysicalAddress mac, string? entry)
    {
        Change(mac, machine => machine with { DefaultEntry = entry });
        RequireWritten();
    }

    /// <summary>Forgets what was learned of a machine, but not what its owner said; false when there was nothing.</summary>
    /// <exception cref="IOException">As for <see cref="SetDefault"/>.</exception>
    public bool Forget(PhysicalAddress mac)
    {
        if (Find(mac) is not { } machine || (machine.Loader is null && machine.Ways.IsEmpty))
        {
            return false;
        }

        Change(mac, static machine => machine with { Loader = null, Ways = [] });
        RequireWritten();
        return true;
    }

    /// <summary>Writes what changes until it is cancelled, and then what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _hasNews.WaitAsync(cancellationToken);
                await Task.Delay(WriteDelay, _time, cancellationToken);
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            Write();
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        _hasNews.Dispose();
    }

    private void Change(PhysicalAddress mac, Func<MachineRecord, MachineRecord> change)
    {
        if (mac.GetAddressBytes().Length != EthernetNumber.Length)
        {
            return;
        }

        lock (_gate)
        {
            MachineRecord changed = change(_machines.GetValueOrDefault(mac) ?? new MachineRecord(mac)) with { Changed = _time.GetUtcNow() };
            _changedMachines.Add(mac);
            _machines[mac] = changed;
            if (changed is { Loader: null, DefaultEntry: null, Ways.IsEmpty: true })
            {
                _machines.Remove(mac);
            }
            else if (_machines.Count > MaximumMachines)
            {
                // What an owner said is the last to go.
                PhysicalAddress silent = _machines.Values.OrderBy(static machine => machine.DefaultEntry is not null).ThenBy(static machine => machine.Changed).First().Mac;
                _machines.Remove(silent);
                _changedMachines.Add(silent);
            }

            TellWriter();
        }
    }

    private void TellWriter()
    {
        if (_hasNews.CurrentCount == 0)
        {
            _hasNews.Release();
        }
    }

    private void RequireWritten()
    {
        if (Write() is { } reason)
        {
            throw new IOException($"{reason}; check the disk's space and the folder's owner");
        }
    }

    /// <summary>Writes what has changed; the reason when that failed. What failed is written with what changes next.</summary>
    private string? Write()
    {
        lock (_disk)
        {
            MachineChanges changes;
            lock (_gate)
            {
                changes = new MachineChanges(
                    [.. _changedMachines.Select(mac => (mac, _machines.GetValueOrDefault(mac)))],
                    [.. _changedImages.Select(image => (image, _images[image]))]);
                _changedMachines.Clear();
                _changedImages.Clear();
            }

            string? reason = changes.IsEmpty ? null : Try(() => _database.Write(changes));
            if (reason is not null)
            {
                lock (_gate)
                {
                    _changedMachines.UnionWith(changes.Machines.Select(static machine => machine.Mac));
                    _changedImages.UnionWith(changes.Images.Select(static image => image.Image));
                }
            }

            return reason;
        }
    }

    /// <summary>The one place where a failing disk ends: said once, then all goes on in memory.</summary>
    private string? Try(Action work)
    {
        try
        {
            work();
            _isFailing = false;
            return null;
        }
        catch (Exception failure) when (MachineDatabase.IsOfTheWorld(failure))
        {
            string reason = $"{_database.Path}: {failure.Message}";
            if (!_isFailing)
            {
                LogInMemory(_log, reason);
            }

            _isFailing = true;
            return reason;
        }
    }

    [LoggerMessage(LogLevel.Error, "what is learned of machines is kept in memory only: {Reason}; check the disk's space and the folder's owner")]
    private static partial void LogInMemory(ILogger log, string reason);
}
