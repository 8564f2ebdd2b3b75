using System.Diagnostics;
using System.Globalization;

namespace Appliance.E2E.Rig;

/// <summary>The published daemon, running on a <see cref="Wire"/> with a configuration file of its own.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    /// <summary>A daemon that has to find an address of its own takes half of it.</summary>
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    /// <summary>The capabilities of configs/plugboot.service, as setpriv(1) takes them.</summary>
    private const string Confinement = "-all,+net_bind_service,+net_raw,+net_admin";

    private readonly Process _process;
    private readonly Task _reading;

    private Daemon(Process process, ConsoleLog log)
    {
        _process = process;
        Log = log;
        _reading = Task.WhenAll(log.ReadAsync(process.StandardOutput), log.ReadAsync(process.StandardError));
    }

    /// <summary>Standard output and standard error.</summary>
    public ConsoleLog Log { get; }

    public int ProcessId => _process.Id;

    /// <summary>Resident memory in KiB.</summary>
    public int ResidentKibibytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{ProcessId}/status")
                .First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <param name="wire">Where it serves.</param>
    /// <param name="name">Names its files in artifacts/e2e.</param>
    /// <param name="settings">Lines of its configuration beyond the wire and the folders.</param>
    /// <exception cref="TimeoutException">It did not get ready; the message shows its log.</exception>
    public static Task<Daemon> StartAsync(Wire wire, string name, params string[] settings) =>
        StartAsync(wire, name, [Repository.Daemon], settings);

    /// <summary>The same with no more capabilities than plugboot.service gives it.</summary>
    /// <exception cref="TimeoutException">It did not get ready; the message shows its log.</exception>
    public static Task<Daemon> StartConfinedAsync(Wire wire, string name) =>
        StartAsync(wire, name, ["setpriv", "--no-new-privs", "--bounding-set", Confinement, "--inh-caps", Confinement, Repository.Daemon], []);

    /// <summary>The same with a state folder on a disk that is too small for the leases of a hundred clients.</summary>
    /// <exception cref="TimeoutException">It did not get ready; the message shows its log.</exception>
    public static Task<Daemon> StartOnFullDiskAsync(Wire wire, string name, params string[] settings)
    {
        // ip netns exec has mounts of its own: this one is gone with the daemon.
        string folder = Directory.CreateDirectory(StateFolder(name)).FullName;
        string mount = $"mount -t tmpfs -o size=36k none '{folder}' && exec \"$@\"";
        return StartAsync(wire, name, ["sh", "-c", mount, "sh", Repository.Daemon], settings, keepState: true);
    }

    /// <summary>Runs it to its end, confined like that, with a configuration that it cannot start with.</summary>
    public static Task<CommandResult> TryServeAsync(Wire wire, params string[] arguments) => HostCommand.TryRunAsync(
        "ip", ["netns", "exec", wire.Server, "setpriv", "--bounding-set", Confinement, "--inh-caps", Confinement, Repository.Daemon, "serve", .. arguments]);

    /// <summary>The same with the leases that the last daemon of that name has left.</summary>
    /// <exception cref="TimeoutException">It did not get ready; the message shows its log.</exception>
    public static Task<Daemon> RestartAsync(Wire wire, string name, params string[] settings) =>
        StartAsync(wire, name, [Repository.Daemon], settings, keepState: true);

    /// <summary>Where the daemon of that name keeps its leases.</summary>
    public static string StateFolder(string name) => Path.Combine(Repository.Logs, name + ".state");

    private static async Task<Daemon> StartAsync(Wire wire, string name, string[] command, string[] settings, bool keepState = false)
    {
        string configuration = Path.Combine(Repository.Logs, name + ".conf");
        string state = StateFolder(name);
        if (!keepState && Directory.Exists(state))
        {
            Directory.Delete(state, recursive: true);
        }

        await File.WriteAllLinesAsync(configuration, [
            $"interface = {Wire.Bridge}",
            $"address = {Wire.ServerAddress}/24",
            $"media = {Repository.Media}",
            $"loaders = {Repository.Loaders}",
            $"state = {state}",
            // The wire is known to be ours, and clients come at once; who shares it says so in the settings that follow.
            "dhcp-mode = server",
            .. settings,
        ]);
        Process process = wire.StartBesideBridge(command[0], [.. command[1..], "serve", "--config", configuration]);
        var daemon = new Daemon(process, new ConsoleLog(name + ".daemon"));
        try
        {
            await daemon.Log.WaitForAsync("plugboot: ready in [0-9]+ ms", ReadyDeadline);
            return daemon;
        }
        catch (TimeoutException)
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end (SIGTERM) and returns its exit status.</summary>
    /// <exception cref="OperationCanceledException">It did not end in time.</exception>
    public async Task<int> StopAsync()
    {
        await HostCommand.RunAsync("kill", "-TERM", ProcessId.ToString(CultureInfo.InvariantCulture));
        using var deadline = new CancellationTokenSource(StopDeadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once (SIGKILL), as a crash or the power would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await StopAsync();
            }
        }
        finally
        {
            _process.Kill(entireProcessTree: true);
            await _reading;
            Log.Dispose();
            _process.Dispose();
        }
    }
}
