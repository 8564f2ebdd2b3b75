using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Appliance.Admin;
using Appliance.Admin.Accounts;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Catalog;
using Appliance.Tests.Dhcp;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Admin;

/// <summary>The admin plane on a port of this machine, with a library and a catalog of its own; it can be restarted.</summary>
internal sealed class AdminBox : IAsyncDisposable
{
    public const string Password = "correct horse";

    /// <summary>Enough to be PBKDF2, and a test does not wait for it.</summary>
    private const int Rounds = 1000;

    private readonly TestFolder _folder = new();
    private readonly LogCatcher _log = new();
    private readonly LoggerFactory _logs;
    private CancellationTokenSource _stop = new();
    private LogBuffer? _buffer;
    private CatalogDatabase? _catalog;
    private AdminPlane? _plane;
    private Task _running = Task.CompletedTask;

    private AdminBox()
    {
        _logs = new LoggerFactory([_log]);
        Options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Storage = new StorageOptions { Media = _folder["media"], State = _folder["state"] },
        };
    }

    public ApplianceOptions Options { get; set; }

    /// <summary>The password of the account admin.</summary>
    public string AdminPassword { get; set; } = Password;

    public ManualTime Time { get; } = new();

    public AdminPlane Plane => _plane!;

    public ImageLibrary Library { get; private set; } = null!;

    public BootMenus Menus { get; private set; } = null!;

    public NextBoots NextBoots { get; private set; } = null!;

    public MachineMemory Memory { get; private set; } = null!;

    public BootTimeline Timeline { get; private set; } = null!;

    public MenuTable Records { get; private set; } = null!;

    public IReadOnlyCollection<(LogLevel Level, string Text)> Log => _log.Lines.Lines;

    public Uri Address => new($"http://127.0.0.1:{Plane.Server.LocalEndPoints[0].Port}");

    public string Isos => Options.Storage.Isos;

    /// <summary>A folder of the person who uses it.</summary>
    public string Home => Directory.CreateDirectory(_folder["home"]).FullName;

    /// <summary>A box that has been started, with the accounts admin, operator and viewer.</summary>
    public static async Task<AdminBox> StartAsync(Func<ApplianceOptions, ApplianceOptions>? change = null, LogBuffer? log = null)
    {
        AdminBox box = await StartNewAsync(change, log);
        string hash = PasswordHash.Make(Password, Rounds);
        foreach (AccountRole role in Enum.GetValues<AccountRole>())
        {
            string name = role.ToString().ToLowerInvariant();
            box.Plane.SignIn.Put(_ => new Account(name, role, Enabled: true, hash));
        }

        // As if one of them had signed in.
        box.Plane.First.Close();
        return box;
    }

    /// <summary>A box on its first start.</summary>
    public static async Task<AdminBox> StartNewAsync(Func<ApplianceOptions, ApplianceOptions>? change = null, LogBuffer? log = null)
    {
        var box = new AdminBox();
        box._buffer = log ?? new LogBuffer(box.Time, "none");
        box.Options = change?.Invoke(box.Options) ?? box.Options;
        box.Time.Advance(TimeSpan.FromHours(1));
        Directory.CreateDirectory(box.Isos);
        await box.StartAgainAsync();
        return box;
    }

    /// <summary>What a restart of the daemon does; the port is another then.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Restarts with a catalog that is no database any more.</summary>
    public async Task DamageCatalogAsync()
    {
        await StopAsync();
        string file = Path.Combine(Options.Storage.State, CatalogDatabase.FileName);
        await File.WriteAllTextAsync(file, new string('?', 8192));
        await StartAgainAsync();
    }

    /// <summary>Puts an image with the names of a real one into the library.</summary>
    public async Task<LibraryImage> AddImageAsync(string tree, string path)
    {
        TreeImage.Read(tree).Build(_folder);
        string target = Path.Combine(Isos, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(_folder[$"{tree}.iso"], target);
        File.SetLastWriteTimeUtc(target, DateTime.UtcNow - TimeSpan.FromMinutes(1));
        await Library.ScanAsync(CancellationToken.None);
        return Assert.IsType<LibraryImage>(Library.Current.TryFindByFile(path, out LibraryImage? image) ? image : null);
    }

    /// <param name="from">Address of this machine that the client has: 127.0.0.x.</param>
    public HttpClient Client(string? account = "admin", string password = Password, string from = "127.0.0.1")
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var client = new HttpClient(handler) { BaseAddress = Address };
        if (account is not null)
        {
            client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account}:{password}")));
        }

        return client;
    }

    /// <summary>Sends a request as the admin; returns status and envelope.</summary>
    public async Task<(int Status, JsonElement Envelope)> SendAsync(string method, string path, object? json = null)
    {
        using HttpClient client = Client("admin", AdminPassword);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json as string ?? JsonSerializer.Serialize(json), Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return ((int)response.StatusCode, await EnvelopeOfAsync(response));
    }

    public static async Task<JsonElement> EnvelopeOfAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.Clone();

    /// <summary>The menu that a PC gets.</summary>
    public string Menu(System.Net.NetworkInformation.PhysicalAddress? client = null)
    {
        using Payload payload = Menus.OpenIpxe(new ClientMachine(ClientFirmware.UefiX64, 8192), client: client);
        byte[] bytes = new byte[payload.Length];
        payload.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _buffer!.Dispose();
        _logs.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    /// <summary>The second half of a restart.</summary>
    public async Task StartAgainAsync()
    {
        Library = new ImageLibrary(Options.Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        Memory = MachineMemory.Open(Options.Storage.State, Time, NullLogger.Instance);
        Menus = new BootMenus(new BootServices("http://192.168.100.1"), new ProfileFiles("/none"), Options.Menu, Time) { Memory = Memory };
        Library.Changed += (_, _) => Menus.Update(Library.Current.Images);
        await Library.ScanAsync(CancellationToken.None);
        Timeline = new BootTimeline(Time);
        _catalog = CatalogDatabase.Open(Options.Storage.State, NullLogger.Instance);
        NextBoots = NextBoots.Open(Options.Storage.State, NullLogger.Instance);
        Records = new MenuTable(_catalog);
        Menus.Apply(Records.Current);
        Records.Changed += (_, _) => Menus.Apply(Records.Current);
        var parts = new AdminParts(
            Options, _catalog, Records, Library, new LoaderFiles(Options.Storage), Menus, NextBoots, Memory, Timeline, _buffer!, "0.0", Time, _logs);
        _plane = new AdminPlane(parts, [new IPEndPoint(IPAddress.Loopback, 0)], Rounds);
        await _plane.StartAsync(CancellationToken.None);
        await _plane.PrepareAsync();
        _running = _plane.RunAsync(_stop.Token);
    }

    /// <summary>The first half of a restart.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        await _plane!.DisposeAsync();
        _catalog!.Dispose();
        NextBoots.Dispose();
        Memory.Dispose();
        Library.Dispose();
    }

    /// <summary>Every part's lines in one list.</summary>
    private sealed class LogCatcher : ILoggerProvider
    {
        public MessageLog Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => Lines;

        public void Dispose()
        {
        }
    }
}
