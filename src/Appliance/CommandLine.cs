using System.Reflection;
using System.Text;
using Appliance.Board;
using Appliance.Options;

namespace Appliance;

/// <summary>What the program was asked to do, with every setting it was given.</summary>
/// <param name="Verb">One of the verbs that the help lists.</param>
/// <param name="Options">The options; usable only when there are no mistakes.</param>
/// <param name="Mistakes">What is wrong with the settings, a line each.</param>
internal sealed record CommandLine(string Verb, ApplianceOptions Options, IReadOnlyList<string> Mistakes)
{
    /// <summary>Flag of <c>scan</c>: the one image that it is to explain.</summary>
    private const string ExplainFlag = "explain";

    /// <summary>The settings file that is read when none is named; it need not exist.</summary>
    public const string DefaultConfig = SettingsFile.DefaultPath;

    private static readonly string[] Verbs = ["serve", "scan", "extract", "wake", "capture", "update", "console", "images", "clients", "settings", "password", "restart", "doctor", "help", "version"];

    /// <summary>What the verb was given besides settings.</summary>
    public VerbArguments Arguments { get; init; } = VerbArguments.None;

    /// <summary>The settings file; it need not exist.</summary>
    public string ConfigPath { get; private init; } = DefaultConfig;

    /// <summary>The image that <c>scan</c> explains, or null.</summary>
    public string? Explain { get; private init; }

    /// <summary>Reads arguments, environment and settings file; later ones win: file, environment, arguments.</summary>
    public static CommandLine Read(string[] arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var mistakes = new List<string>();
        string verb = arguments.Length == 0 ? "help" : arguments[0] switch
        {
            "--help" or "-h" => "help",
            "--version" or "-V" => "version",
            _ => arguments[0],
        };
        if (verb is "help" or "version" || arguments.Contains("--help"))
        {
            return new CommandLine(verb is "version" ? verb : "help", new ApplianceOptions(), []);
        }

        if (!Verbs.Contains(verb))
        {
            return new CommandLine(verb, new ApplianceOptions(), [$"'{Printable.Text(verb)}' is no command; there are: {string.Join(", ", Verbs)}"]);
        }

        (VerbArguments own, string[] rest) = VerbArguments.Take(verb, arguments[1..], mistakes);
        List<SettingValue> flags = SettingSource.FromArguments(rest, mistakes);
        List<SettingValue> variables = SettingSource.FromEnvironment(environment);
        string? explain = verb is "scan" ? flags.Where(static flag => flag.Name == ExplainFlag).Select(static flag => flag.Value).LastOrDefault() : null;
        flags.RemoveAll(flag => explain is not null && flag.Name == ExplainFlag);
        string? named = flags.Concat(variables).Where(static value => value.Name == "config").Select(static value => value.Value).FirstOrDefault();
        IEnumerable<SettingValue> values = ReadConfig(named, mistakes)
            .Concat(variables)
            .Concat(flags)
            .Where(static value => value.Name != "config");
        return new CommandLine(verb, OptionsReader.Read(values, mistakes), mistakes) { Arguments = own, Explain = explain, ConfigPath = named ?? DefaultConfig };
    }

    /// <summary>The text of <c>--help</c>, made from the table of settings.</summary>
    public static string Help()
    {
        var text = new StringBuilder("""
            plugboot: boots PCs over the network out of ISO files.

            usage: plugboot serve [--config FILE] [--SETTING VALUE]...   serve until stopped
                   plugboot scan [--verify] [...]
                                             list the images and how each is booted; --verify reads each through
                                             and compares it with the SHA256SUMS beside it
                   plugboot scan --explain FILE.iso
                                             all about one image: what it is, why, and each way to boot it
                   plugboot extract IMAGE [--remove] [...]
                                             copy kernel, initrd and file systems out of an image into its folder,
                                             or remove them again
                   plugboot extract ARCHIVE --into FOLDER
                                             unpack a netboot archive: tar, tar.gz, tar.xz, tar.zst
                   plugboot wake MAC [...]   switch a machine on that has Wake-on-LAN
                   plugboot capture MAC --into FILE.pcap [...]
                                             write down what one machine sends and is sent, until Ctrl-C
                   plugboot update FILE      on the firmware image: write a signed update to the slot that is not
                                             running, for the next boot to try; --confirm keeps the running one
                   plugboot console          settings, machines that boot, log: menus on this terminal
                   plugboot images | clients [--json]
                                             what the running service has
                   plugboot settings [NAME=VALUE] [--json]
                                             the settings file, or one setting of it; NAME= for its default
                   plugboot password [--json]
                                             make a new password for the account admin
                   plugboot restart          start the service again, with the settings as they are now
                   plugboot doctor [...]     check ports, address, folders and permissions
                   plugboot version | help

            Settings are read from the file (/etc/plugboot/plugboot.conf unless --config names another) as
            "name = value" lines, then from the environment as PLUGBOOT_NAME, then from the command line.


            """);
        foreach (Setting setting in Settings.All)
        {
            text.Append("  ").Append(setting.Name.PadRight(30)).Append(setting.Help).Append(" [").Append(setting.Example).Append("]\n");
        }

        return text.Append("\nExit status: 0 stopped as asked, 1 failed while serving (or a command found a problem), 2 could not start.\n").ToString();
    }

    public static string Version() =>
        "plugboot " + typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private static List<SettingValue> ReadConfig(string? named, List<string> mistakes)
    {
        string path = named ?? DefaultConfig;
        try
        {
            return named is null && !File.Exists(path) ? [] : SettingSource.FromFile(path, File.ReadAllText(path), mistakes);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{Printable.Text(path)}: the settings file cannot be read: {unreadable.Message}");
            return [];
        }
    }
}
