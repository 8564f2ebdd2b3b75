using System.Globalization;
using System.Text;

namespace Appliance.Formats.Grub;

/// <summary>
/// Writes a GRUB script line by line, indented by its blocks. Titles are quoted here (<see cref="GrubText"/>); identifiers
/// and settings are words of our own and must be plain.
/// </summary>
public sealed class GrubScript
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A line of our own words, written as it is.</summary>
    public GrubScript Line(string line)
    {
        _text.Append(' ', _depth * 2).Append(line).Append('\n');
        return this;
    }

    /// <summary>Prints a line on the client's screen.</summary>
    public GrubScript Echo(string text) => Line($"echo {GrubText.Quote(text)}");

    /// <summary>Opens an entry of the menu; <see cref="End"/> closes it.</summary>
    /// <param name="id">Name by which the default is chosen.</param>
    public GrubScript Entry(string id, string title, char? key = null)
    {
        string hotkey = key is null ? "" : string.Create(CultureInfo.InvariantCulture, $" --hotkey={key}");
        return Open($"menuentry {GrubText.Quote(title)} --id {Word(id)}{hotkey} {{");
    }

    /// <summary>Opens a menu inside the menu; <see cref="End"/> closes it.</summary>
    public GrubScript Submenu(string id, string title) => Open($"submenu {GrubText.Quote(title)} --id {Word(id)} {{");

    /// <summary>Opens a block that is run when the command succeeds; <see cref="EndIf"/> closes it.</summary>
    public GrubScript If(string command) => Open($"if {command}; then");

    /// <summary>Goes on with what is run when the command of <see cref="If"/> fails.</summary>
    public GrubScript Else()
    {
        _depth--;
        return Open("else");
    }

    /// <summary>Opens a function, whose arguments are <c>$1</c>, <c>$2</c> and so on; <see cref="End"/> closes it.</summary>
    public GrubScript Function(string name) => Open($"function {Word(name)} {{");

    public GrubScript End() => Close("}");

    public GrubScript EndIf() => Close("fi");

    public override string ToString() => _text.ToString();

    /// <summary>The script as it is sent.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private GrubScript Open(string line)
    {
        Line(line);
        _depth++;
        return this;
    }

    private GrubScript Close(string word)
    {
        _depth--;
        return Line(word);
    }

    private static string Word(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? word
            : throw new ArgumentException($"'{word}' is no identifier", nameof(word));
}
