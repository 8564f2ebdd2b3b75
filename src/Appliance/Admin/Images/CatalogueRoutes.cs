using Appliance.Catalog;
using Appliance.Formats.Checksums;
using Appliance.Images.Transfers;

namespace Appliance.Admin.Images;

/// <summary>Well-known images, fetched by one click.</summary>
internal sealed class CatalogueRoutes(ImageCatalogue catalogue, Downloads downloads, MenuTable records)
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/catalogue", Access.Viewer, "Well-known images that the box can fetch", _ => Task.FromResult(List())),
        new("POST", "/api/catalogue/download", Access.Operator, "Fetches one as it is published now, and compares it with its maker's sums", StartAsync)
        {
            Body = [new("id", "string", "Its id in the catalogue", IsRequired: true)],
        },
    ];

    private ApiAnswer List()
    {
        (CatalogueEntry[] entries, string? mistake) = catalogue.Read();
        return ApiAnswer.Of(
            [.. entries.Select(static entry => new CatalogueView(entry.Id, entry.Name, entry.Group, entry.Sums.ToString(), entry.File))],
            AdminJson.Default.CatalogueViewArray,
            mistake);
    }

    private async Task<ApiAnswer> StartAsync(ApiRequest request)
    {
        CatalogueOrder order = await request.ReadAsync(AdminJson.Default.CatalogueOrder);
        string id = FieldText.Required("id", order.Id);
        CatalogueEntry entry = Array.Find(catalogue.Read().Entries, entry => entry.Id == id)
            ?? throw ApiException.NotFound("there is no such image in the catalogue: GET /api/catalogue lists them");
        byte[] sums = await downloads.ReadAsync(entry.Sums, ChecksumList.MaxLength, request.Aborted);
        DownloadSource source = ImageCatalogue.Resolve(entry, sums);
        string path = ImageFileName.Parse($"{entry.Group}/{Downloads.NameOf(source.Url)}");
        request.AuditTarget = $"{path} from {source.Url}";
        DownloadState state = downloads.Start(source, path);
        records.Put(records.Current.Image(path) with { Source = source.Url.ToString() });
        return ApiAnswer.Of([DownloadRoutes.ViewOf(state)], AdminJson.Default.DownloadViewArray, $"{path} is being downloaded", 202);
    }
}
