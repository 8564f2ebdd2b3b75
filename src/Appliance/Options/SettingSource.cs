namespace Appliance.Options;

/// <summary>One value that somebody gave a setting, and where: what an error message has to point at.</summary>
/// <param name="Name">Setting name as in the file and on the command line, such as <c>dhcp-pool</c>.</param>
/// <param name="Value">The text given.</param>
/// <param name="Where">File and line, environment variable or flag, as shown to the user.</param>
public readonly record struct SettingValue(string Name, string Value, string Where);

/// <summary>Reads setting values from the three places that can hold them; all use one set of names.</summary>
public static class SettingSource
{
    /// <summary>Prefix of environment variables: <c>dhcp-pool</c> is <c>PLUGBOOT_DHCP_POOL</c>.</summary>
    public const string EnvironmentPrefix = "PLUGBOOT_";

    /// <summary>
    /// Reads <c>name = value</c> lines. <c>#</c> begins a comment at the start of a line or after a blank; blank lines are
    /// skipped; a value may stand in double quotes when blanks or a <c>#</c> matter.
    /// </summary>
    /// <param name="path">Path as shown in messages.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="mistakes">Receives one message for each line that cannot be read.</param>
    public static List<SettingValue> FromFile(string path, string text, List<string> mistakes)
    {
        var values = new List<SettingValue>();
        int number = 0;
        foreach (ReadOnlySpan<char> rawLine in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = rawLine.Trim().Trim('\ufeff');
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            int equals = line.IndexOf('=');
            if (equals <= 0)
            {
                mistakes.Add($"{path}:{number}: '{Printable.Text(line)}' is not a setting; write it as: name = value");
                continue;
            }

            string name = line[..equals].Trim().ToString();
            if (!TryReadValue(line[(equals + 1)..].Trim(), out string value))
            {
                mistakes.Add($"{path}:{number}: {Printable.Text(name)}: the closing quote is missing");
                continue;
            }

            values.Add(new SettingValue(name, value, $"{path}:{number}"));
        }

        return values;
    }

    /// <summary>Takes the variables that begin with <see cref="EnvironmentPrefix"/>.</summary>
    public static List<SettingValue> FromEnvironment(IEnumerable<KeyValuePair<string, string>> variables) =>
        [.. variables
            .Where(static variable => variable.Key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
            .OrderBy(static variable => variable.Key, StringComparer.Ordinal)
            .Select(static variable => new SettingValue(
                variable.Key[EnvironmentPrefix.Length..].ToLowerInvariant().Replace('_', '-'), variable.Value, $"environment {variable.Key}"))];

    /// <summary>Reads <c>--name value</c> and <c>--name=value</c>.</summary>
    /// <param name="arguments">Arguments after the verb.</param>
    /// <param name="mistakes">Receives one message for each argument that cannot be read.</param>
    public static List<SettingValue> FromArguments(IReadOnlyList<string> arguments, List<string> mistakes)
    {
        var values = new List<SettingValue>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                mistakes.Add($"argument '{Printable.Text(argument)}' is not understood; settings are given as --name value");
                continue;
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values.Add(new SettingValue(argument[2..equals], argument[(equals + 1)..], argument[..equals]));
            }
            else if (i + 1 < arguments.Count)
            {
                values.Add(new SettingValue(argument[2..], arguments[++i], argument));
            }
            else
            {
                mistakes.Add($"{Printable.Text(argument)}: its value is missing; write it as: {Printable.Text(argument)} value");
            }
        }

        return values;
    }

    private static bool TryReadValue(ReadOnlySpan<char> text, out string value)
    {
        if (!text.IsEmpty && text[0] == '"')
        {
            int close = text[1..].IndexOf('"');
            value = close < 0 ? "" : text.Slice(1, close).ToString();
            return close >= 0;
        }

        int comment = text.IndexOf(" #");
        value = (comment < 0 ? text : text[..comment]).Trim().ToString();
        return true;
    }
}
