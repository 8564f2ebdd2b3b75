using System.Globalization;
using System.Text.Json;

namespace Appliance.Terminal;

/// <summary>The images, which of them starts by itself, and after what time.</summary>
internal sealed class ImagesPage(ConsoleParts parts)
{
    private const string Local = "local";
    private const int PerPage = DumbTerminal.Rows - 4;

    private int _first;

    /// <summary>Shows them until somebody goes back; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        while (true)
        {
            JsonElement menu = await parts.Service.GetAsync("/api/theme");
            JsonElement[] images = [.. (await parts.Service.GetAsync("/api/images")).EnumerateArray()];
            _first = _first < images.Length ? _first : 0;
            Show(menu, images);
            string more = images.Length > PerPage ? ", m for more" : "";
            switch (await parts.Terminal.AskAsync($"Number that starts by itself, l: local disk, t: time{more}, 0 goes back: "))
            {
                case null:
                    return false;
                case "0":
                    return true;
                case "m":
                    _first += PerPage;
                    break;
                case "l":
                    await SetAsync(json => json.WriteString("default_menu_item", Local));
                    break;
                case "t":
                    await SetTimeAsync();
                    break;
                case var answer when int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 && number <= images.Length:
                    await SetAsync(json => json.WriteString("default_menu_item", images[number - 1].GetText("filename")));
                    break;
                case var answer:
                    parts.Terminal.Warning($"There is no choice '{answer}'.");
                    break;
            }
        }
    }

    private void Show(JsonElement menu, JsonElement[] images)
    {
        string chosen = menu.GetText("default_menu_item");
        string time = menu.GetText("menu_timeout");
        parts.Terminal.Title("Images and the menu", $"{images.Length} images");
        parts.Terminal.Line(time == "0" ? "Nothing starts by itself." : $"Starts by itself after {time} s: {(chosen == Local ? "the local disk" : chosen)}");
        parts.Terminal.Line();
        for (int i = _first; i < Math.Min(images.Length, _first + PerPage); i++)
        {
            string problem = images[i].GetText("problem");
            string what = problem.Length > 0 ? problem : images[i].GetText("kind");
            parts.Terminal.Line($"{i + 1,3}  {Size.Of(images[i].GetProperty("size").GetInt64()),8}  {images[i].GetText("filename")}  {what}");
        }

        parts.Terminal.Line();
    }

    private async Task SetTimeAsync()
    {
        if (await parts.Terminal.AskAsync("Seconds before it starts, 0 waits for ever: ") is not { } text)
        {
            return;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
        {
            await SetAsync(json => json.WriteNumber("menu_timeout", seconds));
        }
        else
        {
            parts.Terminal.Warning("That is no number of seconds.");
        }
    }

    private async Task SetAsync(Action<Utf8JsonWriter> field)
    {
        try
        {
            await parts.Service.SendAsync(HttpMethod.Put, "/api/theme", field);
        }
        catch (ServiceRefusedException refused)
        {
            parts.Terminal.Warning(refused.Message);
        }
    }
}
