namespace Appliance.Interop;

/// <summary>SQLite refused or failed. The message says what SQLite says of it.</summary>
public sealed class SqliteException : Exception
{
    // https://sqlite.org/rescode.html
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int PrimaryMask = 0xff;

    /// <param name="code">SQLite's result code.</param>
    /// <param name="message">In words.</param>
    public SqliteException(int code, string message)
        : base(message) => Code = code & PrimaryMask;

    /// <summary>The primary result code.</summary>
    public int Code { get; }

    /// <summary>A file that SQLite reads, and that is not what it should be.</summary>
    public static SqliteException ForDamage(string message) => new(Corrupt, message);

    /// <summary>Whether the file itself is at fault, and will be as long as it is used.</summary>
    public bool IsDamage => Code is Corrupt or NotADatabase;
}
