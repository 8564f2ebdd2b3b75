using System.Text;

namespace Appliance.Options;

/// <summary>Changes values in the text of a settings file, and leaves all else as its owner wrote it. Pure.</summary>
public static class SettingsText
{
    /// <summary>Settings that may stand in the file once for each machine or network: which of them is meant cannot be said.</summary>
    private static readonly string[] Lists = ["dhcp-host", "dhcp-relay-subnet", "dhcp-option"];

    /// <summary>The text with one setting changed.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="name">The setting.</param>
    /// <param name="value">Its value; null: its default, for which its lines are taken out.</param>
    /// <exception cref="SettingValueException">It cannot be written so that it would be read again.</exception>
    public static string Change(string text, string name, string? value)
    {
        if (Lists.Contains(name))
        {
            throw new SettingValueException("stands in the file once for each: change it there");
        }

        string? line = value is null ? null : $"{name} = {Quote(value)}";
        var result = new StringBuilder();
        bool isWritten = line is null;
        foreach (ReadOnlySpan<char> old in text.AsSpan().TrimEnd("\r\n").EnumerateLines())
        {
            if (old.IsEmpty && result.Length == 0)
            {
                // Of an empty file, or at its head: nothing to keep.
                continue;
            }

            if (!Sets(old, name))
            {
                result.Append(old).Append('\n');
            }
            else if (!isWritten)
            {
                result.Append(line).Append('\n');
                isWritten = true;
            }
        }

        return (isWritten ? result : result.Append(line).Append('\n')).ToString();
    }

    private static bool Sets(ReadOnlySpan<char> line, string name)
    {
        int equals = line.IndexOf('=');
        return equals > 0 && line[..equals].Trim().Trim('\ufeff').SequenceEqual(name);
    }

    private static string Quote(string value)
    {
        if (value.Any(char.IsControl))
        {
            throw new SettingValueException("takes one line of text");
        }

        bool isPlain = value.Length > 0 && value.Trim() == value && value[0] is not ('"' or '#') && !value.Contains(" #", StringComparison.Ordinal);
        return isPlain ? value
            : value.Contains('"', StringComparison.Ordinal) ? throw new SettingValueException("takes no quotation marks beside blanks or '#'")
            : $"\"{value}\"";
    }
}
