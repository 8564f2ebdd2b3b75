using System.Globalization;
using System.Text.RegularExpressions;

namespace Appliance.E2E.Rig;

/// <summary>
/// A running Linux on the <see cref="Wire"/>, with Debian's kernel and its clients of NFS and NBD; commands are typed on
/// its serial console (tests/rig/linux-guest-init.sh).
/// </summary>
internal sealed class LinuxGuest : IAsyncDisposable
{
    /// <summary>Until it is up. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan BootDeadline = TimeSpan.FromMinutes(2);

    /// <summary>For one command, which may read a whole image.</summary>
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromMinutes(2);

    private readonly QemuPc _pc;
    private int _seen;
    private int _commands;

    private LinuxGuest(QemuPc pc) => _pc = pc;

    /// <summary>What the image that comes with the guest holds, as ordinary files.</summary>
    public static string Tree => Path.Combine(Folder, "tree");

    /// <summary>The library with that image.</summary>
    public static string Media => Path.Combine(Folder, "media");

    /// <summary>The image itself.</summary>
    public static string Image => Path.Combine(Media, "isos", "tree.iso");

    private static string Folder => Path.Combine(Path.GetDirectoryName(Repository.Media)!, "guest");

    /// <summary>Builds the guest and its image where they are missing, and switches it on.</summary>
    /// <exception cref="InvalidOperationException">It cannot be built; the message names the remedy.</exception>
    /// <exception cref="TimeoutException">It did not come up.</exception>
    public static async Task<LinuxGuest> StartAsync(Wire wire, string name)
    {
        await HostCommand.RunAsync(Repository.Script("tests/rig/linux-guest.sh"));
        var guest = new LinuxGuest(QemuPc.PowerOn(wire, "linux", name));
        try
        {
            await guest.AnswerAsync(BootDeadline);
            return guest;
        }
        catch (TimeoutException)
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a line of shell in it and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">Its status was not 0; the message holds its output.</exception>
    public async Task<string> RunAsync(string line)
    {
        CommandResult result = await TryRunAsync(line);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{line}: status {result.ExitCode}\n{result.Output}\n{(await TryRunAsync("dmesg | tail -n 15")).Output}");
    }

    /// <summary>The same, whatever its status is.</summary>
    public async Task<CommandResult> TryRunAsync(string line)
    {
        _commands++;
        await _pc.TypeAsync(line + "\n");
        return await AnswerAsync(CommandDeadline);
    }

    /// <summary>Forgets what it has read, so that it asks the server again.</summary>
    public Task DropCachesAsync() => RunAsync("echo 3 > /proc/sys/vm/drop_caches");

    /// <summary>Switches it off: it says goodbye to nobody.</summary>
    public ValueTask DisposeAsync() => _pc.DisposeAsync();

    private async Task<CommandResult> AnswerAsync(TimeSpan deadline)
    {
        int start = _seen;
        _seen = await _pc.Console.WaitForAsync($@"\n\[{_commands}: [0-9]+\]\n", deadline, start);
        Match end = Regex.Match(_pc.Console.Text[start.._seen], @"^(?<output>.*)\n\[[0-9]+: (?<status>[0-9]+)\]\n$", RegexOptions.Singleline);
        return new CommandResult(int.Parse(end.Groups["status"].Value, CultureInfo.InvariantCulture), end.Groups["output"].Value);
    }
}
