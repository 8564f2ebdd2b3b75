using Appliance.Images;

namespace Appliance.Admin.Images;

/// <summary>Files of an image beside it: its own by extraction, and a distribution's netboot files.</summary>
internal sealed class ExtractionRoutes(Extractions extractions, NetbootFiles netboot, ImageViews views)
{
    private static readonly ApiField[] Name = [ImageRoutes.Filename with { IsRequired = false, Text = "The image; here or in the query" }];

    public IEnumerable<AdminRoute> Routes =>
    [
        new("POST", "/api/images/extract", Access.Operator, "Copies kernel, RAM disk and file systems out of an image", ExtractAsync)
        {
            Query = [.. Name, new("async", "boolean", "true: answers at once")],
            Body = [.. Name],
        },
        new("GET", "/api/images/extract-progress", Access.Viewer, "How far extractions have come: all, or one", Progress)
        {
            Query = [ImageRoutes.Filename with { IsRequired = false }],
        },
        new("DELETE", "/api/images/extract", Access.Operator, "Takes away what was extracted", RemoveAsync) { Query = [ImageRoutes.Filename] },
        new("POST", "/api/images/netboot/download", Access.Operator, "Fetches the distribution's netboot kernel and RAM disk for an installer", FetchNetbootAsync)
        {
            Query = [.. Name],
            Body = [.. Name],
        },
    ];

    private async Task<ApiAnswer> ExtractAsync(ApiRequest request)
    {
        LibraryImage image = await FindAsync(request);
        Task extraction = extractions.StartAsync(image);
        if (request.Query("async") == "true")
        {
            return ApiAnswer.Of([extractions.Find(image.RelativePath)], AdminJson.Default.ExtractionViewArray, $"{image.Id} is being extracted", 202);
        }

        await extraction;
        return ApiAnswer.Of([extractions.Find(image.RelativePath)], AdminJson.Default.ExtractionViewArray, $"{image.Id} was extracted");
    }

    private Task<ApiAnswer> Progress(ApiRequest request) => Task.FromResult(ApiAnswer.Of(
        request.Query("filename") is { } name ? [extractions.Find(views.Find(name).RelativePath)] : extractions.List(),
        AdminJson.Default.ExtractionViewArray));

    private async Task<ApiAnswer> RemoveAsync(ApiRequest request)
    {
        LibraryImage image = views.Find(request.Require("filename"));
        request.AuditTarget = image.RelativePath;
        return await extractions.RemoveAsync(image, request.Aborted)
            ? ApiAnswer.Done($"what was extracted from {image.Id} is gone")
            : throw ApiException.NotFound($"nothing was extracted from {image.Id}");
    }

    private async Task<ApiAnswer> FetchNetbootAsync(ApiRequest request)
    {
        LibraryImage image = await FindAsync(request);
        await netboot.FetchAsync(image, request.Aborted);
        return ApiAnswer.Of([views.Of(views.Find(image.RelativePath))], AdminJson.Default.ImageViewArray, $"{image.Id} is installed over the network now");
    }

    /// <summary>The founding documents name the image in the body, their program in the query.</summary>
    private async Task<LibraryImage> FindAsync(ApiRequest request)
    {
        string name = request.Query("filename")
            ?? FieldText.Required("filename", (await request.ReadAsync(AdminJson.Default.FileOrder)).Filename);
        LibraryImage image = views.Find(name);
        request.AuditTarget = image.RelativePath;
        return image;
    }
}
