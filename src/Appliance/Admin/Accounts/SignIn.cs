using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Appliance.Catalog;

namespace Appliance.Admin.Accounts;

/// <summary>
/// Tells who makes a request: by the token of a session, in a header or a cookie, or by a password. Sessions are kept as
/// hashes of their tokens and survive a restart.
/// </summary>
internal sealed class SignIn : IDisposable
{
    public const string CookieName = "plugboot";

    /// <summary>How long a session lasts while the box runs. 7 days: a week's work at the bench.</summary>
    public static readonly TimeSpan SessionTime = TimeSpan.FromDays(7);

    /// <summary>How long a password that was right is believed without hashing it again: scripts send it with every call.</summary>
    public static readonly TimeSpan BelievedTime = TimeSpan.FromMinutes(5);

    /// <summary>Sessions of one account; then its oldest ends.</summary>
    private const int MaxSessions = 32;

    /// <summary>Passwords that wait to be hashed, which is slow on purpose; more get 503. One is hashed at a time.</summary>
    private const int MaxWaiting = 16;

    /// <summary>Hashed where there is no account, so that the time tells nobody which there are.</summary>
    private readonly string _nobody;

    private readonly AccountTable _table;
    private readonly LoginThrottle _throttle;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _hashing = new(1);
    private readonly byte[] _believedKey = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, Account> _accounts;
    private readonly Dictionary<string, AccountSession> _sessions;
    private readonly Dictionary<string, (string Password, long At)> _believed = [];
    private int _waiting;

    public SignIn(AccountTable table, LoginThrottle throttle, TimeProvider time, int rounds = PasswordHash.DefaultRounds)
    {
        _table = table;
        _throttle = throttle;
        _time = time;
        Rounds = rounds;
        _nobody = PasswordHash.Unknown(rounds);
        _accounts = table.ReadAccounts().ToDictionary(static account => account.Name);
        _sessions = table.ReadSessions().ToDictionary(static session => Convert.ToHexString(session.Token));
    }

    /// <summary>Rounds for new hashes.</summary>
    public int Rounds { get; }

