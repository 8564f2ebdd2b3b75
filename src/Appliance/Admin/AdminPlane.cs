using System.Net;
using Appliance.Admin.Accounts;
using Appliance.Admin.Clients;
using Appliance.Admin.Images;
using Appliance.Admin.Live;
using Appliance.Admin.Web;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Images.Transfers;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Admin;

/// <summary>What the page and its API work on.</summary>
internal sealed record AdminParts(
    ApplianceOptions Options, CatalogDatabase Catalog, MenuTable Records, ImageLibrary Library, LoaderFiles Loaders, BootMenus Menus, NextBoots NextBoots,
    MachineMemory Memory, BootTimeline Timeline, LogBuffer Log, string Version, TimeProvider Time, ILoggerFactory Logs)
{
    public ServiceState State { get; init; } = new();

    /// <summary>The interface that is served.</summary>
    public string Interface { get; init; } = "lo";

    /// <summary>Ends the daemon, for its supervisor to start it again.</summary>
    public Action Restart { get; init; } = static () => { };
}

/// <summary>Puts the page and its API together, and takes them apart.</summary>
internal sealed partial class AdminPlane : IAsyncDisposable
{
    /// <summary>How often is noted how old sessions are. 15 min: what a power cut may add to a session's week.</summary>
    private static readonly TimeSpan NoteInterval = TimeSpan.FromMinutes(15);

    private readonly AdminParts _parts;
    private readonly AccountTable _accounts;
    private readonly SignIn _signIn;
    private readonly FirstAccount _first;
    private readonly Uploads _uploads;
    private readonly Downloads _downloads;
    private readonly Extractions _extractions;
    private readonly NetbootFiles _netboot;
    private readonly CaptureRoutes _capture;
    private readonly LiveFeed _feed;
    private readonly AdminServer _server;
    private readonly ILogger _log;

    /// <param name="parts">What it works on.</param>
    /// <param name="endpoints">Where it listens.</param>
    /// <param name="rounds">Rounds of password hashes.</param>
    public AdminPlane(AdminParts parts, IEnumerable<IPEndPoint> endpoints, int rounds = PasswordHash.DefaultRounds)
    {
        _parts = parts;
        _log = parts.Logs.CreateLogger<AdminPlane>();
        _accounts = new AccountTable(parts.Catalog, parts.Time);
        _signIn = new SignIn(_accounts, new LoginThrottle(parts.Time), parts.Time, rounds);
        _first = new FirstAccount(_signIn, _accounts, parts.Catalog.IsFirst, parts.Time, parts.Logs.CreateLogger<FirstAccount>());
        _uploads = new Uploads(parts.Options.Storage, parts.Time);
        _downloads = new Downloads(parts.Options.Storage, parts.Time, parts.Logs.CreateLogger<Downloads>());
        _extractions = new Extractions(parts.Options.Storage, parts.Library, parts.Menus);
        _netboot = new NetbootFiles(parts.Options.Storage, parts.Options.Admin, _downloads, parts.Library, parts.Menus);
        _capture = new CaptureRoutes(parts.Interface, parts.Time);
        var audit = new AuditLog(_accounts, parts.Time, parts.Logs.CreateLogger<AuditLog>());
        var server = new ServerRoutes(parts);
        var boots = new BootViews(parts.Timeline, parts.Time);
        _feed = new LiveFeed(Topics(server, boots), parts.Time);
        Routes = new RouteTable([.. MakeRoutes(audit, server, boots), OpenApi]);
        var application = new AdminApplication(Routes, _signIn, audit, parts.Logs.CreateLogger<AdminApplication>());
        string? control = parts.Options.Admin.ControlSocket;
        if (!ControlSocket.TryPrepare(control, out string? reason))
        {
            LogNoControl(_log, reason);
            control = null;
        }

        _server = new AdminServer(endpoints, control, application, parts.Logs);
    }

    public RouteTable Routes { get; }

    public SignIn SignIn => _signIn;

    public FirstAccount First => _first;

    public AdminServer Server => _server;

