using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>A machine that runs the firmware image, on a <see cref="Wire"/>; its power is cut when disposed.</summary>
internal sealed class Machine : IAsyncDisposable
{
    /// <summary>The tap that it is plugged into.</summary>
    public const string Tap = "tap1";

    /// <summary>For a command that answers at once. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromMinutes(1);

    private readonly RunningQemu _qemu;
    private readonly string _monitor;
    private int _commands;

    private Machine(RunningQemu qemu, string monitor)
    {
        _qemu = qemu;
        _monitor = monitor;
    }

    /// <inheritdoc cref="RunningQemu.Console"/>
    public ConsoleLog Console => _qemu.Console;

    /// <param name="wire">Has <see cref="Tap"/>, and no address of its own.</param>
    /// <param name="kind">A machine of tests/rig/appliance.sh.</param>
    /// <param name="disk">Its disk.</param>
    /// <param name="name">Names its console's file in artifacts/e2e.</param>
    public static Machine PowerOn(Wire wire, string kind, Disk disk, string name) =>
        new(new RunningQemu(wire.StartBesideBridge(Repository.Script("tests/rig/appliance.sh"), kind, disk.Path, Tap), name), disk.Path + ".monitor");

    /// <summary>Runs a line in the shell of the console and returns what it printed, with whatever else the console showed meanwhile.</summary>
    /// <exception cref="TimeoutException">It did not end.</exception>
    /// <exception cref="InvalidOperationException">Its status was not 0; the message shows the console.</exception>
    /// <param name="expectAnswer">Whether the shell lives to say that it is done.</param>
    public async Task<string> RunAsync(string line, TimeSpan? deadline = null, bool expectAnswer = true)
    {
        await OpenShellAsync();
        string number = (++_commands).ToString(CultureInfo.InvariantCulture);
        int start = Console.Text.Length;
        // The console echoes what is typed: only the shell's own output has the sum.
        await _qemu.TypeAsync($"{line}; echo done-$(({number} + 1000)): $?\n");
        if (!expectAnswer)
        {
            return "";
        }

        int end = await Console.WaitForAsync($"done-{_commands + 1000}: [0-9]+\n", deadline ?? CommandDeadline, start);
        string shown = Console.Text[start..end];
        return shown.EndsWith(": 0\n", StringComparison.Ordinal) ? shown : throw new InvalidOperationException($"{line}:\n{shown}");
    }

    /// <summary>Plugs a USB stick in.</summary>
    public async Task PlugAsync(Disk stick)
    {
        await AskMonitorAsync($"drive_add 0 if=none,id=stick,format=raw,file={stick.Path}");
        await AskMonitorAsync("device_add usb-storage,bus=usb.0,id=stick,drive=stick");
    }

    /// <summary>Pulls it out, without a word to the machine.</summary>
    public Task PullAsync() => AskMonitorAsync("device_del stick");

    public ValueTask DisposeAsync() => _qemu.DisposeAsync();

    /// <summary>What is typed before is lost. A board without the daemon has a shell at once.</summary>
    private async Task OpenShellAsync()
    {
        const string Shell = "[/~] # ";
        const string Menu = "look again: ";
        await Console.WaitForAsync($"{Shell}|{Menu}", CommandDeadline);
        string shown = Console.Text;
        if (Regex.Match(shown, $"{Shell}|{Menu}", RegexOptions.RightToLeft).Value == Menu)
        {
            await _qemu.TypeAsync("s\n");
            await Console.WaitForAsync(Shell, CommandDeadline, shown.Length);
        }
    }

    private async Task AskMonitorAsync(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_monitor));
        using var monitor = new StreamReader(new NetworkStream(socket));
        await ReadPromptAsync(monitor);
        await socket.SendAsync(Encoding.ASCII.GetBytes(command + "\n"));
        string answer = await ReadPromptAsync(monitor);
        if (answer.Contains("Error", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{command}: {answer}");
        }
    }

    private static async Task<string> ReadPromptAsync(StreamReader monitor)
    {
        var text = new StringBuilder();
        char[] next = new char[1];
        while (!text.ToString().EndsWith("(qemu) ", StringComparison.Ordinal) && await monitor.ReadAsync(next) > 0)
        {
            text.Append(next[0]);
        }

        return text.ToString();
    }
}
