namespace Appliance.Options;

/// <summary>One setting: its name, what it means, and how its text changes the options.</summary>
/// <param name="Name">Name in the file and, with two dashes, on the command line.</param>
/// <param name="Example">A value as a user writes it: the default, or an example where there is none.</param>
/// <param name="Help">One line on what it does.</param>
/// <param name="Apply">Returns the options with the value set.</param>
public sealed record Setting(string Name, string Example, string Help, Func<ApplianceOptions, string, ApplianceOptions> Apply);

/// <summary>A value that a setting does not take; the message says what it takes.</summary>
public sealed class SettingValueException(string message) : Exception(message);
