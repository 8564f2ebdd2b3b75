using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Interop;

/// <summary>
/// The entry points of the system's SQLite that this product needs. No structure crosses, only pointers, 32-bit and 64-bit
/// integers of fixed width, so that they are right on every machine (https://sqlite.org/c3ref/funclist.html).
/// </summary>
internal static partial class SqliteLibrary
{
    private const string Library = "libsqlite3.so.0";

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion_number")]
    internal static partial int LibVersionNumber();

    [LibraryImport(Library, EntryPoint = "sqlite3_threadsafe")]
    internal static partial int ThreadSafe();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, out SqliteHandle database, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    internal static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    internal static partial int BusyTimeout(SqliteHandle database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial nint ErrMsg(SqliteHandle database);

    [LibraryImport(Library, EntryPoint = "sqlite3_errstr")]
    internal static partial nint ErrStr(int code);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Exec(SqliteHandle database, string sql, nint callback, nint argument, nint message);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Prepare(SqliteHandle database, string sql, int length, out SqliteStatementHandle statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int FinalizeStatement(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(SqliteStatementHandle statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(SqliteStatementHandle statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    internal static partial int BindInt64(SqliteStatementHandle statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    internal static partial int BindBlob(SqliteStatementHandle statement, int index, ReadOnlySpan<byte> value, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int BindText(SqliteStatementHandle statement, int index, string? value, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    internal static partial int BindNull(SqliteStatementHandle statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    internal static partial int ColumnType(SqliteStatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    internal static partial long ColumnInt64(SqliteStatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    internal static partial nint ColumnBlob(SqliteStatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    internal static partial int ColumnBytes(SqliteStatementHandle statement, int column);
}

/// <summary><c>sqlite3 *</c>. Closing waits for its statements (sqlite3_close_v2), so that their order does not matter.</summary>
internal sealed class SqliteHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => SqliteLibrary.Close(handle) == 0;
}

/// <summary><c>sqlite3_stmt *</c>. What finalizing returns is the failure of its last step, which was reported then.</summary>
internal sealed class SqliteStatementHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        _ = SqliteLibrary.FinalizeStatement(handle);
        return true;
    }
}
