using System.Collections;
using Appliance;
using Appliance.Doctor;
using Appliance.Status;

// The only place that sees the arguments and the environment.
IEnumerable<KeyValuePair<string, string>> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .Select(static variable => KeyValuePair.Create((string)variable.Key, variable.Value as string ?? ""));
CommandLine command = CommandLine.Read(args, environment);
foreach (string mistake in command.Mistakes)
{
    Console.Error.WriteLine($"plugboot: {mistake}");
}

// With these two a file is repaired that the service refuses.
if (command.Mistakes.Count > 0 && command.Verb is not ("console" or "settings"))
{
    return 2;
}

if (command.Verb is not "serve")
{
    command = command with { Options = BoxAddress.Current(command.Options) };
}

switch (command.Verb)
{
    case "help":
        Console.Out.Write(CommandLine.Help());
        return 0;
    case "version":
        Console.Out.WriteLine(CommandLine.Version());
        return 0;
    case "doctor":
        return DoctorReport.Print(new DoctorChecks(command.Options).Run(), Console.Out);
    case "wake":
        return WakeCommand.Run(command.Options, command.Arguments.Station, Console.Out, Console.Error);
    case "update":
        return UpdateCommand.Run(command.Arguments, Console.Out, Console.Error);
}

try
{
    return command switch
    {
        { Explain: { } image } => await ScanCommand.ExplainAsync(image, command.Options, Console.Out),
        { Verb: "scan" } => await ScanCommand.RunAsync(command.Options, command.Arguments.Verify, Console.Out),
        { Verb: "images" or "clients" or "settings" or "password" or "restart" } =>
            await ControlCommand.RunAsync(command, Console.Out, Console.Error),
        { Verb: "console" } => await ConsoleCommand.RunAsync(command.Options, command.ConfigPath, HasColour()),
        { Verb: "extract" } => await ExtractCommand.RunAsync(command.Options, command.Arguments, Console.Out, Console.Error),
        { Verb: "capture", Arguments: { Into: { } file } own } =>
            await CaptureCommand.RunAsync(command.Options, own.Station, file, Console.Out, Console.Error),
        _ => await Serve(),
    };
}
catch (StartException cannotStart)
{
    Console.Error.WriteLine($"plugboot: {cannotStart.Message}");
    return 2;
}

static bool HasColour() =>
    Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

async Task<int> Serve()
{
    using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), Environment.GetEnvironmentVariable("WATCHDOG_USEC"));
    bool forJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
    return await ServeCommand.RunAsync(command.Options, command.ConfigPath, notifier, forJournal);
}
