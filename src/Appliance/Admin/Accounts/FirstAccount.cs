using System.Security.Cryptography;
using Appliance.Catalog;

namespace Appliance.Admin.Accounts;

/// <summary>
/// The account that a new box makes for itself: a random password, shown in the log and on the consoles until somebody
/// chooses another. Whoever has neither at hand may choose one over the wire within <see cref="ClaimTime"/> of the first start.
/// </summary>
internal sealed partial class FirstAccount
{
    /// <summary>Time in which a new box can be claimed. 10 min: unpacked, connected, looked at; too short to be found by chance.</summary>
    public static readonly TimeSpan ClaimTime = TimeSpan.FromMinutes(10);

    /// <summary>Letters and digits that nobody mistakes for another.</summary>
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    private readonly SignIn _signIn;
    private readonly AccountTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _began;
    private readonly Lock _gate = new();
    private readonly bool _isFirst;
    private bool _isOpen;

    /// <param name="isFirst">Whether this box never had accounts before: only then it can be claimed.</param>
    public FirstAccount(SignIn signIn, AccountTable table, bool isFirst, TimeProvider time, ILogger log)
    {
        _signIn = signIn;
        _table = table;
        _time = time;
        _log = log;
        _isFirst = isFirst;
        _began = time.GetTimestamp();
    }

    /// <summary>Whether the box can be claimed at this moment.</summary>
    public bool IsClaimable
    {
        get
        {
            lock (_gate)
            {
                return _isOpen && _time.GetElapsedTime(_began) < ClaimTime && _table.ReadFirstPassword() is not null;
            }
        }
    }

    /// <summary>Makes the account where there is none, and shows its password as long as it is the first one.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Prepare()
    {
        if (_signIn.Accounts.Count == 0)
        {
            MakeAccount();
            lock (_gate)
            {
                _isOpen = _isFirst;
            }
        }

        if (_table.ReadFirstPassword() is { } password)
        {
            LogPassword(_log, AccountTable.FirstAccount, password);
        }
    }

    /// <summary>
    /// Gives the account a new random password, and shows it; returns it. For who is at the box and has forgotten the one that
    /// was chosen: whoever was signed in is no more.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public string Reset()
    {
        string made = MakeAccount();
        Close();
        LogPassword(_log, AccountTable.FirstAccount, made);
        return made;
    }

    /// <exception cref="ApiException">It is too late, or somebody was faster.</exception>
    public void RequireClaimable()
    {
        if (!IsClaimable)
        {
            throw TooLate();
        }
    }

    private static ApiException TooLate() => new(
        410, "this box has been claimed, or its first ten minutes are over: sign in; a password that nobody has chosen yet is in its log and on its console");

    /// <summary>Takes the box over: the password is the caller's from now on. Once only.</summary>
    /// <exception cref="ApiException">It is too late, or somebody was faster.</exception>
    public void Claim(string passwordHash)
    {
        lock (_gate)
        {
            RequireClaimable();

            // Account and end of the claim are one transaction: the first password is what says that nobody has chosen one.
            _signIn.Put(accounts => _table.ReadFirstPassword() is null
                ? throw TooLate()
                : accounts[AccountTable.FirstAccount] with { Password = passwordHash });
            _isOpen = false;
        }
    }

    /// <summary>Ends the time for claims: somebody has signed in, so nobody needs one.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
        }
    }

    /// <summary>Makes the account, or makes it anew, with a random password; returns that.</summary>
    private string MakeAccount()
    {
        string made = MakePassword();
        var account = new Account(AccountTable.FirstAccount, AccountRole.Admin, Enabled: true, PasswordHash.Make(made, _signIn.Rounds));
        _signIn.Put(_ => account, made);
        return made;
    }

    /// <summary>Four groups of four: 79 bits.</summary>
    private static string MakePassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(static _ => RandomNumberGenerator.GetString(Alphabet, 4)));

    // An error, because it must be seen: no setting of log-level hides those.
    [LoggerMessage(LogLevel.Error, "the admin page's account is {Name} and its password {Password} until another is chosen")]
    private static partial void LogPassword(ILogger log, string name, string password);
}
