using System.Globalization;
using System.Text;
using Appliance.Catalog;
using Appliance.Status;

namespace Appliance.Admin.Live;

/// <summary>How the box does.</summary>
internal sealed class ServerRoutes(AdminParts parts)
{
    private readonly long _began = parts.Time.GetTimestamp();

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/health", Access.Anyone, "OK while the box serves", static _ => Task.FromResult(ApiAnswer.Text("OK"))),
        new("GET", "/metrics", Access.Anyone, "Figures in Prometheus' text format", _ => Task.FromResult(Metrics())),
        new("GET", "/api/server-info", Access.Viewer, "Version, address, room", _ => Task.FromResult(ApiAnswer.Of(Server(), AdminJson.Default.ServerView))),
        new("GET", "/api/stats", Access.Viewer, "How many clients, images and boots", _ => Task.FromResult(ApiAnswer.Of(Stats(), AdminJson.Default.StatsView))),
        new("GET", "/api/logs", Access.Viewer, "The latest lines of the log, the oldest first", ReadLogs)
        {
            Query =
            [
                new("limit", "integer", "How many at most; default 100"),
                new("after", "integer", "Only lines behind the one of that id"),
                new("contains", "string", "Only lines that hold this text"),
                new("level", "string", "information, warning or error: only lines of at least that level"),
            ],
        },
    ];

    public ServerView Server() => new(
        parts.Version, parts.Options.Network.Address.ToString(), parts.Options.BootUrl,
        parts.Options.Dhcp.Mode.ToString().ToLowerInvariant(), parts.State.Dhcp.Text,
        Math.Round(parts.Time.GetElapsedTime(_began).TotalSeconds), Storage(), parts.Library.Current.Pending.Length);

    /// <summary>Room for images; nothing of it when their folder is not there.</summary>
    public StorageView Storage()
    {
        string folder = parts.Options.Storage.Isos;
        try
        {
            var drive = new DriveInfo(Directory.Exists(folder) ? folder : parts.Options.Storage.Media);
            return new StorageView(folder, drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new StorageView(folder, 0, 0);
        }
    }

    public LogView[] Logs(long after, int limit) =>
        [.. parts.Log.After(after).TakeLast(limit).Select(static line => new LogView(
            line.Id, line.At, line.Level.ToString().ToLowerInvariant(), line.Category, line.Text))];

    private StatsView Stats()
    {
        MenuRecords current = parts.Records.Current;
        var images = parts.Library.Current.Images;
        var boots = parts.Timeline.Snapshot();
        string[] machines = [.. boots.Select(static boot => ClientRecord.MacOf(boot.Mac)).Distinct()];
        int known = current.Clients.Keys.Union(machines).Count();
        return new StatsView(known, machines.Length, images.Length, images.Count(image => current.Image(image.RelativePath).Enabled), boots.Length);
    }

    private Task<ApiAnswer> ReadLogs(ApiRequest request)
    {
        int limit = request.Number("limit", 1, LogBuffer.Capacity, 100);
        int after = request.Number("after", 0, int.MaxValue, 0);
        string contains = request.Query("contains") ?? "";
        LogLevel least = request.Query("level") switch
        {
            null or "information" => LogLevel.Information,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => throw ApiException.BadRequest("level takes information, warning or error"),
        };
        IEnumerable<LogView> lines = parts.Log.After(after)
            .Where(line => line.Level >= least && line.Text.Contains(contains, StringComparison.OrdinalIgnoreCase))
            .TakeLast(limit)
            .Select(static line => new LogView(line.Id, line.At, line.Level.ToString().ToLowerInvariant(), line.Category, line.Text));
        return Task.FromResult(ApiAnswer.Of([.. lines], AdminJson.Default.LogViewArray));
    }

    /// <summary>Prometheus text exposition format 0.0.4. Sums only: whoever reads it has no login, and names may be private.</summary>
    private ApiAnswer Metrics()
    {
        StatsView stats = Stats();
        StorageView storage = Storage();
        var text = new StringBuilder();
        Gauge("plugboot_images", "Images in the library", stats.TotalImages);
        Gauge("plugboot_images_enabled", "Images in the menu", stats.EnabledImages);
        Gauge("plugboot_clients", "Clients that are known", stats.TotalClients);
        Gauge("plugboot_boots", "Boots that are remembered", stats.TotalBoots);
        Gauge("plugboot_storage_free_bytes", "Room for images", storage.Free);
        Gauge("plugboot_storage_size_bytes", "Size of the medium of images", storage.Total);
        Gauge("plugboot_uptime_seconds", "Time since the start", (long)parts.Time.GetElapsedTime(_began).TotalSeconds);
        Gauge("process_resident_memory_bytes", "Memory of the daemon", Environment.WorkingSet);
        ImageBoots[] boots = [.. parts.Memory.Boots().Values];
        Counter("plugboot_image_boots_begun_total", "Boots of images that were chosen in a menu", boots.Sum(static image => image.Begun));
        Counter("plugboot_image_boots_finished_total", "Those of them whose system came up", boots.Sum(static image => image.Finished));
        return ApiAnswer.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");

        void Gauge(string name, string help, long value) => Figure(name, help, "gauge", value);

        void Counter(string name, string help, long value) => Figure(name, help, "counter", value);

        void Figure(string name, string help, string type, long value) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
    }
}
