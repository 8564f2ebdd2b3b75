using System.Collections.Immutable;

namespace Appliance.Formats.BootConfig;

/// <summary>
/// Reads ISOLINUX/SYSLINUX menus: <c>LABEL</c>, <c>MENU LABEL</c>, <c>KERNEL</c>/<c>LINUX</c>, <c>INITRD</c>,
/// <c>APPEND</c>, <c>DEFAULT</c>, <c>MENU DEFAULT</c>, <c>INCLUDE</c>, <c>MENU INCLUDE</c>, <c>MENU BEGIN</c>, <c>MENU
/// TITLE</c>, <c>MENU END</c>, <c>CONFIG</c>. Keywords in any case. Entries
/// whose kernel is a COM32 module, a boot sector or a local disk are no kernels and are left out.
/// Source: Syslinux doc/syslinux.txt, doc/menu.txt.
/// </summary>
public sealed class SyslinuxConfig
{
    private static readonly string[] NotKernels = [".c32", ".cbt", ".bin", ".bs", ".bss", ".img", ".0", ".com"];

    private readonly ReadConfigFile _read;

    /// <summary>ISOLINUX's working folder: all its relative paths start there, in included files too.</summary>
    private readonly string _folder;
    private readonly List<Draft> _drafts = [];

    /// <summary>Titles of the sub-menus that are open, outermost last.</summary>
    private readonly Stack<string> _submenus = new();
    private string _globalAppend = "";
    private string _default = "";

    /// <summary>Files read, the first included.</summary>
    private int _files = 1;

    private SyslinuxConfig(ReadConfigFile read, string folder)
    {
        _read = read;
        _folder = folder;
    }

    /// <summary>The Linux entries of the menu at <paramref name="path"/>; empty when there is no such file.</summary>
    public static ImmutableArray<BootConfigEntry> Read(string path, ReadConfigFile read)
    {
        var config = new SyslinuxConfig(read, ConfigPath.Folder(path));
        config.ReadText(path, read(path), 0);
        return config.Entries();
    }

    private void Include(string from, string path, int depth)
    {
        if (depth > BootConfigLimits.MaxDepth || ++_files > BootConfigLimits.MaxFiles)
        {
            return;
        }

        // SYSLINUX 6 starts at the including file's folder where the working folder has no such file.
        string first = ConfigPath.Resolve(_folder, path);
        string second = ConfigPath.Resolve(ConfigPath.Folder(from), path);
        if (_read(first) is { } text)
        {
            ReadText(first, text, depth);
        }
        else if (second != first)
        {
            ReadText(second, _read(second), depth);
        }
    }

    private void ReadText(string path, string? text, int depth)
    {
        if (text is null)
        {
            return;
        }

        foreach (ReadOnlySpan<char> line in text.AsSpan(0, Math.Min(text.Length, BootConfigLimits.MaxCharacters)).EnumerateLines())
        {
            (string keyword, string rest) = Split(line.Trim());
            if (keyword == "menu")
            {
                (string second, rest) = Split(rest);
                keyword = "menu " + second;
            }

            if (keyword is "include" or "menu include" or "config")
            {
                Include(path, Split(rest, lower: false).Head, depth + 1);
            }
            else
            {
                ReadKeyword(keyword, rest);
            }
        }
    }

    private void ReadKeyword(string keyword, string rest)
    {
        Draft? draft = _drafts.Count > 0 ? _drafts[^1] : null;
        switch (keyword)
        {
            case "label" when _drafts.Count < BootConfigLimits.MaxEntries:
                _drafts.Add(new Draft { Label = rest, Submenus = string.Concat(_submenus.Reverse().Select(static title => title + " > ")) });
                break;
            case "menu begin" when _submenus.Count < BootConfigLimits.MaxDepth:
                _submenus.Push(rest);
                break;
            case "menu title" when _submenus.TryPop(out _):
                _submenus.Push(WithoutHotKey(rest));
                break;
            case "menu end":
                _submenus.TryPop(out _);
                break;
            case "default":
                _default = rest;
                break;
            case "append" when draft is null:
                _globalAppend = rest;
                break;
            case "append":
                draft.Append = rest == "-" ? "" : rest;
                break;
            case "kernel" or "linux" when draft is not null:
                draft.Kernel = rest;
                break;
            case "initrd" when draft is not null:
                draft.Initrd = rest;
                break;
            case "menu label" when draft is not null:
                draft.Title = WithoutHotKey(rest);
                break;
            case "menu default" when draft is not null:
                draft.IsDefault = true;
                break;
        }
    }

    private ImmutableArray<BootConfigEntry> Entries()
    {
        bool marked = _drafts.Exists(static draft => draft.IsDefault);
        return [.. _drafts.Where(static draft => IsKernel(draft.Kernel)).Select(draft => ToEntry(draft, marked))];
    }

    private BootConfigEntry ToEntry(Draft draft, bool marked)
    {
        // KERNEL may be followed by parameters: "linux vmlinuz quiet".
        (string kernel, string inline) = Split(draft.Kernel!, lower: false);
        string[] words = $"{inline} {draft.Append ?? _globalAppend}".Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string initrds = draft.Initrd
            ?? words.LastOrDefault(static word => word.StartsWith("initrd=", StringComparison.OrdinalIgnoreCase))?["initrd=".Length..]
            ?? "";
        return new BootConfigEntry(
            draft.Submenus + (draft.Title ?? draft.Label),
            ConfigPath.Resolve(_folder, kernel),
            [.. initrds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(initrd => ConfigPath.Resolve(_folder, initrd))],
            ConfigPath.Parameters(words),
            marked ? draft.IsDefault : draft.Label == _default);
    }

    private static string WithoutHotKey(string text) => text.Replace("^", "", StringComparison.Ordinal);

    private static bool IsKernel(string? kernel)
    {
        if (string.IsNullOrEmpty(kernel))
        {
            return false;
        }

        string path = Split(kernel, lower: false).Head;
        return !NotKernels.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    private static (string Head, string Tail) Split(ReadOnlySpan<char> line, bool lower = true)
    {
        int blank = line.IndexOfAny(' ', '\t');
        string first = (blank < 0 ? line : line[..blank]).ToString();
        string rest = blank < 0 ? "" : line[blank..].Trim().ToString();
        return (lower ? first.ToLowerInvariant() : first, rest);
    }

    /// <summary>An entry while its lines are being read.</summary>
    private sealed class Draft
    {
        public required string Label { get; init; }

        /// <summary>Titles of the sub-menus that it stands in.</summary>
        public required string Submenus { get; init; }

        public string? Title { get; set; }

        public string? Kernel { get; set; }

        public string? Initrd { get; set; }

        /// <summary>Null takes the global one.</summary>
        public string? Append { get; set; }

        public bool IsDefault { get; set; }
    }
}
