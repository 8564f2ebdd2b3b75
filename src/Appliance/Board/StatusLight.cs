using System.Globalization;

namespace Appliance.Board;

/// <summary>
/// A light of the kernel's (/sys/class/leds). The kernel blinks it by its pattern trigger for <see cref="ArmedFor"/> and no
/// longer: who shows something has to say it again, and so a daemon that hangs lets the light go dark.
/// </summary>
/// <param name="name">Name of the light.</param>
/// <param name="root">Where lights are: /sys/class/leds.</param>
internal sealed partial class StatusLight(string name, ILogger log, string root = "/sys/class/leds")
{
    /// <summary>How long a pattern goes on by itself. 15 s: three times as long as it takes to be renewed.</summary>
    public static readonly TimeSpan ArmedFor = TimeSpan.FromSeconds(15);

    private readonly string _folder = Path.Combine(root, name);
    private bool _hasFailed;

    /// <summary>Shows a pattern from its beginning. A light that is not there is said once, and forgotten.</summary>
    public void Show(LightPattern pattern)
    {
        if (_hasFailed)
        {
            return;
        }

        try
        {
            int brightest = int.Parse(Read("max_brightness"), CultureInfo.InvariantCulture);
            if (!Read("trigger").Contains("[pattern]", StringComparison.Ordinal))
            {
                Write("trigger", "pattern");
            }

            // The count first: a pattern begins when it is written.
            int repeats = Math.Max(1, (int)(ArmedFor / pattern.Length));
            Write("repeat", repeats.ToString(CultureInfo.InvariantCulture));
            Write("pattern", pattern.ToTrigger(brightest));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            _hasFailed = true;
            LogFailed(log, name, failure.Message);
        }
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    [LoggerMessage(LogLevel.Warning, "the light {Name} cannot be used: {Reason}; set status-led to one of /sys/class/leds, or to none")]
    private static partial void LogFailed(ILogger log, string name, string reason);
}
