using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Admin.Images;

/// <summary>The images that are there: listed, described, ordered, deleted, looked for.</summary>
internal sealed class ImageRoutes(ImageLibrary library, BootMenus menus, MenuTable records, ImageViews views, StorageOptions storage, Extractions extractions)
{
    public static readonly ApiField Filename = new("filename", "string", "Path of the image in the folder of images", IsRequired: true);

    private static readonly ApiField BootMethod = new("boot_method", "string", string.Join(", ", BootMethods.All));

    private static readonly ApiField[] Fields =
    [
        new("name", "string", "Name in the menu; empty: the file's"),
        new("description", "string", "For people"),
        new("enabled", "boolean", "Whether the menu has it"),
        new("public", "boolean", "Whether every client's menu has it"),
        new("group", "string", "Group in the menu, with slashes between nested ones; empty: the folder's; /: none"),
        new("order", "integer", "Smaller numbers stand first"),
        BootMethod,
        new("boot_params", "string", "Kernel parameters that are added"),
    ];

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/images", Access.Viewer, "All images, or one", List) { Query = [Filename with { IsRequired = false }] },
        new("PUT", "/api/images", Access.Operator, "Changes what is said of an image; what is left out stays", ChangeAsync)
        {
            Query = [Filename],
            Body = [.. Fields],
        },
        new("DELETE", "/api/images", Access.Admin, "Forgets what was said of an image, and deletes its file if told to", DeleteAsync)
        {
            Query = [Filename, new("delete_file", "boolean", "true: the file too")],
        },
        new("PUT", "/api/images/boot-method", Access.Operator, "Chooses the way of starting that comes first", SetBootMethodAsync)
        {
            Body = [Filename, BootMethod with { IsRequired = true }],
        },
        new("POST", "/api/images/boot-method", Access.Operator, "The same", SetBootMethodAsync)
        {
            Body = [Filename, BootMethod with { IsRequired = true }],
        },
        new("POST", "/api/scan", Access.Operator, "Looks for images now", ScanAsync),
    ];

    private Task<ApiAnswer> List(ApiRequest request) => Task.FromResult(ApiAnswer.Of(
        request.Query("filename") is { } filename ? [views.Of(views.Find(filename))] : views.All(), AdminJson.Default.ImageViewArray));

    private async Task<ApiAnswer> ChangeAsync(ApiRequest request)
    {
        LibraryImage image = views.Find(request.Require("filename"));
        ImageOrder order = await request.ReadAsync(AdminJson.Default.ImageOrder);
        records.Put(Apply(records.Current.Image(image.RelativePath), order));
        request.AuditTarget = image.RelativePath;
        return ApiAnswer.Of([views.Of(image)], AdminJson.Default.ImageViewArray, $"{image.Id} was changed");
    }

    /// <summary>What a record is after an order; null in it leaves what is there.</summary>
    /// <exception cref="ApiException">A value cannot be used.</exception>
    public static ImageRecord Apply(ImageRecord record, ImageOrder order) => record with
    {
        Name = order.Name is null ? record.Name : FieldText.Line("name", order.Name, 100) is { Length: > 0 } name ? name : null,
        Description = order.Description is null ? record.Description : FieldText.Line("description", order.Description, 4096),
        Enabled = order.Enabled ?? record.Enabled,
        Public = order.Public ?? record.Public,
        Group = order.Group is null ? record.Group : order.Group.Length == 0 ? null : FieldText.Group("group", order.Group),
        Order = order.Order ?? record.Order,
        BootMethod = order.BootMethod is null ? record.BootMethod : RequireMethod(order.BootMethod),
        Parameters = order.BootParams is null ? record.Parameters : FieldText.Parameters("boot_params", order.BootParams),
    };

    private async Task<ApiAnswer> SetBootMethodAsync(ApiRequest request)
    {
        BootMethodOrder order = await request.ReadAsync(AdminJson.Default.BootMethodOrder);
        LibraryImage image = views.Find(FieldText.Required("filename", order.Filename));
        string method = RequireMethod(FieldText.Required("boot_method", order.BootMethod));
        records.Put(records.Current.Image(image.RelativePath) with { BootMethod = method });
        request.AuditTarget = $"{image.RelativePath} {method}";
        bool has = menus.PlanOf(image) is { } plan && BootPreference.Has(image, plan, method);
        string message = has ? $"{image.Id} is started by {method} first"
            : $"{method} is noted for {image.Id}; until there is such a way it is started as before";
        return ApiAnswer.Of([views.Of(image)], AdminJson.Default.ImageViewArray, message);
    }

    private async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        string filename = request.Require("filename").TrimStart('/');
        bool deletesFile = request.Query("delete_file") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw ApiException.BadRequest("delete_file takes true or false"),
        };
        bool isThere = library.Current.TryFindByFile(filename, out LibraryImage? image);
        if (!isThere && !records.Current.Images.ContainsKey(filename))
        {
            throw ApiException.NotFound($"there is no image {Printable.Text(filename)}");
        }

        if (isThere && deletesFile)
        {
            if (image!.IsExtracted)
            {
                await extractions.RemoveAsync(image, request.Aborted);
            }

            string file = Path.Combine(storage.Isos, image.RelativePath);
            File.Delete(file);
            FolderHandle.Sync(Path.GetDirectoryName(file)!);
            await library.ScanAsync(request.Aborted);
        }

        records.DeleteImage(image?.RelativePath ?? filename);
        request.AuditTarget = filename;
        return ApiAnswer.Done(deletesFile ? $"{Printable.Text(filename)} was deleted" : $"what was said of {Printable.Text(filename)} is forgotten");
    }

    private async Task<ApiAnswer> ScanAsync(ApiRequest request)
    {
        string[] before = [.. library.Current.Images.Select(static image => image.RelativePath)];
        await library.ScanAsync(request.Aborted);
        string[] after = [.. library.Current.Images.Select(static image => image.RelativePath)];
        var view = new ScanView([.. after.Except(before)], [.. before.Except(after)], [.. library.Current.Pending]);
        return ApiAnswer.Of(view, AdminJson.Default.ScanView, $"{after.Length} images");
    }

    private static string RequireMethod(string method) => BootMethods.All.Contains(method)
        ? method
        : throw ApiException.BadRequest($"boot_method takes {string.Join(", ", BootMethods.All)}");
}
