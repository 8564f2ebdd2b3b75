using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>A value for a parameter of a statement: a number, text, bytes or NULL.</summary>
internal readonly struct SqlValue
{
    private readonly long? _number;
    private readonly string? _text;
    private readonly byte[]? _bytes;

    private SqlValue(long? number, string? text, byte[]? bytes) => (_number, _text, _bytes) = (number, text, bytes);

    public static implicit operator SqlValue(long value) => new(value, null, null);

    public static implicit operator SqlValue(bool value) => new(value ? 1 : 0, null, null);

    public static implicit operator SqlValue(string? value) => new(null, value, null);

    public static implicit operator SqlValue(byte[] value) => new(null, null, value);

    public void BindTo(SqliteStatement statement, int parameter)
    {
        if (_bytes is not null)
        {
            statement.Bind(parameter, _bytes);
        }
        else if (_number is not null)
        {
            statement.Bind(parameter, _number);
        }
        else
        {
            statement.Bind(parameter, _text);
        }
    }
}

/// <summary>Statements that are run once: prepared, bound, stepped and let go.</summary>
internal static class SqlStatements
{
    /// <exception cref="SqliteException">It failed.</exception>
    public static void Run(this SqliteDatabase database, string sql, params ReadOnlySpan<SqlValue> values)
    {
        using SqliteStatement statement = Bind(database, sql, values);
        statement.Run();
    }

    /// <exception cref="SqliteException">It failed.</exception>
    public static List<T> Query<T>(this SqliteDatabase database, string sql, Func<SqliteStatement, T> read, params ReadOnlySpan<SqlValue> values)
    {
        using SqliteStatement statement = Bind(database, sql, values);
        var rows = new List<T>();
        while (statement.Step())
        {
            rows.Add(read(statement));
        }

        return rows;
    }

    public static bool GetBool(this SqliteStatement statement, int column) => statement.GetInt64(column) != 0;

    /// <summary>A column's text, or null for NULL.</summary>
    public static string? GetTextOrNull(this SqliteStatement statement, int column) =>
        statement.IsNull(column) ? null : statement.GetText(column);

    private static SqliteStatement Bind(SqliteDatabase database, string sql, ReadOnlySpan<SqlValue> values)
    {
        SqliteStatement statement = database.Prepare(sql);
        for (int i = 0; i < values.Length; i++)
        {
            values[i].BindTo(statement, i + 1);
        }

        return statement;
    }
}
