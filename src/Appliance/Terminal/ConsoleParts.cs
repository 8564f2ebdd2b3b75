using Appliance.Board;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Terminal;

/// <summary>What the settings console works with.</summary>
/// <param name="Terminal">Where somebody sits.</param>
/// <param name="Service">The daemon.</param>
/// <param name="Settings">The owner's settings.</param>
/// <param name="Options">The settings as they were read, for what works without the daemon.</param>
internal sealed record ConsoleParts(DumbTerminal Terminal, ControlClient Service, SettingsFile Settings, ApplianceOptions Options)
{
    /// <summary>Shown with the title.</summary>
    public required string Version { get; init; }

    /// <summary>Captures one machine's frames into a file until the task that it is given has ended; returns what to say.</summary>
    public required Func<MacAddress, string, Task, Task<string>> CaptureAsync { get; init; }

    /// <summary>Writes an update to the slot that is not running; what it says goes to the writers; 0 when it is done.</summary>
    public required Func<string, TextWriter, TextWriter, int> Update { get; init; }

    /// <summary>Runs a program on this terminal until it ends.</summary>
    public required Action<string, string[]> Run { get; init; }
}
