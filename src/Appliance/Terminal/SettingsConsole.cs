using System.Text.Json;

namespace Appliance.Terminal;

/// <summary>
/// The settings console: numbered menus on any terminal. It asks the daemon for everything, and where the daemon is dead it
/// says so and still offers what works without.
/// </summary>
internal sealed class SettingsConsole(ConsoleParts parts)
{
    /// <summary>Machines that the first page shows; the others are on their own page.</summary>
    private const int MachinesShown = 4;

    private readonly DumbTerminal _terminal = parts.Terminal;
    private readonly SettingsPage _network = new(parts, "Network and DHCP",
        ["interface", "address", "dhcp-mode", "dhcp-pool", "dhcp-lease-time", "dhcp-router", "dhcp-dns-server"]);
    private readonly SettingsPage _lights = new(parts, "Lights and buttons",
        ["status-led", "button", "button-short", "button-double", "button-long", "button-very-long"]);
    private readonly LogPage _log = new(parts);
    private readonly PowerPage _power = new(parts);

    /// <summary>Goes on until the terminal is gone.</summary>
    public async Task RunAsync()
    {
        while (await ShowAsync())
        {
        }
    }

    private async Task<bool> ShowAsync()
    {
        try
        {
            return await IsServedAsync() is { } dead ? await OfferRescueAsync(dead) : await OfferAsync();
        }
        catch (IOException failure)
        {
            _terminal.Warning(failure.Message);
            return await _terminal.AskAsync("Enter goes on. ") is not null;
        }
    }

    /// <summary>Null when the daemon answers, else the reason; prints the head of the page.</summary>
    private async Task<string?> IsServedAsync()
    {
        try
        {
            JsonElement server = await parts.Service.GetAsync("/api/server-info");
            JsonElement password = await parts.Service.GetAsync("/api/first-password");
            JsonElement boots = await parts.Service.GetAsync("/api/boots");
            ShowHead(server, password, boots);
            return null;
        }
        catch (ServiceGoneException gone)
        {
            return gone.Message;
        }
    }

    private void ShowHead(JsonElement server, JsonElement password, JsonElement boots)
    {
        string address = server.GetText("address");
        JsonElement storage = server.GetProperty("storage");
        _terminal.Title(parts.Version, parts.Options.Admin.Port == 0 ? address : $"http://{address}:{parts.Options.Admin.Port}/");
        _terminal.Line($"Address   {address}");
        _terminal.Line($"DHCP      {server.GetText("dhcp_mode")}: {server.GetText("dhcp")}");
        _terminal.Line($"Storage   {Size.Of(storage.GetProperty("free").GetInt64())} of {Size.Of(storage.GetProperty("total").GetInt64())} free in {storage.GetText("folder")}");
        _terminal.Line(password.GetText("password") is { Length: > 0 } first
            ? $"Password  {password.GetText("username")} / {first}"
            : "Password  chosen by its owner");
        string label = "Booting  ";
        foreach (JsonElement boot in boots.EnumerateArray().Take(MachinesShown))
        {
            _terminal.Line($"{label} {boot.GetText("mac_address")}  {boot.GetText("text")}");
            label = "         ";
        }
    }

    private async Task<bool> OfferAsync()
    {
        _terminal.Line();
        _terminal.Line(" 1  Machines that boot           6  Log");
        _terminal.Line(" 2  Images and the menu          7  Capture the packets of a machine");
        _terminal.Line(" 3  Network and DHCP             8  Update this box");
        _terminal.Line(" 4  Lights and buttons           9  Start again, switch off");
        _terminal.Line(" 5  Password                     s  Shell");
        _terminal.Line();
        switch (await _terminal.AskAsync("Choice, or Enter to look again: "))
        {
            case null:
                return false;
            case "1":
                return await new MachinesPage(parts).ShowAsync();
            case "2":
                return await new ImagesPage(parts).ShowAsync();
            case "3":
                return await _network.ShowAsync();
            case "4":
                return await _lights.ShowAsync();
            case "5":
                return await new PasswordPage(parts).ShowAsync();
            case "6":
                return await _log.ShowAsync();
            case "7":
                return await new CapturePage(parts).ShowAsync();
            case "8":
                return await new UpdatePage(parts).ShowAsync();
            case "9":
                return await _power.ShowAsync();
            case var other:
                return Other(other);
        }
    }

    private async Task<bool> OfferRescueAsync(string reason)
    {
        _terminal.Title(parts.Version);
        _terminal.Warning("The service is not running, or does not answer.");
        _terminal.Paragraph(reason);
        _terminal.Line();
        _terminal.Line(" 3  Network and DHCP             9  Start again, switch off");
        _terminal.Line(" 6  Log                          s  Shell");
        _terminal.Line();
        switch (await _terminal.AskAsync("Choice, or Enter to look again: "))
        {
            case null:
                return false;
            case "3":
                return await _network.ShowAsync();
            case "6":
                return await _log.ShowAsync();
            case "9":
                return await _power.ShowAsync();
            case var other:
                return Other(other);
        }
    }

    private bool Other(string choice)
    {
        switch (choice)
        {
            case "":
                break;
            case "s":
                _terminal.Line("The shell; 'exit' comes back here.");
                parts.Run("/bin/sh", []);
                break;
            default:
                _terminal.Warning($"There is no choice '{choice}'.");
                break;
        }

        return true;
    }
}
