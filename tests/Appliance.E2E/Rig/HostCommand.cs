using System.ComponentModel;
using System.Diagnostics;

namespace Appliance.E2E.Rig;

/// <summary>What a finished command left behind.</summary>
/// <param name="ExitCode">Its status.</param>
/// <param name="Output">Standard output and standard error together.</param>
internal sealed record CommandResult(int ExitCode, string Output);

/// <summary>Runs programs of the host to their end.</summary>
internal static class HostCommand
{
    /// <summary>Longest that a command may take: a first run fetches packages.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Runs it and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed, is missing or took too long; the message holds its output.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        CommandResult result = await TryRunAsync(program, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: status {result.ExitCode}\n{result.Output}");
    }

    /// <summary>Runs it and returns how it ended.</summary>
    /// <exception cref="InvalidOperationException">It is missing or took too long.</exception>
    public static async Task<CommandResult> TryRunAsync(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, await output.WaitAsync(deadline.Token) + await error.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: not done after {Deadline}");
        }
    }

    /// <summary>Starts it with all three standard streams in our hands.</summary>
    /// <exception cref="InvalidOperationException">There is no such program.</exception>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Network tools live in the administrator's folders, which an ordinary shell does not search.
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin";
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{program}: not started");
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{program}: {missing.Message}; run board/common/host-packages.sh test", missing);
        }
    }
}
