using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>The lease file and all of its SQL.</summary>
internal sealed class LeaseDatabase : IDisposable
{
    private const string Schema = "leases.sql";

    /// <summary>
    /// Ends are rounded up to it, so that small differences need no write. 15 min: what an address may stay reserved after
    /// a restart at most for nobody.
    /// </summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(15);

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _remove;
    private readonly SqliteStatement _seen;

    private LeaseDatabase(SqliteDatabase database)
    {
        _database = database;
        _put = database.Prepare("INSERT OR REPLACE INTO lease (address, identity, chaddr, expires_s) VALUES (?1, ?2, ?3, ?4)");
        _remove = database.Prepare("DELETE FROM lease WHERE address = ?1");
        _seen = database.Prepare("INSERT OR REPLACE INTO clock (id, boot_id, offset_ms, seen_ms) VALUES (1, ?1, ?2, ?3)");
    }

    /// <summary>Opens the file, or makes a new one.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or is damaged.</exception>
    /// <exception cref="DllNotFoundException">There is no libsqlite3.so.0.</exception>
    public static LeaseDatabase Open(string path)
    {
        SqliteDatabase database = DurableDatabase.Open(path, Schema);
        try
        {
            return new LeaseDatabase(database);
        }
        catch (SqliteException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Sets the clock on to what is stored, and reads all leases.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public List<LeaseRecord> Load(LeaseClock clock)
    {
        StoredClock.Resume(_database, clock);

        List<LeaseRecord> leases = [];
        using SqliteStatement rows = _database.Prepare("SELECT address, identity, chaddr, expires_s FROM lease");
        while (rows.Step())
        {
            TimeSpan expires = rows.IsNull(3) ? TimeSpan.MaxValue : StoredClock.Seconds(rows.GetInt64(3));
            leases.Add(new LeaseRecord((uint)rows.GetInt64(0), rows.GetBlob(1), (ulong)rows.GetInt64(2), expires));
        }

        return leases;
    }

    /// <summary>Writes the changes, and where the clock stands, in one transaction; afterwards they survive a power cut.</summary>
    /// <exception cref="SqliteException">It failed; whether they are on disk is not known.</exception>
    public void Write(IEnumerable<LeaseRecord> changes, LeaseClock clock)
    {
        _database.Execute("BEGIN IMMEDIATE");
        Finish(changes, clock);
    }

    /// <summary>The same, and nothing else is kept.</summary>
    /// <exception cref="SqliteException">It failed; whether they are on disk is not known.</exception>
    public void Replace(IEnumerable<LeaseRecord> all, LeaseClock clock)
    {
        _database.Execute("BEGIN IMMEDIATE; DELETE FROM lease");
        Finish(all, clock);
    }

    public void Dispose()
    {
        _put.Dispose();
        _remove.Dispose();
        _seen.Dispose();
        _database.Dispose();
    }

    private void Finish(IEnumerable<LeaseRecord> changes, LeaseClock clock)
    {
        foreach (LeaseRecord lease in changes)
        {
            if (lease.Identity.Length == 0)
            {
                _remove.Bind(1, lease.Address);
                _remove.Run();
            }
            else
            {
                Put(lease, clock.Now);
            }
        }

        _seen.Bind(1, clock.BootId.ToByteArray());
        _seen.Bind(2, (long)clock.Offset.TotalMilliseconds);
        _seen.Bind(3, (long)clock.Now.TotalMilliseconds);
        _seen.Run();
        _database.Execute("COMMIT");
    }

    private void Put(LeaseRecord lease, TimeSpan now)
    {
        _put.Bind(1, lease.Address);
        _put.Bind(2, lease.Identity);
        _put.Bind(3, (long)lease.Chaddr);
        _put.Bind(4, ToSeconds(lease.Expires, now));
        _put.Run();
    }

    /// <summary>A lease that has ended keeps its end: rounding it up would hold an address that was given back.</summary>
    private static long? ToSeconds(TimeSpan expires, TimeSpan now) =>
        expires == TimeSpan.MaxValue ? null
        : expires <= now ? (long)expires.TotalSeconds
        : (expires.Ticks + Grain.Ticks - 1) / Grain.Ticks * (long)Grain.TotalSeconds;
}
