using System.Collections.Immutable;
using System.Net.NetworkInformation;
using System.Text;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>
/// What machines start next time: set by people, taken by the menu, kept on disk. A boot that counts once is gone from the disk
/// before it is answered, so that a power cut cannot make a machine install itself twice. Safe for use from several threads.
/// </summary>
public sealed partial class NextBoots : IDisposable
{
    public const string FileName = "next-boots.db";

    /// <summary>Machines that something is kept for: many times a class room.</summary>
    public const int MaximumMachines = 1024;

    /// <summary>Longest name of an entry, in characters: the longest of a file.</summary>
    public const int MaximumEntry = 255;

    private const string Schema = "next-boots.sql";

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly ILogger _log;
    private readonly Dictionary<PhysicalAddress, NextBoot> _all = [];
    private SqliteDatabase? _database;

    private NextBoots(string path, ILogger log)
    {
        _path = path;
        _log = log;
    }

    /// <summary>Opens the database in the folder. Never fails: where it cannot be opened nothing can be set.</summary>
    public static NextBoots Open(string folder, ILogger log)
    {
        var boots = new NextBoots(Path.Combine(folder, FileName), log);
        try
        {
            Directory.CreateDirectory(folder);
            boots._database = boots.OpenOrSetAside();
            boots.Load(boots._database);
        }
        catch (Exception failure) when (IsOfTheWorld(failure))
        {
            Log.NotOpened(log, boots._path, failure.Message);
            boots._database?.Dispose();
            boots._database = null;
        }

        return boots;
    }

    /// <summary>All that is set, in the order of the machines' addresses.</summary>
    public ImmutableArray<NextBoot> List()
    {
        lock (_gate)
        {
            return [.. _all.Values.OrderBy(static boot => boot.Mac.ToString(), StringComparer.Ordinal)];
        }
    }

    /// <summary>Sets what the machine starts; it is on disk when this returns.</summary>
    /// <exception cref="ArgumentException">The address is none of Ethernet, or the name is empty or too long.</exception>
    /// <exception cref="IOException">It cannot be kept; the message says why and what to do.</exception>
    public void Set(NextBoot boot)
    {
        if (boot.Mac.GetAddressBytes().Length != EthernetNumber.Length || boot.Entry.Length is 0 or > MaximumEntry)
        {
            throw new ArgumentException("takes an Ethernet address, and a name of at most 255 characters", nameof(boot));
        }

        lock (_gate)
        {
            if (_all.Count >= MaximumMachines && !_all.ContainsKey(boot.Mac))
            {
                throw new IOException($"{MaximumMachines} machines have a next boot already; remove some of them");
            }

            Write("INSERT OR REPLACE INTO next_boot (mac, entry, once) VALUES (?1, ?2, ?3)", statement =>
            {
                statement.Bind(1, EthernetNumber.Of(boot.Mac));
                statement.Bind(2, Encoding.UTF8.GetBytes(boot.Entry));
                statement.Bind(3, boot.Once ? 1 : 0);
            });
            _all[boot.Mac] = boot;
        }
    }

    /// <summary>Forgets what was set for the machine; false when nothing was.</summary>
    /// <exception cref="IOException">It cannot be removed from the disk; the message says why.</exception>
    public bool Remove(PhysicalAddress mac)
    {
        lock (_gate)
        {
            if (!_all.ContainsKey(mac))
            {
                return false;
            }

            Delete(mac);
            return _all.Remove(mac);
        }
    }

    /// <summary>What the machine starts now, or null for what the settings say. What counts once is used up by this.</summary>
    public string? Take(PhysicalAddress mac)
    {
        lock (_gate)
        {
            if (!_all.TryGetValue(mac, out NextBoot? boot) || !boot.Once)
            {
                return boot?.Entry;
            }

            _all.Remove(mac);
            try
            {
                Delete(mac);
                return boot.Entry;
            }
            catch (IOException failure)
            {
                // It would be started again after a restart, and perhaps installs: rather not at all.
                Log.NotTaken(_log, boot.Entry, mac, failure.Message);
                return null;
            }
        }
    }

    public void Dispose() => _database?.Dispose();

    private void Delete(PhysicalAddress mac) =>
        Write("DELETE FROM next_boot WHERE mac = ?1", statement => statement.Bind(1, EthernetNumber.Of(mac)));

    /// <exception cref="IOException">It failed.</exception>
    private void Write(string sql, Action<SqliteStatement> bind)
    {
        try
        {
            using SqliteStatement statement = (_database ?? throw new IOException("the database could not be opened at the start")).Prepare(sql);
            bind(statement);
            statement.Run();
        }
        catch (Exception failure) when (failure is SqliteException or IOException)
        {
            throw new IOException($"{_path}: {failure.Message}; check the disk's space and the folder's owner", failure);
        }
    }

    private SqliteDatabase OpenOrSetAside()
    {
        try
        {
            return DurableDatabase.Open(_path, Schema);
        }
        catch (SqliteException damage) when (damage.IsDamage)
        {
            Log.SetAside(_log, _path, damage.Message, DurableDatabase.SetAside(_path));
            return DurableDatabase.Open(_path, Schema);
        }
    }

    private void Load(SqliteDatabase database)
    {
        using SqliteStatement rows = database.Prepare("SELECT mac, entry, once FROM next_boot");
        while (rows.Step())
        {
            var boot = new NextBoot(EthernetNumber.ToAddress(rows.GetInt64(0)), Encoding.UTF8.GetString(rows.GetBlob(1)), rows.GetInt64(2) != 0);
            _all[boot.Mac] = boot;
        }
    }

    private static bool IsOfTheWorld(Exception failure) =>
        failure is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "what machines boot next cannot be set: {Path}: {Reason}; check the disk's space and the folder's owner")]
        public static partial void NotOpened(ILogger log, string path, string reason);

        [LoggerMessage(2, LogLevel.Warning, "what machines boot next is forgotten: {Path} is damaged ({Reason}) and was moved to {Aside}")]
        public static partial void SetAside(ILogger log, string path, string reason, string aside);

        [LoggerMessage(3, LogLevel.Error, "{Entry}, to be booted once by {Mac}, is not started: that it was could not be written: {Reason}")]
        public static partial void NotTaken(ILogger log, string entry, PhysicalAddress mac, string reason);
    }
}
