namespace Appliance.Terminal;

/// <summary>
/// The password of the account admin. Who is at the box may make or choose a new one, which ends all of its sessions; the one
/// that somebody has chosen is kept as a hash, and cannot be shown.
/// </summary>
internal sealed class PasswordPage(ConsoleParts parts)
{
    /// <summary>Asks once; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        parts.Terminal.Title("Password of the account admin");
        parts.Terminal.Line(" 1  Make a new one");
        parts.Terminal.Line(" 2  Choose one");
        parts.Terminal.Line();
        string? choice = await parts.Terminal.AskAsync("Choice, 0 goes back: ");
        try
        {
            switch (choice)
            {
                case "1":
                    string made = (await parts.Service.SendAsync(HttpMethod.Post, "/api/first-password")).GetText("password");
                    parts.Terminal.Line($"The password is now {made}");
                    break;
                case "2":
                    await ChooseAsync();
                    break;
            }
        }
        catch (ServiceRefusedException refused)
        {
            parts.Terminal.Warning(refused.Message);
        }

        return choice is not null;
    }

    private async Task ChooseAsync()
    {
        if (await parts.Terminal.AskAsync("New password, which is seen here: ") is { Length: > 0 } password)
        {
            await parts.Service.SendAsync(HttpMethod.Put, "/api/users?username=admin", json => json.WriteString("password", password));
            parts.Terminal.Line("The password was changed; who was signed in is no more.");
        }
    }
}
