using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>
/// The catalog file: accounts, settings and what the owner said of images and clients. One connection under one lock;
/// each change is a transaction that is on disk when it returns. Only the tables of this folder hold SQL.
/// </summary>
public sealed partial class CatalogDatabase : IDisposable
{
    public const string FileName = "catalog.db";

    private static readonly string[] Schemas = ["catalog.sql", "catalog-2.sql"];

    private readonly SqliteDatabase _database;
    private readonly Lock _gate = new();

    private CatalogDatabase(SqliteDatabase database, bool isFirst)
    {
        _database = database;
        IsFirst = isFirst;
    }

    /// <summary>Whether this folder never had a catalog before, not even one that was damaged.</summary>
    public bool IsFirst { get; }

    /// <summary>Opens the file, or makes a new one; a damaged one is set aside.</summary>
    /// <exception cref="IOException">It cannot be opened; the message says what to do.</exception>
    public static CatalogDatabase Open(string folder, ILogger log)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            return OpenOrSetAside(path, log);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException or DllNotFoundException)
        {
            throw new IOException($"{path} cannot be used: {failure.Message}; check the disk's space and the folder's owner", failure);
        }
    }

    /// <summary>Asks something.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    internal T Read<T>(Func<SqliteDatabase, T> query)
    {
        lock (_gate)
        {
            return Guard(() => query(_database));
        }
    }

    /// <summary>Changes something in one transaction; when it returns, that is on disk.</summary>
    /// <exception cref="IOException">The disk failed; the state is the one before.</exception>
    internal void Write(Action<SqliteDatabase> change)
    {
        lock (_gate)
        {
            Guard(() =>
            {
                _database.Execute("BEGIN IMMEDIATE");
                bool isCommitted = false;
                try
                {
                    change(_database);
                    _database.Execute("COMMIT");
                    return isCommitted = true;
                }
                finally
                {
                    if (!isCommitted)
                    {
                        RollBack();
                    }
                }
            });
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _database.Dispose();
        }
    }

    /// <summary>SQLite has rolled back by itself after some failures, and then says that there is no transaction.</summary>
    private void RollBack()
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There was none left: what is to be said says the failure that led here.
        }
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException failure)
        {
            throw new IOException($"the catalog cannot be written or read: {failure.Message}", failure);
        }
    }

    private static CatalogDatabase OpenOrSetAside(string path, ILogger log)
    {
        bool isNew = !File.Exists(path);
        try
        {
            return new CatalogDatabase(OpenFile(path), isNew && !DurableDatabase.WasSetAside(path));
        }
        catch (SqliteException failure) when (isNew && !failure.IsDamage)
        {
            // On a disk that is full, what was begun would only take the room of the leases.
            File.Delete(path);
            File.Delete(path + "-wal");
            throw;
        }
        catch (SqliteException damage) when (damage.IsDamage)
        {
            LogSetAside(log, path, damage.Message, DurableDatabase.SetAside(path));
            return new CatalogDatabase(OpenFile(path), isFirst: false);
        }
    }

    private static SqliteDatabase OpenFile(string path)
    {
        // Before SQLite makes it: it holds hashes of passwords, and SQLite gives its log the same mode.
        var mode = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, mode).Dispose();

        SqliteDatabase database = DurableDatabase.Open(path, Schemas);
        database.Execute("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON");
        return database;
    }

    [LoggerMessage(LogLevel.Warning, "the catalog starts afresh: {Path} is damaged ({Reason}) and was moved to {Aside}")]
    private static partial void LogSetAside(ILogger log, string path, string reason, string aside);
}
