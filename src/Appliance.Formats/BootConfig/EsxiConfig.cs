using System.Collections.Immutable;
using System.Text;
using Appliance.Formats.Ipxe;

namespace Appliance.Formats.BootConfig;

/// <summary>
/// <c>boot.cfg</c> of ESXi's loader: lines <c>name=value</c>, of which <c>kernel</c> names one file and <c>modules</c> several with
/// <c>---</c> between. On a disc they name files in its root; over the network the loader puts <c>prefix</c> before each.
/// Source: VMware ESXi Installation and Setup, "About the boot.cfg File".
/// </summary>
public static class EsxiConfig
{
    private const string Separator = "---";

    /// <summary>Modules that are read. ESXi 8 has some 110.</summary>
    private const int MaxModules = 1000;

    /// <summary>A word by which the installer looks for its disc.</summary>
    private const string FromDisc = "cdromBoot";

    /// <summary>The files that it names, the kernel first, without slashes before them.</summary>
    public static ImmutableArray<string> Files(string text) =>
    [
        .. Lines(text).Where(static line => line.Name is "kernel").Select(static line => FileOf(line.Value)),
        .. Lines(text).Where(static line => line.Name is "modules").SelectMany(static line => Modules(line.Value)).Select(FileOf),
    ];

    /// <summary>The same for a machine that boots over the network.</summary>
    /// <param name="text">The disc's own.</param>
    /// <param name="prefix">URL of the disc's root, without a slash at its end.</param>
    /// <param name="nameOf">How a file is really called; loaders and discs differ in case.</param>
    public static string ForNetwork(string text, string prefix, Func<string, string> nameOf)
    {
        var written = new StringBuilder();
        foreach ((string name, string value) in Lines(text).Where(static line => line.Name is not "prefix"))
        {
            written.Append(name).Append('=').Append(name switch
            {
                "kernel" => Rename(value, nameOf),
                "modules" => string.Join($" {Separator} ", Modules(value).Select(module => Rename(module, nameOf))),
                "kernelopt" => string.Join(' ', Words(value).Where(static word => !word.Equals(FromDisc, StringComparison.OrdinalIgnoreCase))),
                _ => value,
            }).Append('\n');
        }

        return written.Append("prefix=").Append(prefix).Append('\n').ToString();
    }

    private static IEnumerable<(string Name, string Value)> Lines(string text) => text.Split('\n')
        .Select(static line => line.Trim())
        .Where(static line => !line.StartsWith('#') && !line.Any(static c => char.IsControl(c) && c != '\t') && line.Contains('=', StringComparison.Ordinal))
        .Select(static line => (Name: line[..line.IndexOf('=', StringComparison.Ordinal)].Trim().ToLowerInvariant(),
            Value: line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim()));

    private static IEnumerable<string> Modules(string value) => value.Split(Separator, MaxModules + 1).Take(MaxModules)
        .Select(static module => module.Trim()).Where(static module => FileOf(module).Length > 0);

    /// <summary>A module may have words of its own behind its name.</summary>
    private static string FileOf(string module) => Words(module).FirstOrDefault("").TrimStart('/');

    private static string Rename(string module, Func<string, string> nameOf) =>
        string.Join(' ', [IpxeText.UrlPath(nameOf(FileOf(module))), .. Words(module).Skip(1)]);

    private static string[] Words(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
