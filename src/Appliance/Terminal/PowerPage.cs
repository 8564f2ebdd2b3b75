using System.Diagnostics;

namespace Appliance.Terminal;

/// <summary>Starts the service or the box again, or switches it off.</summary>
internal sealed class PowerPage(ConsoleParts parts)
{
    /// <summary>Time for one that was killed to be gone.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Asks what; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        parts.Terminal.Title("Start again, switch off");
        parts.Terminal.Line(" 1  Start the service again");
        parts.Terminal.Line(" 2  Start the box again");
        parts.Terminal.Line(" 3  Switch the box off");
        parts.Terminal.Line();
        switch (await parts.Terminal.AskAsync("Choice, 0 goes back: "))
        {
            case null:
                return false;
            case "1":
                await RestartAsync();
                break;
            case "2":
                parts.Run("reboot", []);
                break;
            case "3":
                parts.Run("poweroff", []);
                break;
        }

        return true;
    }

    /// <summary>Ends the service, answering or not; its supervisor starts it again.</summary>
    public async Task RestartAsync()
    {
        try
        {
            await parts.Service.SendAsync(HttpMethod.Post, "/api/restart");
            parts.Terminal.Line("The service starts again.");
        }
        catch (ServiceGoneException)
        {
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        if (await parts.Service.FindProcessAsync() is not { } id)
        {
            parts.Terminal.Line("The service is not running; it is started again within half a minute.");
            return;
        }

        using Process hung = Process.GetProcessById(id);
        hung.Kill();
        using var limit = new CancellationTokenSource(Grace);
        await hung.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        parts.Terminal.Line("The service hung and was ended; it is started again at once.");
    }
}
