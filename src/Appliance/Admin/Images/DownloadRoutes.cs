using System.Globalization;
using Appliance.Catalog;
using Appliance.Images.Transfers;

namespace Appliance.Admin.Images;

/// <summary>Images that the box fetches itself.</summary>
internal sealed class DownloadRoutes(Downloads downloads, MenuTable records)
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("POST", "/api/images/download", Access.Operator, "Fetches an image by its URL", StartAsync)
        {
            Body =
            [
                new("url", "string", "http:// or https://", IsRequired: true),
                ImageRoutes.Filename with { IsRequired = false, Text = "Path that it gets; else the URL's last name" },
                new("description", "string", "For people"),
                new("public", "boolean", "Whether every client's menu has it; default true"),
                new("sha256", "string", "Its sum; what has another is deleted"),
                new("sha256sums", "string", "Address of a list of sums (SHA256SUMS, CHECKSUM) that names it; what has another is deleted"),
            ],
        },
        new("GET", "/api/downloads", Access.Viewer, "All downloads", _ => Task.FromResult(Show(downloads.List()))),
        new("GET", "/api/downloads/progress", Access.Viewer, "How far one has come", Progress) { Query = [ImageRoutes.Filename] },
        new("DELETE", "/api/downloads", Access.Operator, "Ends a download, or forgets one that has ended", CancelAsync) { Query = [ImageRoutes.Filename] },
    ];

    private async Task<ApiAnswer> StartAsync(ApiRequest request)
    {
        DownloadOrder order = await request.ReadAsync(AdminJson.Default.DownloadOrder);
        Uri url = AddressOf("url", FieldText.Required("url", order.Url));
        Uri? sums = order.Sha256sums is { Length: > 0 } list ? AddressOf("sha256sums", list) : null;
        string path = ImageFileName.Parse(order.Filename is { Length: > 0 } name ? name : Downloads.NameOf(url));
        var said = new ImageOrder { Description = order.Description, Public = order.Public };
        ImageRecord record = ImageRoutes.Apply(records.Current.Image(path), said) with { Source = url.ToString() };
        string? sum = FieldText.Sha256(order.Sha256);
        DownloadState state = downloads.Start(new DownloadSource(url, sum, sums), path);
        records.Put(record);
        request.AuditTarget = $"{path} from {url}";
        return ApiAnswer.Of([ViewOf(state)], AdminJson.Default.DownloadViewArray, $"{path} is being downloaded", 202);
    }

    private static Uri AddressOf(string field, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            ? url
            : throw ApiException.BadRequest($"{field} takes an address that begins with http:// or https://, without a name and password in it");

    private Task<ApiAnswer> Progress(ApiRequest request)
    {
        string name = request.Require("filename");
        DownloadState state = downloads.List().Find(state => state.Path.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw ApiException.NotFound($"{Options.Printable.Text(name)} is not being downloaded: GET /api/downloads lists what is");
        return Task.FromResult(ApiAnswer.Of(ViewOf(state), AdminJson.Default.DownloadView));
    }

    private async Task<ApiAnswer> CancelAsync(ApiRequest request)
    {
        string name = request.Require("filename");
        request.AuditTarget = name;
        return await downloads.CancelAsync(name) ? ApiAnswer.Done("ended") : throw ApiException.NotFound("there is no download of that name");
    }

    private static ApiAnswer Show(List<DownloadState> states) =>
        ApiAnswer.Of([.. states.Select(ViewOf)], AdminJson.Default.DownloadViewArray);

    public static DownloadView ViewOf(DownloadState state) => new(
        state.Url.ToString(),
        state.Path,
        state.Total,
        state.Done,
        state.Total is > 0 ? Math.Round(100.0 * state.Done / state.Total.Value, 1) : null,
        string.Create(CultureInfo.InvariantCulture, $"{state.BytesPerSecond / 1e6:0.0} MB/s"),
        state.Stage switch
        {
            DownloadStage.Waiting => "waiting",
            DownloadStage.Downloading => "downloading",
            DownloadStage.Completed => "completed",
            _ => "error",
        },
        state.Error);
}
