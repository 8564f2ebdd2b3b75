using System.Collections.Immutable;
using System.Globalization;

namespace Appliance.Formats.BootConfig;

/// <summary>
/// Reads GRUB 2 menus as far as their Linux entries need it: <c>menuentry</c>, <c>submenu</c>, <c>linux</c> and
/// <c>initrd</c> in all spellings, <c>set</c>, variables, <c>source</c>, <c>configfile</c>, <c>eval</c>, line
/// continuations. Conditions are not evaluated: both branches are read, because an entry too many is better than one that
/// is missing; a loop is read once, for the first of its words.
/// Source: GNU GRUB manual, "Shell-like scripting".
/// </summary>
public sealed class GrubConfig
{
    private static readonly string[] LinuxCommands = ["linux", "linuxefi", "linux16"];
    private static readonly string[] InitrdCommands = ["initrd", "initrdefi", "initrd16"];

    /// <summary>Options of <c>menuentry</c> and <c>submenu</c> whose value is the next word.</summary>
    private static readonly string[] OptionsWithValue = ["--class", "--users", "--hotkey", "--source", "--id"];

    private readonly ReadConfigFile _read;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly List<BootConfigEntry> _entries = [];

    /// <summary>The sub-menus that are open, outermost last, with the braces that were open before each.</summary>
    private readonly Stack<(string Title, int Braces)> _submenus = new();
    private int _files;
    private int _evaluations;

    /// <summary>Open braces now, and how many there were before the entry that is being read.</summary>
    private int _braces;
    private int _entryBraces;
    private string? _title;
    private string? _kernel;
    private string _parameters = "";
    private ImmutableArray<string> _initrds = [];

    private GrubConfig(ReadConfigFile read) => _read = read;

    /// <summary>The Linux entries of the menu at <paramref name="path"/>; empty when there is no such file.</summary>
    public static ImmutableArray<BootConfigEntry> Read(string path, ReadConfigFile read)
    {
        var config = new GrubConfig(read);
        config.ReadFile(path, 0);
        config.FinishEntry();
        return config.Entries();
    }

    private void ReadFile(string path, int depth)
    {
        if (depth > BootConfigLimits.MaxDepth || ++_files > BootConfigLimits.MaxFiles || _read(path) is not { } text)
        {
            return;
        }

        _variables["prefix"] = ConfigPath.Folder(path);
        ReadScript(ConfigPath.Folder(path), text, depth);
    }

    private void ReadScript(string folder, string text, int depth)
    {
        foreach (GrubCommand command in GrubCommand.ReadAll(text.AsMemory(0, Math.Min(text.Length, BootConfigLimits.MaxCharacters)), Expand))
        {
            ReadCommand(folder, command, depth);
        }
    }

    private void ReadCommand(string folder, GrubCommand command, int depth)
    {
        ImmutableArray<string> words = command.Words;
        if (words[0] is "then" or "else" or "do")
        {
            words = words.RemoveAt(0);
        }

        if (words.IsEmpty)
        {
            return;
        }

        switch (words[0])
        {
            case "menuentry" when words.Length > 1:
                FinishEntry();
                (_title, _entryBraces) = (TitleOf(words), _braces);
                break;
            case "submenu" when words.Length > 1 && _submenus.Count < BootConfigLimits.MaxDepth:
                FinishEntry();
                _submenus.Push((TitleOf(words), _braces));
                break;
            case "eval" when words.Length > 1 && depth < BootConfigLimits.MaxDepth && ++_evaluations <= BootConfigLimits.MaxEvaluations:
                ReadScript(folder, string.Join(' ', words.Skip(1)), depth + 1);
                break;
            case "for" when words.Length > 3 && words[2] == "in":
                Set(words[1], words[3]);
                break;
            case "{":
                _braces++;
                break;
            case "}":
                EndBlock();
                break;
            case "set" when words.Length > 1 && words[1].IndexOf('=', StringComparison.Ordinal) is > 0 and int equals:
                Set(words[1][..equals], words[1][(equals + 1)..]);
                break;
            case "source" or "configfile" or "." when words.Length > 1:
                ReadFile(ConfigPath.Resolve(folder, WithoutDevice(words[1])), depth + 1);
                break;
            case string linux when _title is not null && LinuxCommands.Contains(linux) && words.Length > 1:
                _kernel = ConfigPath.Resolve("", WithoutDevice(words[1]));
                _parameters = ConfigPath.Parameters(words.Skip(2));
                break;
            case string initrd when InitrdCommands.Contains(initrd):
                _initrds = [.. words.Skip(1).Select(static word => ConfigPath.Resolve("", WithoutDevice(word)))];
                break;
        }
    }

    /// <summary>Sets a variable; an over-long value is cut, or <c>set a=$a$a</c> would double it for ever.</summary>
    private void Set(string name, string value) =>
        _variables[name] = value.Length > BootConfigLimits.MaxVariable ? value[..BootConfigLimits.MaxVariable] : value;

    private void EndBlock()
    {
        _braces = Math.Max(_braces - 1, 0);
        if (_braces <= _entryBraces)
        {
            FinishEntry();
        }

        while (_submenus.TryPeek(out (string Title, int Braces) submenu) && _braces <= submenu.Braces)
        {
            _submenus.Pop();
        }
    }

    /// <summary>The first word that is neither an option nor its value.</summary>
    private static string TitleOf(ImmutableArray<string> words)
    {
        int at = 1;
        while (at < words.Length - 1 && words[at].StartsWith("--", StringComparison.Ordinal))
        {
            at += OptionsWithValue.Contains(words[at]) ? 2 : 1;
        }

        return words[Math.Min(at, words.Length - 1)];
    }

    /// <summary>Keeps the entry whose lines have been read, if it has a kernel.</summary>
    private void FinishEntry()
    {
        if (_title is not null && _kernel is not null && _entries.Count < BootConfigLimits.MaxEntries)
        {
            string title = string.Join(" > ", _submenus.Reverse().Select(static submenu => submenu.Title).Append(_title));
            _entries.Add(new BootConfigEntry(title, _kernel, _initrds, _parameters, IsDefault: false));
        }

        (_title, _kernel, _parameters, _initrds) = (null, null, "", []);
    }

    private ImmutableArray<BootConfigEntry> Entries()
    {
        string wanted = _variables.GetValueOrDefault("default", "0");
        bool isIndex = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int index);
        return [.. _entries.Select((entry, i) => entry with { IsDefault = isIndex ? i == index : entry.Title == wanted })];
    }

    /// <summary>A variable's value; unknown ones are empty, as in GRUB.</summary>
    private string Expand(string name) => name is "linux_cmd" or "initrd_cmd" && !_variables.ContainsKey(name)
        ? name[..^"_cmd".Length]
        : _variables.GetValueOrDefault(name, "");

    /// <summary>The path without a <c>(device)</c> before it; <c>((cd0))</c> comes of a variable that has its own.</summary>
    private static string WithoutDevice(string path) =>
        path.StartsWith('(') ? path[Math.Max(path.IndexOf('/', StringComparison.Ordinal), 0)..] : path;
}
