using System.Text.Json;

namespace Appliance.Terminal;

/// <summary>The log as it grows: the daemon's, or what the system has kept of it.</summary>
internal sealed class LogPage(ConsoleParts parts)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Follows it until Enter; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        parts.Terminal.Title("Log", "Enter goes back");
        try
        {
            await FollowAsync();
        }
        catch (ServiceGoneException)
        {
            // As BusyBox' syslogd keeps it in memory (overlay/etc/inittab), or systemd's journal.
            parts.Run("/bin/sh", ["-c", "{ logread 2>/dev/null || journalctl --unit plugboot --lines 50 --no-pager; } | tail -n 19"]);
            return await parts.Terminal.AskAsync("Enter goes back. ") is not null;
        }

        return true;
    }

    private async Task FollowAsync()
    {
        long last = 0;
        do
        {
            JsonElement lines = await parts.Service.GetAsync($"/api/logs?limit={DumbTerminal.Rows}&after={last}");
            foreach (JsonElement line in lines.EnumerateArray())
            {
                last = line.GetProperty("id").GetInt64();
                string mark = line.GetText("level") is "warning" or "error" ? "! " : "  ";
                parts.Terminal.Paragraph(mark + line.GetProperty("at").GetDateTimeOffset().ToString("HH:mm:ss ", null) + line.GetText("text"));
            }
        }
        while (!await parts.Terminal.WaitForEnterAsync(Pause));
    }
}
