using System.Globalization;
using Appliance.Options;

namespace Appliance.Terminal;

/// <summary>Some settings of the owner's file, to look at and to change; works without the daemon.</summary>
/// <param name="title">What they are about.</param>
/// <param name="names">Which they are.</param>
internal sealed class SettingsPage(ConsoleParts parts, string title, string[] names)
{
    private readonly Setting[] _settings = [.. names.Select(static name => Settings.All.Single(setting => setting.Name == name))];

    /// <summary>Whether something was changed that the service does not know yet.</summary>
    private bool _isChanged;

    /// <summary>Shows them until somebody goes back; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        while (true)
        {
            Dictionary<string, string> values = parts.Settings.Read();
            parts.Terminal.Title(title, _isChanged ? "changed: 9 starts the service with it" : "");
            for (int i = 0; i < _settings.Length; i++)
            {
                Setting setting = _settings[i];
                string value = values.TryGetValue(setting.Name, out string? own) ? own : $"({setting.Example})";
                parts.Terminal.Line($"{i + 1,2}  {setting.Name,-18} {value}");
            }

            parts.Terminal.Line();
            parts.Terminal.Line("In brackets: not set, which is the default.");
            switch (await parts.Terminal.AskAsync("Number to change, 9 starts the service again, 0 goes back: "))
            {
                case null:
                    return false;
                case "0" or "":
                    return true;
                case "9":
                    await new PowerPage(parts).RestartAsync();
                    _isChanged = false;
                    return true;
                case var answer when int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 && number <= _settings.Length:
                    await ChangeAsync(_settings[number - 1]);
                    break;
                case var answer:
                    parts.Terminal.Warning($"There is no choice '{answer}'.");
                    break;
            }
        }
    }

    private async Task ChangeAsync(Setting setting)
    {
        parts.Terminal.Paragraph(setting.Help);
        string? value = await parts.Terminal.AskAsync($"{setting.Name}, - for the default, Enter leaves it: ");
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        try
        {
            parts.Settings.Change([new(setting.Name, value == "-" ? null : value)]);
            _isChanged = true;
        }
        catch (SettingValueException mistake)
        {
            parts.Terminal.Paragraph($"Not changed: {mistake.Message}");
        }
    }
}
