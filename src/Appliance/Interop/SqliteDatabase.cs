using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>One connection to an SQLite database file. Used by one thread at a time.</summary>
public sealed class SqliteDatabase : IDisposable
{
    /// <summary>3.37, the first with STRICT tables. Debian 12 has 3.40.</summary>
    private const int LeastVersion = 3_037_000;

    /// <summary>Another process that has the file open is the last of ours, and ends at once.</summary>
    private const int BusyTimeoutMilliseconds = 250;

    // https://sqlite.org/c3ref/c_open_autoproxy.html
    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x4;
    private const int OpenNoMutex = 0x8000;

    private readonly SqliteHandle _handle;

    private SqliteDatabase(SqliteHandle handle) => _handle = handle;

    /// <summary>Opens the file; makes it when there is none.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or the library does not suit.</exception>
    /// <exception cref="DllNotFoundException">There is no libsqlite3.so.0.</exception>
    public static SqliteDatabase Open(string path)
    {
        RequireLibrary();
        int code = SqliteLibrary.Open(path, out SqliteHandle handle, OpenReadWrite | OpenCreate | OpenNoMutex, 0);
        var database = new SqliteDatabase(handle);
        if (code != 0)
        {
            using (database)
            {
                throw database.Failure(code);
            }
        }

        _ = SqliteLibrary.BusyTimeout(handle, BusyTimeoutMilliseconds);
        return database;
    }

    /// <summary>What is wrong with the library, or null when it suits.</summary>
    public static string? MissingLibrary()
    {
        try
        {
            RequireLibrary();
            return null;
        }
        catch (DllNotFoundException)
        {
            return "there is no libsqlite3.so.0";
        }
        catch (SqliteException unsuitable)
        {
            return unsuitable.Message;
        }
    }

    /// <summary>Runs statements that have no parameters; rows are let go.</summary>
    /// <exception cref="SqliteException">One of them failed; those behind it did not run.</exception>
    public void Execute(string sql) => Check(SqliteLibrary.Exec(_handle, sql, 0, 0, 0));

    /// <exception cref="SqliteException">It is not SQL that this database understands.</exception>
    public SqliteStatement Prepare(string sql)
    {
        Check(SqliteLibrary.Prepare(_handle, sql, -1, out SqliteStatementHandle statement, 0));
        return new SqliteStatement(this, statement);
    }

    /// <summary>The first column of the first row as text, or null when there is no row.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public string? QueryText(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? System.Text.Encoding.UTF8.GetString(statement.GetBlob(0)) : null;
    }

    public void Dispose() => _handle.Dispose();

    /// <exception cref="SqliteException">The code is a failure.</exception>
    internal void Check(int code)
    {
        if (code != 0)
        {
            throw Failure(code);
        }
    }

    internal SqliteException Failure(int code)
    {
        // Without a connection (no memory for one) only the code can be put into words.
        nint text = _handle.IsInvalid ? SqliteLibrary.ErrStr(code) : SqliteLibrary.ErrMsg(_handle);
        return new SqliteException(code, $"{Marshal.PtrToStringUTF8(text)} (SQLite {code})");
    }

    private static void RequireLibrary()
    {
        int version = SqliteLibrary.LibVersionNumber();
        if (version < LeastVersion)
        {
            throw new SqliteException(
                0, $"libsqlite3.so.0 is version {version}, and {LeastVersion} is needed; install a newer libsqlite3-0");
        }

        if (SqliteLibrary.ThreadSafe() == 0)
        {
            throw new SqliteException(0, "libsqlite3.so.0 was built without threads; install the distribution's libsqlite3-0");
        }
    }
}
