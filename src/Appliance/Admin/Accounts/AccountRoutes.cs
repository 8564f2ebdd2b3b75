using System.Collections.Immutable;
using Appliance.Catalog;
using Appliance.Options;

namespace Appliance.Admin.Accounts;

/// <summary>Signing in and out, and who may.</summary>
internal sealed class AccountRoutes(SignIn signIn, FirstAccount first, AccountTable table, AuditLog audit, NetworkOptions network)
{
    /// <summary>Characters of a password that somebody chooses: the least of NIST SP 800-63B §5.1.1.1; a bound for the hash.</summary>
    private const int LeastPassword = 8;
    private const int MostPassword = 128;

    private static readonly ApiField Username = new("username", "string", "Name of the account", IsRequired: true);
    private static readonly ApiField Password = new("password", "string", $"At least {LeastPassword} characters", IsRequired: true);
    private static readonly ApiField Role = new("role", "string", "admin, operator or viewer");

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/auth-info", Access.Anyone, "How one signs in, who is, and whether the box can be claimed", DescribeAsync),
        new("POST", "/api/login", Access.Anyone, "Signs in; the token is for Authorization: Bearer, the cookie for the page", LoginAsync)
        {
            Body = [Username, Password with { Text = "The account's password" }],
        },
        new("POST", "/api/claim", Access.Anyone, "Chooses the admin's password within ten minutes of the first start", ClaimAsync) { Body = [Password] },
        new("GET", "/api/session", Access.Viewer, "Who is signed in", static request => Task.FromResult(Session(request))),
        new("POST", "/api/logout", Access.Viewer, "Ends the session", Logout),
        new("POST", "/api/password", Access.Viewer, "Changes the caller's own password; all his sessions end", ChangePasswordAsync)
        {
            Body = [new("old_password", "string", "The one until now", IsRequired: true), Password with { Name = "new_password" }],
        },
        new("GET", "/api/users", Access.Admin, "All accounts", _ => Task.FromResult(List())),
        new("POST", "/api/users", Access.Admin, "Makes an account", CreateAsync) { Body = [Username, Password, Role] },
        new("PUT", "/api/users", Access.Admin, "Changes an account's role, password, or whether it may sign in", ChangeAsync)
        {
            Query = [Username],
            Body = [Password with { IsRequired = false }, Role, new("enabled", "boolean", "Whether it may sign in")],
        },
        new("DELETE", "/api/users", Access.Admin, "Deletes an account", Delete) { Query = [Username] },
        new("GET", "/api/audit", Access.Admin, "Who did what, the latest first", ReadAudit)
        {
            Query = [new("limit", "integer", "How many entries at most; default 100")],
        },
    ];

    /// <summary>The page asks this first, because a browser's console calls every 401 an error.</summary>
    private async Task<ApiAnswer> DescribeAsync(ApiRequest request)
    {
        Caller? caller = await signIn.IdentifyAsync(request.Context.Request, request.Aborted);
        SessionView? session = caller is null ? null : ViewOf(caller);
        return ApiAnswer.Of(new SignInView(["local"], first.IsClaimable && IsNear(request), session), AdminJson.Default.SignInView);
    }

    private async Task<ApiAnswer> LoginAsync(ApiRequest request)
    {
        LoginOrder order = await request.ReadAsync(AdminJson.Default.LoginOrder);
        string name = FieldText.Required("username", order.Username);
        string password = FieldText.Required("password", order.Password);
        if (await signIn.VerifyAsync(name, password, request.Address, request.Aborted) is not { } caller)
        {
            throw new ApiException(401, "name or password is wrong");
        }

        first.Close();
        string token = signIn.Begin(caller.Name);
        audit.Add(caller, request.Address, "signed in", "");
        WriteCookie(request.Context, token);
        return ApiAnswer.Of(new LoginView(token, caller.Name, NameOf(caller.Role), caller.Role == AccountRole.Admin), AdminJson.Default.LoginView);
    }

    private async Task<ApiAnswer> ClaimAsync(ApiRequest request)
    {
        ClaimOrder order = await request.ReadAsync(AdminJson.Default.ClaimOrder);
        string password = RequirePassword("password", order.Password);
        if (!IsNear(request))
        {
            throw new ApiException(403, "a box is claimed from its own network only");
        }

        // Before the hash too, which is slow: whoever is too late shall not keep the box busy.
        first.RequireClaimable();
        first.Claim(await signIn.MakeHashAsync(password, request.Aborted));
        string token = signIn.Begin(AccountTable.FirstAccount);
        audit.Add(new Caller(AccountTable.FirstAccount, AccountRole.Admin, null), request.Address, "claimed the box", "");
        WriteCookie(request.Context, token);
        return ApiAnswer.Of(new LoginView(token, AccountTable.FirstAccount, "admin", true), AdminJson.Default.LoginView);
    }

    private static ApiAnswer Session(ApiRequest request) => ApiAnswer.Of(ViewOf(request.Caller!), AdminJson.Default.SessionView);

    private static SessionView ViewOf(Caller caller) => new(caller.Name, NameOf(caller.Role), caller.Role == AccountRole.Admin);

    private Task<ApiAnswer> Logout(ApiRequest request)
    {
        if (request.Caller!.Token is { } token)
        {
            signIn.End(token);
        }

        request.Context.Response.Cookies.Delete(SignIn.CookieName, CookieOptions());
        return Task.FromResult(ApiAnswer.Done("signed out"));
    }

    private async Task<ApiAnswer> ChangePasswordAsync(ApiRequest request)
    {
        PasswordOrder order = await request.ReadAsync(AdminJson.Default.PasswordOrder);
        string old = FieldText.Required("old_password", order.OldPassword);
        string password = RequirePassword("new_password", order.NewPassword);
        string name = request.Caller!.Name;
        if (await signIn.VerifyAsync(name, old, request.Address, request.Aborted) is null)
        {
            throw new ApiException(403, "the old password is wrong");
        }

        string hash = await signIn.MakeHashAsync(password, request.Aborted);
        signIn.Put(accounts => Existing(accounts, name) with { Password = hash });
        WriteCookie(request.Context, signIn.Begin(name));
        return ApiAnswer.Done("the password was changed; other sessions have ended");
    }

    private ApiAnswer List() => ApiAnswer.Of(
        [.. signIn.Accounts.Select(static account => new UserView(
            account.Name, NameOf(account.Role), account.Role == AccountRole.Admin, account.Enabled))],
        AdminJson.Default.UserViewArray);

    private async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        UserOrder order = await request.ReadAsync(AdminJson.Default.UserOrder);
        string name = RequireName(order.Username);
        string password = RequirePassword("password", order.Password);
        AccountRole role = ParseRole(order.Role ?? "viewer");
        string hash = await signIn.MakeHashAsync(password, request.Aborted);
        signIn.Put(accounts => accounts.ContainsKey(name)
            ? throw ApiException.Conflict($"there is an account {name} already")
            : new Account(name, role, order.Enabled ?? true, hash));
        request.AuditTarget = name;
        return ApiAnswer.Done($"{name} was made", 201);
    }

    private async Task<ApiAnswer> ChangeAsync(ApiRequest request)
    {
        string name = request.Require("username");
        UserOrder order = await request.ReadAsync(AdminJson.Default.UserOrder);
        AccountRole? role = order.Role is null ? null : ParseRole(order.Role);
        string? hash = order.Password is null
            ? null
            : await signIn.MakeHashAsync(RequirePassword("password", order.Password), request.Aborted);
        signIn.Put(accounts =>
        {
            Account before = Existing(accounts, name);
            Account after = before with
            {
                Role = role ?? before.Role,
                Enabled = order.Enabled ?? before.Enabled,
                Password = hash ?? before.Password,
            };
            RequireAdminBeside(accounts, name, after);
            return after;
        });
        request.AuditTarget = name;
        return ApiAnswer.Done($"{name} was changed; its sessions have ended");
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        string name = request.Require("username");
        signIn.Delete(name, accounts =>
        {
            Existing(accounts, name);
            RequireAdminBeside(accounts, name, null);
        });
        request.AuditTarget = name;
        return Task.FromResult(ApiAnswer.Done($"{name} was deleted"));
    }

    private Task<ApiAnswer> ReadAudit(ApiRequest request) => Task.FromResult(ApiAnswer.Of(
        [.. table.ReadAudit(request.Number("limit", 1, AccountTable.MaxAuditEntries, 100)).Select(static entry =>
            new AuditView(entry.Id, entry.At, entry.Account, entry.Address, entry.Action, entry.Target))],
        AdminJson.Default.AuditViewArray));

    private bool IsNear(ApiRequest request) => System.Net.IPAddress.IsLoopback(request.Address) || network.Contains(request.Address);

    /// <summary>A box without an admin could only be reset.</summary>
    private static void RequireAdminBeside(IReadOnlyDictionary<string, Account> accounts, string name, Account? after)
    {
        bool another = accounts.Values.Any(account => account.Name != name && account is { Role: AccountRole.Admin, Enabled: true });
        if (!another && after is not { Role: AccountRole.Admin, Enabled: true })
        {
            throw ApiException.Conflict($"{name} is the last admin who can sign in");
        }
    }

    private static Account Existing(IReadOnlyDictionary<string, Account> accounts, string name) =>
        accounts.GetValueOrDefault(name) ?? throw ApiException.NotFound($"there is no account {Printable.Text(name)}");

    private static string RequireName(string? name) =>
        name is { Length: > 0 and <= 32 } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? name
            : throw ApiException.BadRequest("username takes 1 to 32 letters, digits, dots, dashes and underscores");

    private static string RequirePassword(string field, string? password) =>
        password is { Length: >= LeastPassword and <= MostPassword }
            ? password
            : throw ApiException.BadRequest($"{field} takes {LeastPassword} to {MostPassword} characters");

    private static AccountRole ParseRole(string role) => role switch
    {
        "admin" => AccountRole.Admin,
        "operator" => AccountRole.Operator,
        "viewer" => AccountRole.Viewer,
        _ => throw ApiException.BadRequest("role takes admin, operator or viewer"),
    };

    private static string NameOf(AccountRole role) => role.ToString().ToLowerInvariant();

    private static void WriteCookie(HttpContext context, string token) =>
        context.Response.Cookies.Append(SignIn.CookieName, token, CookieOptions());

    /// <summary>No Secure: the page is served by plain HTTP on a wire of its own. Strict: no other page makes a browser send it.</summary>
    private static CookieOptions CookieOptions() => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = SignIn.SessionTime };
}
