using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Appliance.Board;
using Appliance.Capture;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Status;
using Appliance.Terminal;
using Microsoft.Win32.SafeHandles;

namespace Appliance;

/// <summary><c>plugboot console</c>: the settings console on the terminal that it is started on.</summary>
internal static class ConsoleCommand
{
    /// <param name="options">The settings.</param>
    /// <param name="configPath">The settings file.</param>
    /// <param name="hasColour">Whether the terminal knows colours.</param>
    public static async Task<int> RunAsync(ApplianceOptions options, string configPath, bool hasColour)
    {
        // Noise on the line must not end it.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, static signal => signal.Cancel = true);
        using var service = new ControlClient(options.Admin.ControlSocket);

        // The kernel's own lines: the console class would edit them itself, and hangs when noise looks like signals and keys.
        using var input = new SafeFileHandle(0, ownsHandle: false);
        using var keys = new FileStream(input, FileAccess.Read, bufferSize: 0);
        using Stream screen = Console.OpenStandardOutput();
        var terminal = new DumbTerminal(keys, screen, hasColour);
        await new SettingsConsole(new ConsoleParts(terminal, service, SettingsFile.Of(configPath), options)
        {
            Version = CommandLine.Version(),
            CaptureAsync = (station, file, end) => CaptureAsync(options, station, file, end),
            Update = static (file, output, errors) => UpdateCommand.Run(VerbArguments.None with { Operand = file }, output, errors),
            Run = (program, arguments) => Run(terminal, program, arguments),
        }).RunAsync();
        return 0;
    }

    private static async Task<string> CaptureAsync(ApplianceOptions options, MacAddress station, string file, Task end)
    {
        try
        {
            NetworkOptions network = options.Network;
            await using var capture = new ClientCapture(HostNetwork.FindInterface(network.Interface, network.Address, network.PrefixLength), TimeProvider.System);
            await using FileStream into = File.Create(file);
            capture.Start(station);
            await end;
            await capture.StopAsync();
            await into.WriteAsync(capture.Read());
            return $"{capture.Count} frames are in {file}";
        }
        catch (Exception failure) when (failure is StartException or IOException or UnauthorizedAccessException)
        {
            return $"Nothing was captured: {failure.Message}";
        }
    }

    private static void Run(DumbTerminal terminal, string program, string[] arguments)
    {
        try
        {
            using Process started = Process.Start(program, arguments);
            started.WaitForExit();
        }
        catch (Win32Exception missing)
        {
            terminal.Warning($"{program} cannot be started: {missing.Message}");
        }
    }
}
