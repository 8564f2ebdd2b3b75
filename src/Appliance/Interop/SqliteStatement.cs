using System.Runtime.InteropServices;
using System.Text;

namespace Appliance.Interop;

/// <summary>One prepared SQL statement. Parameters count from 1, columns from 0, as SQLite counts them.</summary>
public sealed class SqliteStatement : IDisposable
{
    // https://sqlite.org/rescode.html, https://sqlite.org/c3ref/c_blob.html, https://sqlite.org/c3ref/c_static.html
    private const int Row = 100;
    private const int Done = 101;
    private const int NullType = 5;
    private const nint Transient = -1;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatementHandle _handle;

    internal SqliteStatement(SqliteDatabase database, SqliteStatementHandle handle)
    {
        _database = database;
        _handle = handle;
    }

    /// <exception cref="SqliteException">There is no such parameter.</exception>
    public void Bind(int parameter, long value) => _database.Check(SqliteLibrary.BindInt64(_handle, parameter, value));

    /// <summary>Binds a number, or NULL.</summary>
    /// <exception cref="SqliteException">There is no such parameter.</exception>
    public void Bind(int parameter, long? value) => _database.Check(
        value is { } number ? SqliteLibrary.BindInt64(_handle, parameter, number) : SqliteLibrary.BindNull(_handle, parameter));

    /// <summary>Binds bytes, of which SQLite takes a copy. No bytes at all are bound as NULL.</summary>
    /// <exception cref="SqliteException">There is no such parameter.</exception>
    public void Bind(int parameter, ReadOnlySpan<byte> value) =>
        _database.Check(SqliteLibrary.BindBlob(_handle, parameter, value, value.Length, Transient));

    /// <summary>Binds text without NUL characters, of which SQLite takes a copy; null is bound as NULL.</summary>
    /// <exception cref="SqliteException">There is no such parameter.</exception>
    public void Bind(int parameter, string? value) =>
        _database.Check(SqliteLibrary.BindText(_handle, parameter, value, -1, Transient));

    /// <summary>Goes on to the next row; false at the end.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public bool Step() => SqliteLibrary.Step(_handle) switch
    {
        Row => true,
        Done => false,
        int code => throw _database.Failure(code),
    };

    /// <summary>Runs it to its end and makes it ready to run again.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            // Returns the failure of the last step once more.
            _ = SqliteLibrary.Reset(_handle);
        }
    }

    public bool IsNull(int column) => SqliteLibrary.ColumnType(_handle, column) == NullType;

    public long GetInt64(int column) => SqliteLibrary.ColumnInt64(_handle, column);

    /// <summary>A copy of a column's bytes; empty for NULL.</summary>
    public byte[] GetBlob(int column)
    {
        // In this order: asking for the length first could convert the value under the pointer.
        nint bytes = SqliteLibrary.ColumnBlob(_handle, column);
        if (bytes == 0)
        {
            return [];
        }

        byte[] copy = new byte[SqliteLibrary.ColumnBytes(_handle, column)];
        Marshal.Copy(bytes, copy, 0, copy.Length);
        return copy;
    }

    /// <summary>A column's text; empty for NULL.</summary>
    public string GetText(int column) => Encoding.UTF8.GetString(GetBlob(column));

    public void Dispose() => _handle.Dispose();
}