    /// <summary>All accounts, by name.</summary>
    public List<Account> Accounts
    {
        get
        {
            lock (_gate)
            {
                return [.. _accounts.Values.OrderBy(static account => account.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Who makes a request; null when nobody has signed in, or the session or password is not valid.</summary>
    /// <exception cref="ApiException">Too many wrong passwords came from there (429), or too many wait (503).</exception>
    public async Task<Caller?> IdentifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return FindSession(header["Bearer ".Length..].Trim());
        }

        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            IPAddress address = request.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None;
            return TryReadBasic(header["Basic ".Length..].Trim(), out string? name, out string? password)
                ? await VerifyAsync(name, password, address, cancellationToken)
                : null;
        }

        return request.Cookies[CookieName] is { } token ? FindSession(token) : null;
    }

    /// <summary>Checks a password; null when it is wrong, or the account is none that may sign in.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public async Task<Caller?> VerifyAsync(string name, string password, IPAddress address, CancellationToken cancellationToken)
    {
        if (IsBelieved(name, password))
        {
            return CallerOf(name, null);
        }

        if (_throttle.WaitFor(address) is { Ticks: > 0 } wait)
        {
            int seconds = (int)Math.Ceiling(wait.TotalSeconds);
            throw new ApiException(429, $"too many wrong passwords from {address}: wait {seconds} s") { RetryAfter = seconds };
        }

        Account? account;
        lock (_gate)
        {
            account = _accounts.GetValueOrDefault(name);
        }

        bool isRight = await HashAsync(() => PasswordHash.Verify(password, account?.Password ?? _nobody), cancellationToken);
        if (!isRight || account is not { Enabled: true })
        {
            _throttle.Failed(address);
            return null;
        }

        _throttle.Succeeded(address);
        Believe(account, password);
        return CallerOf(name, null);
    }

    /// <summary>Begins a session; returns its token, which is kept nowhere.</summary>
    public string Begin(string account)
    {
        string token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        var session = new AccountSession(HashOf(token), account, _table.Now + SessionTime);
        lock (_gate)
        {
            List<KeyValuePair<string, AccountSession>> own = [.. _sessions.Where(entry => entry.Value.Account == account)];
            if (own.Count >= MaxSessions)
            {
                KeyValuePair<string, AccountSession> oldest = own.MinBy(static entry => entry.Value.Expires);
                _table.DeleteSession(oldest.Value.Token);
                _sessions.Remove(oldest.Key);
            }

            _table.AddSession(session);
            _sessions[Convert.ToHexString(session.Token)] = session;
        }

        return token;
    }

    public void End(byte[] token)
    {
        lock (_gate)
        {
            _table.DeleteSession(token);
            _sessions.Remove(Convert.ToHexString(token));
        }
    }

    /// <summary>Hashes a new password, when it is its turn.</summary>
    /// <exception cref="ApiException">Too many wait (503).</exception>
    public Task<string> MakeHashAsync(string password, CancellationToken cancellationToken) =>
        HashAsync(() => PasswordHash.Make(password, Rounds), cancellationToken);

    /// <summary>
    /// Makes or replaces an account; whoever was signed in with it is no more. <paramref name="change"/> gets the accounts as
    /// they are, and throws to refuse.
    /// </summary>
    public void Put(Func<IReadOnlyDictionary<string, Account>, Account> change, string? firstPassword = null)
    {
        lock (_gate)
        {
            Account account = change(_accounts);
            _table.Put(account, firstPassword);
            _accounts[account.Name] = account;
            Forget(account.Name);
        }
    }

    /// <summary>Deletes an account; <paramref name="check"/> throws to refuse.</summary>
    public void Delete(string name, Action<IReadOnlyDictionary<string, Account>> check)
    {
        lock (_gate)
        {
            check(_accounts);
            _table.Delete(name);
            _accounts.Remove(name);
            Forget(name);
        }
    }

    public void Dispose() => _hashing.Dispose();

    private void Forget(string name)
    {
        _believed.Remove(name);
        foreach (string key in _sessions.Where(entry => entry.Value.Account == name).Select(static entry => entry.Key).ToArray())
        {
            _sessions.Remove(key);
        }
    }

    private Caller? FindSession(string token)
    {
        byte[] hash = HashOf(token);
        lock (_gate)
        {
            return _sessions.TryGetValue(Convert.ToHexString(hash), out AccountSession? session) && session.Expires > _table.Now
                ? CallerOf(session.Account, hash)
                : null;
        }
    }

    private Caller? CallerOf(string name, byte[]? token)
    {
        lock (_gate)
        {
            return _accounts.TryGetValue(name, out Account? account) && account.Enabled ? new Caller(name, account.Role, token) : null;
        }
    }

    private bool IsBelieved(string name, string password)
    {
        lock (_gate)
        {
            return _believed.TryGetValue(name, out (string Password, long At) known)
                && _time.GetElapsedTime(known.At) < BelievedTime
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known.Password), Encoding.ASCII.GetBytes(Keyed(password)));
        }
    }

    /// <summary>Only if the account is still the one whose password was checked.</summary>
    private void Believe(Account account, string password)
    {
        lock (_gate)
        {
            if (_accounts.GetValueOrDefault(account.Name) == account)
            {
                _believed[account.Name] = (Keyed(password), _time.GetTimestamp());
            }
        }
    }

    private string Keyed(string password) => Convert.ToHexString(HMACSHA256.HashData(_believedKey, Encoding.UTF8.GetBytes(password)));

    private async Task<T> HashAsync<T>(Func<T> hash, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ApiException(503, "too many sign in at this moment: try again") { RetryAfter = 2 };
        }

        try
        {
            await _hashing.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(hash, CancellationToken.None);
            }
            finally
            {
                _hashing.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>RFC 7617 §2: <c>user-id:password</c> in UTF-8 and base64; the first colon divides.</summary>
    private static bool TryReadBasic(string credentials, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        name = password = null;
        byte[] bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out int length))
        {
            return false;
        }

        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        name = text[..colon];
        password = text[(colon + 1)..];
        return true;
    }
}
