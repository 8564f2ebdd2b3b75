using System.Collections.Immutable;

namespace Appliance.Formats.BootConfig;

/// <summary>
/// Reads the iPXE script that lies beside netboot files, such as NixOS' <c>netboot.ipxe</c>: <c>kernel</c> and <c>initrd</c> with
/// relative names. What it leaves to settings (<c>${cmdline}</c>) is left out, and so is a kernel that lies elsewhere.
/// Source: iPXE src/hci/commands/image_cmd.c; nixpkgs nixos/modules/installer/netboot/netboot.nix.
/// </summary>
public static class IpxeConfig
{
    private const string Title = "netboot";

    /// <summary>The Linux entries of the script at <paramref name="path"/>; empty when there is no such file.</summary>
    public static ImmutableArray<BootConfigEntry> Read(string path, ReadConfigFile read)
    {
        string folder = ConfigPath.Folder(path);
        var entries = ImmutableArray.CreateBuilder<BootConfigEntry>();
        BootConfigEntry? open = null;
        foreach (string line in (read(path) ?? "").Split('\n').TakeWhile(_ => entries.Count < BootConfigLimits.MaxEntries))
        {
            string[] words = Words(line);
            switch (words.FirstOrDefault())
            {
                case "kernel" when IsHere(words):
                    open = new BootConfigEntry(Title, ConfigPath.Resolve(folder, words[1]), [], ConfigPath.Parameters(words.Skip(2)), entries.Count == 0);
                    break;
                case "kernel":
                    open = null;
                    break;
                case "initrd" when open is not null && IsHere(words) && open.Initrds.Length < BootConfigLimits.MaxFiles:
                    open = open with { Initrds = open.Initrds.Add(ConfigPath.Resolve(folder, words[1])) };
                    break;
                case "boot" when open is not null:
                    entries.Add(open);
                    open = null;
                    break;
            }
        }

        return open is null ? entries.ToImmutable() : [.. entries, open];
    }

    /// <summary>
    /// The command's own words: without options and their values, up to an operator or a comment, and without words that hold a
    /// setting.
    /// </summary>
    private static string[] Words(string line)
    {
        string[] words = [.. line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .TakeWhile(static word => word is not ("||" or "&&") && !word.StartsWith('#'))];
        var kept = new List<string>();
        for (int i = 0; i < words.Length; i++)
        {
            bool isOption = kept.Count == 1 && words[i].StartsWith('-');
            if (isOption)
            {
                // --name kernel, -n kernel, --timeout 500; --autofree has no value.
                i += words[i] is "--autofree" or "-a" || words[i].Contains('=', StringComparison.Ordinal) ? 0 : 1;
            }
            else if (!words[i].Contains("${", StringComparison.Ordinal))
            {
                kept.Add(words[i]);
            }
        }

        return [.. kept];
    }

    private static bool IsHere(string[] words) => words.Length > 1 && !words[1].Contains(':', StringComparison.Ordinal);
}
