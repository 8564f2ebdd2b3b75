using Appliance.Catalog;

namespace Appliance.Admin.Accounts;

/// <summary>What only who is at the box may do: see the password that it made for itself, make a new one.</summary>
internal sealed class ConsoleRoutes(FirstAccount first, AccountTable table, Action restart)
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/first-password", Access.Console, "The password that the box made for itself, until another is chosen",
            _ => Task.FromResult(Answer(table.ReadFirstPassword()))),
        new("POST", "/api/first-password", Access.Console, "Makes a new password for the account admin", request => Task.Run(() =>
        {
            request.AuditTarget = AccountTable.FirstAccount;
            return Answer(first.Reset());
        })),
        new("POST", "/api/restart", Access.Admin, "Starts the service again, with its settings as they are now", Restart),
    ];

    private static ApiAnswer Answer(string? password) =>
        ApiAnswer.Of(new FirstPasswordView(AccountTable.FirstAccount, password), AdminJson.Default.FirstPasswordView);

    private Task<ApiAnswer> Restart(ApiRequest request)
    {
        restart();
        return Task.FromResult(ApiAnswer.Done("the service starts again"));
    }
}
