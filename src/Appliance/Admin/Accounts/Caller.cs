using Appliance.Catalog;

namespace Appliance.Admin.Accounts;

/// <summary>Somebody who has signed in.</summary>
/// <param name="Name">The account.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Token">SHA-256 of the session's token; null with basic authentication.</param>
internal sealed record Caller(string Name, AccountRole Role, byte[]? Token)
{
    /// <summary>Who is at the box itself (<see cref="ControlSocket"/>).</summary>
    public static readonly Caller Console = new("console", AccountRole.Admin, null);

    public bool Has(Access access) => access switch
    {
        Access.Anyone => true,
        Access.Viewer => Role >= AccountRole.Viewer,
        Access.Operator => Role >= AccountRole.Operator,
        Access.Console => ReferenceEquals(this, Console),
        _ => Role >= AccountRole.Admin,
    };
}