    /// <summary>Binds the port and serves.</summary>
    /// <exception cref="StartException">The port cannot be bound; the message names the remedy.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        FindUploads();
        await _server.StartAsync(cancellationToken);
        foreach (IPEndPoint endpoint in _server.LocalEndPoints)
        {
            LogListening(_log, endpoint);
        }
    }

    /// <summary>Makes the first account where there is none, which is slow as its password's hash is; goes on with downloads of before.</summary>
    public Task PrepareAsync() => Task.Run(Prepare);

    /// <summary>Keeps watchers told and sessions aged until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_feed.RunAsync(cancellationToken), NoteTimeAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _downloads.DisposeAsync();
        await _extractions.DisposeAsync();
        await _capture.DisposeAsync();
        _netboot.Dispose();
        _uploads.Dispose();
        _signIn.Dispose();
    }

    /// <summary>Before anybody can go on with one.</summary>
    private void FindUploads()
    {
        try
        {
            _uploads.FindResting();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotPrepared(_log, failure.Message);
        }
    }

    private void Prepare()
    {
        try
        {
            _first.Prepare();
            _downloads.Resume();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotPrepared(_log, failure.Message);
        }
    }

    private async Task NoteTimeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(NoteInterval, _parts.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                NoteTime();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private void NoteTime()
    {
        try
        {
            _accounts.NoteTime();
        }
        catch (IOException failure)
        {
            LogNotNoted(_log, failure.Message);
        }
    }

    private Dictionary<string, Func<byte[]>> Topics(ServerRoutes server, BootViews boots)
    {
        const int Boots = 30; // What a person looks through; GET /api/boots has them all
        const int Lines = 100;
        var views = new ImageViews(_parts.Library, _parts.Menus, _parts.Records, _parts.Memory);
        return new Dictionary<string, Func<byte[]>>
        {
            ["boots"] = LiveFeed.Topic(() => boots.Latest(Boots), AdminJson.Default.BootViewArray),
            ["images"] = LiveFeed.Topic(views.All, AdminJson.Default.ImageViewArray, () => _parts.Menus.Version),
            ["uploads"] = LiveFeed.Topic(() => [.. _uploads.List().Select(UploadRoutes.ViewOf)], AdminJson.Default.UploadViewArray),
            ["downloads"] = LiveFeed.Topic(() => [.. _downloads.List().Select(DownloadRoutes.ViewOf)], AdminJson.Default.DownloadViewArray),
            ["extractions"] = LiveFeed.Topic(_extractions.List, AdminJson.Default.ExtractionViewArray),
            ["storage"] = LiveFeed.Topic(server.Storage, AdminJson.Default.StorageView),
            ["logs"] = LiveFeed.Topic(() => server.Logs(0, Lines), AdminJson.Default.LogViewArray),
        };
    }

    private IEnumerable<AdminRoute> MakeRoutes(AuditLog audit, ServerRoutes server, BootViews boots)
    {
        AdminParts parts = _parts;
        var views = new ImageViews(parts.Library, parts.Menus, parts.Records, parts.Memory);
        return
        [
            .. new AccountRoutes(_signIn, _first, _accounts, audit, parts.Options.Network).Routes,
            .. new ImageRoutes(parts.Library, parts.Menus, parts.Records, views, parts.Options.Storage, _extractions).Routes,
            .. new UploadRoutes(_uploads, parts.Library, parts.Records, views).Routes,
            .. new DownloadRoutes(_downloads, parts.Records).Routes,
            .. new CatalogueRoutes(new ImageCatalogue(parts.Options.Storage.Media), _downloads, parts.Records).Routes,
            .. new ExtractionRoutes(_extractions, _netboot, views).Routes,
            .. new GroupRoutes(parts.Library, parts.Records).Routes,
            .. new AnswerRoutes(parts.Library, parts.Records).Routes,
            .. new LoaderRoutes(parts.Loaders, parts.Options.Storage, parts.Time).Routes,
            .. new ClientRoutes(parts).Routes,
            .. new ClientGroupRoutes(parts.Records).Routes,
            .. new MachineRoutes(parts).Routes,
            .. _capture.Routes,
            .. new SettingRoutes(parts.Records, parts.Options.Menu).Routes,
            .. new ConsoleRoutes(_first, _accounts, parts.Restart).Routes,
            .. boots.Routes,
            .. server.Routes,
            .. new EventRoutes(_feed, _signIn, parts.Time).Routes,
            .. WebFiles.Routes,
        ];
    }

    private AdminRoute OpenApi => new("GET", "/api/openapi.json", Access.Anyone, "This description", _ =>
        Task.FromResult(ApiAnswer.Text(System.Text.Encoding.UTF8.GetString(OpenApiDocument.Write(Routes.All, _parts.Version)), "application/json")));

    [LoggerMessage(LogLevel.Information, "the admin page is http://{Endpoint}/")]
    private static partial void LogListening(ILogger log, IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Information, "no settings console: {Reason}")]
    private static partial void LogNoControl(ILogger log, string? reason);

    [LoggerMessage(LogLevel.Error, "the admin page is not complete, perhaps nobody can sign in: {Reason}")]
    private static partial void LogNotPrepared(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "sessions are not aged: {Reason}")]
    private static partial void LogNotNoted(ILogger log, string reason);
}
