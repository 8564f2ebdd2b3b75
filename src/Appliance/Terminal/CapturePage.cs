using Appliance.Formats.Link;

namespace Appliance.Terminal;

/// <summary>Writes down what one machine sends and is sent, onto the media volume, where a PC reads it.</summary>
internal sealed class CapturePage(ConsoleParts parts)
{
    /// <summary>Asks for the machine; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        parts.Terminal.Title("Capture the packets of a machine");
        string? text = await parts.Terminal.AskAsync("Its hardware address, such as 52:54:00:12:34:56; Enter goes back: ");
        if (string.IsNullOrEmpty(text))
        {
            return text is not null;
        }

        if (!MacAddress.TryParse(text, out MacAddress station) || station.IsNone || station.IsGroup)
        {
            parts.Terminal.Warning("That is no hardware address of a machine.");
            return true;
        }

        string file = Path.Combine(parts.Options.Storage.Media, $"capture-{station.ToString().Replace(':', '-')}.pcap");
        Task<string?> end = parts.Terminal.AskAsync("Switch the machine on; Enter ends the capture. ");
        parts.Terminal.Line(await parts.CaptureAsync(station, file, end));
        return await end is not null;
    }
}
