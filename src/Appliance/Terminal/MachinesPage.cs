using System.Text.Json;

namespace Appliance.Terminal;

/// <summary>The latest boots, each with what is to be said of it.</summary>
internal sealed class MachinesPage(ConsoleParts parts)
{
    /// <summary>Boots on a page: each takes up to four lines.</summary>
    private const int PerPage = 4;

    /// <summary>Shows them until somebody has seen enough; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        while (true)
        {
            JsonElement[] boots = [.. (await parts.Service.GetAsync("/api/boots")).EnumerateArray()];
            parts.Terminal.Title("Machines that boot", boots.Length > PerPage ? $"the latest {PerPage} of {boots.Length}" : "");
            foreach (JsonElement boot in boots.Take(PerPage))
            {
                ShowBoot(boot);
            }

            if (boots.Length == 0)
            {
                parts.Terminal.Line("None has asked yet. Connect a PC to this box, and choose network boot.");
            }

            parts.Terminal.Line();
            switch (await parts.Terminal.AskAsync("Enter looks again, 0 goes back: "))
            {
                case null:
                    return false;
                case "0":
                    return true;
            }
        }
    }

    private void ShowBoot(JsonElement boot)
    {
        string size = Size.Of(boot.GetProperty("bytes").GetInt64());
        parts.Terminal.Line($"{boot.GetText("mac_address")}  {boot.GetText("address")}  {boot.GetText("firmware")}, {size} loaded");
        parts.Terminal.Paragraph(boot.GetText("text"), indent: 4);
        if (boot.GetText("remedy") is { Length: > 0 } remedy)
        {
            parts.Terminal.Paragraph(remedy, indent: 4);
        }
    }
}
