using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Appliance.Board;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Dhcp;
using Appliance.Dhcp.Ipv6;
using Appliance.Http;
using Appliance.Images;
using Appliance.Images.Extraction;
using Appliance.Images.Injection;
using Appliance.Images.Integrity;
using Appliance.Nbd;
using Appliance.Nfs;
using Appliance.Options;
using Appliance.Status;
using Appliance.Tftp;

namespace Appliance;

/// <summary>Puts the daemon together, runs it until a signal, takes it apart.</summary>
internal sealed partial class ServeCommand(ApplianceOptions options, string configPath, BoxAddress address, ILoggerFactory logs)
{
    /// <summary>How long the daemon goes on that was told to start again: whoever asked gets its answer.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(200);

    private readonly ILogger _log = logs.CreateLogger("plugboot");
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ServiceState _state = new();

    /// <summary>Serves until SIGTERM or SIGINT; returns the exit status.</summary>
    /// <exception cref="StartException">It cannot start as configured.</exception>
    public static async Task<int> RunAsync(ApplianceOptions options, string configPath, ServiceNotifier notifier, bool forJournal)
    {
        using var log = new LineLog(Console.OpenStandardOutput(), ToLogLevel(options.LogLevel), forJournal, TimeProvider.System);
        using var recent = new LogBuffer(TimeProvider.System, AdminPart.SecretCategory);
        using var logs = new LoggerFactory([log, recent]);
        var address = new BoxAddress(options, logs);
        return await new ServeCommand(await address.ResolveAsync(CancellationToken.None), configPath, address, logs).ServeAsync(notifier, recent);
    }

    private async Task<int> ServeAsync(ServiceNotifier notifier, LogBuffer recent)
    {
        string interfaceName = HostNetwork.FindInterface(options.Network.Interface, options.Network.Address, options.Network.PrefixLength);
        RequireReadable(options.Storage.Isos, "media");
        RequireReadable(options.Storage.Loaders, "loaders");
        RequireReadable(options.Storage.OwnLoaders, "media");
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop);

        using var library = new ImageLibrary(options.Storage, _time, logs.CreateLogger<ImageLibrary>());
        var loaders = new LoaderFiles(options.Storage);
        using var memory = MachineMemory.Open(options.Storage.State, _time, logs.CreateLogger<MachineMemory>());
        BootServices services = ServicesOf(options, loaders.Contains);
        var menus = new BootMenus(services, new ProfileFiles(options.Storage.OwnProfiles), options.Menu, _time) { Memory = memory };
        LogProfiles(menus.Profiles);
        var clients = new BootClients();
        using var nextBoots = NextBoots.Open(options.Storage.State, logs.CreateLogger<NextBoots>());
        var timeline = new BootTimeline(_time);
        var reports = new BootReports(menus, timeline, memory, _time);
        var files = new BootFiles(library, loaders, menus, clients, nextBoots, services.Injections, reports);
        loaders.Refresh();
        library.Changed += (_, _) => menus.Update(library.Current.Images);
        var chain = new LoaderChain(memory, _time);
        var watch = new BootWatch(clients, timeline, chain);
        BootFetchObserver seen = watch.See;
        await using var http = new HttpBootServer(options, files.TryOpen, logs, seen);
        await http.StartAsync(stop.Token);
        await using var admin = new AdminPart(
            options, interfaceName, library, loaders, menus, nextBoots, memory, timeline, recent, _state, () => stop.CancelAfter(AnswerTime), _time, logs);
        await admin.StartAsync(stop.Token);
        var board = new BoardPart(
            options,
            new BoardPart.Parts(
                interfaceName, _state, timeline, admin.Records, SettingsFile.Of(configPath),
                () => library.Current.Images.Select(static image => image.RelativePath), admin.ResetPassword, stop.CancelAfter),
            _time,
            logs);
        List<Task> parts =
        [
            .. options.Network.Addresses.Select(own =>
                new TftpServer(options, files.TryOpen, _time, logs.CreateLogger<TftpServer>(), seen, own).RunAsync(stop.Token)),
            new BootNarrator(timeline, _time, logs.CreateLogger<BootNarrator>()).RunAsync(stop.Token),
            new BootLearner(timeline, memory, _time).RunAsync(stop.Token),
            memory.RunAsync(stop.Token),
            .. StartNbd(library, stop.Token),
            .. StartNfs(library, stop.Token),
            .. StartDhcp(interfaceName, own => new BootPolicy(options, loaders.Contains, _time, own, chain), watch, stop.Token),
            library.RunAsync(stop.Token),
            admin.RunAsync(stop.Token),
            SweepExtractionsAsync(library, stop.Token),
            .. StartScrubber(library, interfaceName, stop.Token),
            RefreshLoadersAsync(loaders, menus, stop.Token),
            address.KeepAsync(stop.Token),
            board.RunAsync(stop.Token),
            ReportAliveAsync(notifier, stop.Token),
        ];
        ThrowIfOneCouldNotStart(parts);
        WarnOfMissingLoaders(loaders);

