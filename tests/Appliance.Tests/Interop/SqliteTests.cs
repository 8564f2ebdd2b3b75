using Appliance.Interop;

namespace Appliance.Tests.Interop;

/// <summary>The binding of the system's SQLite.</summary>
public sealed class SqliteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-sqlite-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Values_of_every_kind_come_back_as_they_were_bound()
    {
        using SqliteDatabase database = Open();
        database.Execute("CREATE TABLE t (number INTEGER, bytes BLOB)");
        using (SqliteStatement insert = database.Prepare("INSERT INTO t VALUES (?1, ?2)"))
        {
            foreach (long? number in (long?[])[long.MinValue, -1, 0, uint.MaxValue, long.MaxValue, null])
            {
                insert.Bind(1, number);
                insert.Bind(2, number is null ? [] : [0, 0xff, (byte)number]);
                insert.Run();
            }
        }

        List<(long? Number, byte[] Bytes)> rows = [];
        using SqliteStatement select = database.Prepare("SELECT number, bytes FROM t");
        while (select.Step())
        {
            rows.Add((select.IsNull(0) ? null : select.GetInt64(0), select.GetBlob(1)));
        }

        Assert.Equal([long.MinValue, -1, 0, uint.MaxValue, long.MaxValue, null], rows.Select(static row => row.Number));
        Assert.Equal([0, 0xff, 0xff], rows[1].Bytes);
        Assert.Empty(rows[^1].Bytes);
    }

    [Fact]
    public void A_statement_that_failed_can_run_again()
    {
        using SqliteDatabase database = Open();
        database.Execute("CREATE TABLE t (number INTEGER PRIMARY KEY)");
        using SqliteStatement insert = database.Prepare("INSERT INTO t VALUES (?1)");
        insert.Bind(1, 1L);
        insert.Run();

        SqliteException twice = Assert.Throws<SqliteException>(insert.Run);
        insert.Bind(1, 2L);
        insert.Run();

        Assert.Equal(19, twice.Code); // SQLITE_CONSTRAINT
        Assert.False(twice.IsDamage);
        Assert.Equal("2", database.QueryText("SELECT count(*) FROM t"));
    }

    [Fact]
    public void What_sqlite_says_is_in_the_message()
    {
        using SqliteDatabase database = Open();

        Assert.Contains("no such table: t", Failure(() => database.Prepare("SELECT * FROM t")), StringComparison.Ordinal);
        Assert.Contains("syntax error", Failure(() => database.Execute("NONSENSE")), StringComparison.Ordinal);
        Assert.Contains("unable to open", Failure(() => SqliteDatabase.Open(_folder)), StringComparison.Ordinal);
    }

    private static string Failure(Func<object> work) => Assert.Throws<SqliteException>(work).Message;

    private static string Failure(Action work) => Assert.Throws<SqliteException>(work).Message;

    [Fact]
    public void Without_a_row_there_is_no_text()
    {
        using SqliteDatabase database = Open();

        Assert.Null(database.QueryText("SELECT 1 WHERE 0"));
        Assert.Null(SqliteDatabase.MissingLibrary());
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(Path.Combine(_folder, "test.db"));
}
