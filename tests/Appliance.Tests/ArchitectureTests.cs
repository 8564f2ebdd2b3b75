using System.Text.RegularExpressions;

namespace Appliance.Tests;

/// <summary>The table of ARCHITECTURE.md, checked: edges -> Boot -> Images -> Catalog; all -> Formats; nothing points back.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Dhcp"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Tftp"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Http"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Nbd"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Nfs"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Capture"] = ["Interop"],
        ["Admin"] = ["Boot", "Images", "Catalog", "Capture", "Interop"],
        ["Doctor"] = ["Boot", "Images", "Catalog", "Interop"],
        ["Update"] = ["Interop"],
        ["Board"] = ["Update", "Interop"],
        ["Terminal"] = ["Board", "Interop"],
        ["Boot"] = ["Images", "Catalog"],
        ["Images"] = ["Catalog", "Interop"],
        ["Catalog"] = ["Interop"],
        ["Options"] = [],
        ["Status"] = [],
        ["Interop"] = [],
    };

    /// <summary>What every part may use: start-up configuration, what is shown, and the formats.</summary>
    private static readonly string[] ForAll = ["Options", "Status"];

    private static readonly string[] NoDependencies = ["Options", "Status", "Interop", "Catalog"];

    [Fact]
    public void Every_folder_of_the_daemon_is_in_the_table()
    {
        string[] folders = [.. Directory.GetDirectories(Source("Appliance")).Select(Path.GetFileName).OfType<string>()
            .Where(static name => name is not ("bin" or "obj" or "Properties" or "wwwroot"))];
        Assert.NotEmpty(folders);
        Assert.Empty(folders.Except(MayUse.Keys));
    }

    [Fact]
    public void A_folder_uses_only_what_the_table_allows()
    {
        var offences = new List<string>();
        foreach ((string folder, string[] allowed) in MayUse)
        {
            string[] all = [.. allowed, folder, .. NoDependencies.Contains(folder) ? [] : ForAll];
            foreach ((string file, string used) in Usings(Path.Combine(Source("Appliance"), folder)))
            {
                string part = used.Split('.')[0];
                bool mayUseFormats = folder is not ("Options" or "Status" or "Catalog");
                if (part == "Formats" ? !mayUseFormats : !all.Contains(part))
                {
                    offences.Add($"{file}: using Appliance.{used}");
                }
            }
        }

        Assert.Empty(offences);
    }

    [Fact]
    public void Formats_use_nothing_of_ours_and_do_no_input_or_output()
    {
        string[] offences = [.. Directory.EnumerateFiles(Source("Appliance.Formats"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadLines(file).Where(static line => ForbiddenInFormats().IsMatch(line)).Select(line => $"{file}: {line.Trim()}"))];
        Assert.Empty(offences);
    }

    [Fact]
    public void Native_calls_are_only_in_Interop()
    {
        string[] offences = [.. Directory.EnumerateFiles(Source("Appliance"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/Interop/", StringComparison.Ordinal))
            .Where(static file => File.ReadAllText(file) is { } text && (text.Contains("LibraryImport", StringComparison.Ordinal) || text.Contains("DllImport", StringComparison.Ordinal)))];
        Assert.Empty(offences);
    }

    [GeneratedRegex(@"(?<![.\w])(File\.|Directory\.|Console\.|Environment\.|DateTime(Offset)?\.(Utc)?Now|FileStream\b|Socket\b|Stopwatch\b|TimeProvider\b|ILogger\b|Process\.)|using (Appliance\.(?!Formats)|System\.IO(?!\.Compression;)|System\.Net\.Sockets|Microsoft)")]
    private static partial Regex ForbiddenInFormats();

    [GeneratedRegex(@"^\s*using (?:static )?Appliance\.([A-Za-z0-9_.]+);")]
    private static partial Regex UsingOfOurs();

    private static IEnumerable<(string File, string Used)> Usings(string folder) =>
        !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadLines(file).Select(line => UsingOfOurs().Match(line)).Where(static match => match.Success)
                .Select(match => (file, match.Groups[1].Value)));

    private static string Source(string project)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "appliance.sln")))
            {
                return Path.Combine(folder.FullName, "src", project);
            }
        }

        throw new DirectoryNotFoundException("appliance.sln is in no folder above the tests");
    }
}