        TimeSpan sinceExec = DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime();
        Log.Ready(_log, (long)sinceExec.TotalMilliseconds, interfaceName, options.Network.Address.ToString());
        notifier.Ready($"serving {options.Network.Address} on {interfaceName}");

        int status = await RunUntilStoppedAsync(parts, stop);
        notifier.Stopping();
        await http.StopAsync(CancellationToken.None);
        return status;
    }

    /// <param name="policyFor">What clients are given, with URLs of one of our addresses; null for the IPv4 one.</param>
    private IEnumerable<Task> StartDhcp(
        string interfaceName, Func<IPAddress?, BootPolicy> policyFor, BootWatch watch, CancellationToken cancellationToken)
    {
        if (options.Dhcp.Mode is not DhcpMode.Off)
        {
            yield return new DhcpServer(options, interfaceName, policyFor(null), _time, logs.CreateLogger<DhcpServer>(),
                watch.See, _state).RunAsync(cancellationToken);
        }

        if (options.Network.RouterAdvertisement)
        {
            yield return new RouterAdvertiser(interfaceName, _time, logs.CreateLogger<RouterAdvertiser>(), options.Network.Ipv6Prefix)
                .RunAsync(cancellationToken);
        }

        if (options.Network.Ipv6Address is { } address)
        {
            yield return new Dhcpv6Server(options, interfaceName, policyFor(address), _time, logs.CreateLogger<Dhcpv6Server>(), watch.See)
                .RunAsync(cancellationToken);
        }
    }

    private IEnumerable<Task> StartNbd(ImageLibrary library, CancellationToken cancellationToken)
    {
        if (options.Nbd.Enabled)
        {
            yield return new NbdServer(options, library, _time, logs.CreateLogger<NbdServer>()).RunAsync(cancellationToken);
        }
    }

    private IEnumerable<Task> StartNfs(ImageLibrary library, CancellationToken cancellationToken) =>
        options.Nfs.Enabled ? [new NfsServer(options, library, _time, logs.CreateLogger<NfsServer>()).RunAsync(cancellationToken)] : [];

    private IEnumerable<Task> StartScrubber(ImageLibrary library, string interfaceName, CancellationToken cancellationToken) =>
        options.Storage.ScrubRate == 0 ? [] :
        [
            new ImageScrubber(library, options.Storage, () => HostNetwork.BytesMoved(interfaceName), _time, logs.CreateLogger<ImageScrubber>())
                .RunAsync(cancellationToken),
        ];

    /// <summary>Deletes what a power cut has left of extractions: nobody sees it, but it takes room.</summary>
    private async Task SweepExtractionsAsync(ImageLibrary library, CancellationToken cancellationToken)
    {
        await library.ScanAsync(cancellationToken);
        try
        {
            await new ImageExtractor(options.Storage).SweepAsync(library.Current.Images, cancellationToken);
        }
        catch (IOException failure)
        {
            Log.NotSwept(_log, failure.Message);
        }
    }

    /// <summary>Servers bind before their first wait: one that is over already could not.</summary>
    private static void ThrowIfOneCouldNotStart(IEnumerable<Task> parts)
    {
        foreach (Task part in parts.Where(static part => part.IsFaulted))
        {
            part.GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// Waits for the signal. A part that ends before it has failed: the rest is stopped too, and the service manager or
    /// init starts the daemon again.
    /// </summary>
    private async Task<int> RunUntilStoppedAsync(List<Task> parts, CancellationTokenSource stop)
    {
        var running = new List<Task>(parts);
        while (!stop.IsCancellationRequested && running.Count > 0)
        {
            Task ended = await Task.WhenAny(running);
            running.Remove(ended);
            if (ended.IsFaulted)
            {
                Log.PartFailed(_log, ended.Exception.InnerException!);
                await stop.CancelAsync();
                await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return 1;
            }
        }

        Log.Stopping(_log);
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>What the ways of booting can count on.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="hasLoader">Whether a loader of that file name is published.</param>
    internal static BootServices ServicesOf(ApplianceOptions options, Func<string, bool> hasLoader) => new(options.BootUrl)
    {
        ServerIpv6 = options.BootUrlIpv6,
        Nfs = options.Nfs.Enabled,
        SlimLength = static image => image.TryFindSlim(out SlimImage? slim, out _) ? slim.Length : null,
        HasLoader = hasLoader,
        OwnLoaders = options.Storage.OwnLoaders,
        Injections = new Injections(options.Storage.Inject),
    };

    /// <summary>
    /// Looks at the folders of loaders and profiles as often as at the library: what is dropped into one counts without a
    /// restart.
    /// </summary>
    private async Task RefreshLoadersAsync(LoaderFiles loaders, BootMenus menus, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Storage.PollInterval, _time);
        while (await NextTickAsync(timer, cancellationToken))
        {
            loaders.Refresh();
            if (menus.Refresh())
            {
                LogProfiles(menus.Profiles);
            }
        }
    }

    private void LogProfiles(ProfileSet profiles)
    {
        Log.Profiles(_log, profiles.Count);
        foreach (string mistake in profiles.Mistakes)
        {
            Log.ProfileMistake(_log, mistake);
        }
    }

    private async Task ReportAliveAsync(ServiceNotifier notifier, CancellationToken cancellationToken)
    {
        if (notifier.WatchdogInterval is not { } interval)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, _time);
        while (await NextTickAsync(timer, cancellationToken))
        {
            notifier.Alive();
        }
    }

    private static async Task<bool> NextTickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// A folder that is not there may come with its card; one that may not be read stays so until somebody changes it.
    /// </summary>
    /// <exception cref="StartException">It is there and cannot be read.</exception>
    private static void RequireReadable(string folder, string setting)
    {
        try
        {
            using IEnumerator<string> names = Directory.EnumerateFileSystemEntries(folder).GetEnumerator();
            names.MoveNext();
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"{folder} cannot be read ({unreadable.Message}); give the service's user read permission, or change {setting}", unreadable);
        }
    }

    private void WarnOfMissingLoaders(LoaderFiles loaders)
    {
        foreach (string name in options.Loaders.Missing(loaders.Contains))
        {
            Log.LoaderMissing(_log, name, options.Storage.Loaders, options.Storage.OwnLoaders);
        }
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // Else the runtime ends the process before transfers and log have been closed.
            context.Cancel = true;
            stop.Cancel();
        });

    private static LogLevel ToLogLevel(LogVerbosity verbosity) => verbosity switch
    {
        LogVerbosity.Error => LogLevel.Error,
        LogVerbosity.Warning => LogLevel.Warning,
        LogVerbosity.Debug => LogLevel.Debug,
        _ => LogLevel.Information,
    };
}
