using System.Net;
using System.Net.NetworkInformation;
using Appliance.Admin;
using Appliance.Admin.Accounts;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;

namespace Appliance;

/// <summary>
/// The catalog, what the menus have of it, and the admin page if there is to be one. Where the disk fails, PCs boot as if
/// nothing had been said of any image, and there is no page: nobody could be known who signs in.
/// </summary>
internal sealed partial class AdminPart : IAsyncDisposable
{
    /// <summary>Category of the log that shows the first password.</summary>
    public const string SecretCategory = nameof(FirstAccount);

    private readonly ILogger _log;
    private readonly CatalogDatabase? _catalog;
    private readonly AdminPlane? _plane;

    public AdminPart(
        ApplianceOptions options, string interfaceName, ImageLibrary library, LoaderFiles loaders, BootMenus menus, NextBoots nextBoots, MachineMemory memory,
        BootTimeline timeline, LogBuffer recent, ServiceState state, Action restart, TimeProvider time, ILoggerFactory logs)
    {
        _log = logs.CreateLogger<AdminPart>();
        try
        {
            _catalog = CatalogDatabase.Open(options.Storage.State, _log);
            MenuTable records = Records = new MenuTable(_catalog);
            menus.Apply(records.Current);
            records.Changed += (_, _) => menus.Apply(records.Current);
            var parts = new AdminParts(
                options, _catalog, records, library, loaders, menus, nextBoots, memory, timeline, recent, CommandLine.Version(), time, logs)
            {
                State = state,
                Interface = interfaceName,
                Restart = restart,
            };
            _plane = new AdminPlane(parts, options.Admin.Port != 0 ? EndpointsOf(options) : []);
        }
        catch (IOException failure)
        {
            LogNoCatalog(_log, failure.Message);
            _catalog?.Dispose();
        }
    }

    /// <summary>What is said of the menu, or null where the disk failed.</summary>
    public MenuTable? Records { get; }

    /// <summary>Makes a new password for the account admin, and shows it in the log.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void ResetPassword() => _plane?.First.Reset();

    /// <exception cref="StartException">The port cannot be bound; the message names the remedy.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _plane?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_plane is null)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return;
        }

        await _plane.PrepareAsync();
        await _plane.RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }

        _catalog?.Dispose();
    }

    /// <summary>
    /// Our address and, for scripts on this machine, the loopback one (which a fresh network namespace does not have).
    /// </summary>
    private static IEnumerable<IPEndPoint> EndpointsOf(ApplianceOptions options)
    {
        yield return new IPEndPoint(options.Network.Address, options.Admin.Port);
        bool hasLoopback = NetworkInterface.GetAllNetworkInterfaces()
            .Any(static link => link.GetIPProperties().UnicastAddresses.Any(static unicast => unicast.Address.Equals(IPAddress.Loopback)));
        if (hasLoopback && !options.Network.Address.Equals(IPAddress.Loopback))
        {
            yield return new IPEndPoint(IPAddress.Loopback, options.Admin.Port);
        }
    }

    [LoggerMessage(LogLevel.Error, "there is no admin page, and the menu shows all images as their files are: {Reason}")]
    private static partial void LogNoCatalog(ILogger log, string reason);
}
