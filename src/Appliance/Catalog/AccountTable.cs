using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>What an account may do; each may do what those before it may.</summary>
public enum AccountRole
{
    /// <summary>Looks.</summary>
    Viewer = 1,

    /// <summary>Brings and changes images, clients and the menu.</summary>
    Operator = 2,

    /// <summary>Deletes images, and rules over accounts.</summary>
    Admin = 3,
}

/// <summary>One account.</summary>
/// <param name="Name">What is signed in with.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Enabled">Whether it may sign in.</param>
/// <param name="Password">Its password's hash, in words of who makes them.</param>
public sealed record Account(string Name, AccountRole Role, bool Enabled, string Password);

/// <summary>A session: somebody who has signed in.</summary>
/// <param name="Token">SHA-256 of its token.</param>
/// <param name="Account">Whose.</param>
/// <param name="Expires">When it ends, on <see cref="AccountTable.Now"/>.</param>
public sealed record AccountSession(byte[] Token, string Account, TimeSpan Expires);

/// <summary>One thing that somebody did.</summary>
public sealed record AuditEntry(long Id, string At, string Account, string Address, string Action, string Target);

/// <summary>Accounts, their sessions, and what was done by whom.</summary>
public sealed class AccountTable
{
    /// <summary>Entries of the audit log that are kept. 5,000: years of a bench, and less than a megabyte.</summary>
    public const int MaxAuditEntries = 5000;

    /// <summary>Name of the account that the box makes for itself.</summary>
    public const string FirstAccount = "admin";

    private const string FirstPassword = "first-password";

    private readonly CatalogDatabase _catalog;
    private readonly LeaseClock _clock;

    public AccountTable(CatalogDatabase catalog, TimeProvider time)
    {
        _catalog = catalog;
        _clock = new LeaseClock(time, LeaseClock.ReadBootId());
        catalog.Read(database =>
        {
            StoredClock.Resume(database, _clock);
            return true;
        });
    }

    /// <summary>The clock that sessions end by. It counts the time in which the box runs, and knows nothing of the time of day.</summary>
    public TimeSpan Now => _clock.Now;

    public List<Account> ReadAccounts() => _catalog.Read(static database => database.Query(
        "SELECT name, role, enabled, password FROM account ORDER BY name",
        static row => new Account(row.GetText(0), (AccountRole)row.GetInt64(1), row.GetBool(2), row.GetText(3))));

    /// <summary>Makes or replaces an account, and ends the sessions it had.</summary>
    /// <param name="account">The account.</param>
    /// <param name="firstPassword">Its password in clear, to be shown until another is chosen; null for any other.</param>
    public void Put(Account account, string? firstPassword = null) => _catalog.Write(database =>
    {
        // Before the row is replaced: another role alone chooses no password.
        if (account.Name == FirstAccount && (firstPassword is not null || PasswordOf(database, account.Name) != account.Password))
        {
            SettingTable.Put(database, FirstPassword, firstPassword);
        }

        database.Run("DELETE FROM session WHERE account = ?1", account.Name);
        database.Run(
            "INSERT INTO account (name, role, enabled, password) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET "
            + "role = excluded.role, enabled = excluded.enabled, password = excluded.password",
            account.Name, (long)account.Role, account.Enabled, account.Password);
    });

    public void Delete(string name) => _catalog.Write(database =>
    {
        database.Run("DELETE FROM account WHERE name = ?1", name);
        if (name == FirstAccount)
        {
            SettingTable.Put(database, FirstPassword, null);
        }
    });

    /// <summary>The password that the box made for itself, until somebody chooses another; then null.</summary>
    public string? ReadFirstPassword() => _catalog.Read(static database => SettingTable.Read(database, FirstPassword));

    public List<AccountSession> ReadSessions() => _catalog.Read(static database => database.Query(
        "SELECT token, account, expires_s FROM session",
        static row => new AccountSession(row.GetBlob(0), row.GetText(1), StoredClock.Seconds(row.GetInt64(2)))));

    /// <summary>Adds a session, and notes where the clock stands.</summary>
    public void AddSession(AccountSession session) => _catalog.Write(database =>
    {
        database.Run(
            "INSERT INTO session (token, account, expires_s) VALUES (?1, ?2, ?3)", session.Token, session.Account, (long)session.Expires.TotalSeconds);
        WriteClock(database);
    });

    public void DeleteSession(byte[] token) => _catalog.Write(database => database.Run("DELETE FROM session WHERE token = ?1", token));

    /// <summary>Notes where the clock stands, so that sessions age over restarts too, and forgets those that have ended.</summary>
    public void NoteTime() => _catalog.Write(database =>
    {
        database.Run("DELETE FROM session WHERE expires_s <= ?1", (long)_clock.Now.TotalSeconds);
        WriteClock(database);
    });

    public void AddAudit(string at, string account, string address, string action, string target) => _catalog.Write(database =>
    {
        database.Run(
            "INSERT INTO audit (at, account, address, action, target) VALUES (?1, ?2, ?3, ?4, ?5)", at, account, address, action, target);
        database.Run("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1", MaxAuditEntries);
    });

    /// <summary>The latest entries, the newest first.</summary>
    public List<AuditEntry> ReadAudit(int count) => _catalog.Read(database => database.Query(
        "SELECT id, at, account, address, action, target FROM audit ORDER BY id DESC LIMIT ?1",
        static row => new AuditEntry(row.GetInt64(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetText(5)),
        count));

    private static string? PasswordOf(SqliteDatabase database, string name) =>
        database.Query("SELECT password FROM account WHERE name = ?1", static row => row.GetText(0), name).FirstOrDefault();

    private void WriteClock(SqliteDatabase database) => database.Run(
        "INSERT OR REPLACE INTO clock (id, boot_id, offset_ms, seen_ms) VALUES (1, ?1, ?2, ?3)",
        _clock.BootId.ToByteArray(), (long)_clock.Offset.TotalMilliseconds, (long)_clock.Now.TotalMilliseconds);
}
