using System.Globalization;
using System.Text;

namespace Appliance.Formats.Ipxe;

/// <summary>
/// Writes an iPXE script line by line. Titles and parameters are escaped here (<see cref="IpxeText"/>); labels and
/// settings are words of our own and must be plain.
/// </summary>
public sealed class IpxeScript
{
    private readonly StringBuilder _text = new("#!ipxe\n");

    /// <summary>A line of our own words, written as it is.</summary>
    public IpxeScript Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public IpxeScript Label(string label) => Line($":{Word(label)}");

    public IpxeScript Goto(string label) => Line($"goto {Word(label)}");

    /// <summary>Prints a line on the client's screen.</summary>
    public IpxeScript Echo(string text) => Line($"echo -- {IpxeText.Plain(text)}".TrimEnd());

    public IpxeScript Menu(string title) => Line($"menu -- {IpxeText.Plain(title)}");

    /// <summary>A line of the menu that can be chosen.</summary>
    /// <param name="label">Where the choice goes.</param>
    /// <param name="title">Text on the line.</param>
    /// <param name="key">Short-cut key, or null.</param>
    public IpxeScript Item(string label, string title, char? key = null) =>
        Line($"item {(key is null ? "" : $"--key {key} ")}{Word(label)} {IpxeText.Plain(title)}");

    /// <summary>A line of the menu that cannot be chosen: a heading, or an explanation.</summary>
    public IpxeScript Gap(string title = "") => Line(title.Length == 0 ? "item --gap" : $"item --gap -- {IpxeText.Plain(title)}");

    /// <summary>Shows the menu and goes to the label that was chosen; Escape goes to <paramref name="escape"/>.</summary>
    /// <param name="selected">Label that is highlighted, or null for the first.</param>
    /// <param name="timeout">Time before it starts by itself, or null for never.</param>
    /// <param name="escape">Label for Escape.</param>
    public IpxeScript Choose(string? selected, TimeSpan? timeout, string escape)
    {
        string chosen = selected is null ? "" : $"--default {Word(selected)} ";
        string wait = timeout is null ? "" : string.Create(CultureInfo.InvariantCulture, $"--timeout {timeout.Value.TotalMilliseconds:0} ");
        return Line($"choose {chosen}{wait}target && goto ${{target}} || goto {Word(escape)}");
    }

    public override string ToString() => _text.ToString();

    /// <summary>The script as it is sent.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Word(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? word
            : throw new ArgumentException($"'{word}' is no label", nameof(word));
}
