using Appliance.Boot;
using Appliance.Images;
using Appliance.Images.Transfers;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Admin.Images;

/// <summary>The owner's own loaders, which win over those that came with the program.</summary>
internal sealed class LoaderRoutes(LoaderFiles loaders, StorageOptions storage, TimeProvider time)
{
    /// <summary>Longest loader. 64 MiB: GRUB with all its modules has 10, a Linux kernel with its RAM disk in one file 60.</summary>
    private const long MaxLength = 64L << 20;

    private static readonly ApiField Filename = new("filename", "string", "Name that clients ask for", IsRequired: true);

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/bootloaders", Access.Viewer, "Loaders that clients can ask for", _ => Task.FromResult(List())),
        new("PUT", "/api/bootloaders", Access.Admin, "Brings a loader as the body, or replaces one", ReceiveAsync)
        {
            Query = [Filename],
            BodyType = "application/octet-stream",
            MaxBody = MaxLength,
        },
        new("DELETE", "/api/bootloaders", Access.Admin, "Deletes a loader of the owner's", Delete) { Query = [Filename] },
    ];

    private ApiAnswer List() => ApiAnswer.Of(
        [.. loaders.Names.Select(static name => name.TrimStart('/')).Order(StringComparer.Ordinal)
            .Select(name => new LoaderView(name, File.Exists(Path.Combine(storage.OwnLoaders, name))))],
        AdminJson.Default.LoaderViewArray);

    private async Task<ApiAnswer> ReceiveAsync(ApiRequest request)
    {
        string name = RequireName(request);
        using (IncomingFile file = IncomingFile.Open(storage.OwnLoaders, name))
        {
            bool isThere = false;
            try
            {
                file.Restart();
                await CopyAsync(request, file);
                if (file.Offset == 0)
                {
                    throw ApiException.BadRequest("the body is the loader, and it is empty");
                }

                await file.PublishAsync(replace: true, time.GetUtcNow());
                isThere = true;
            }
            finally
            {
                if (!isThere)
                {
                    file.Discard();
                }
            }
        }

        loaders.Refresh();
        return List();
    }

    private static async Task CopyAsync(ApiRequest request, IncomingFile file)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await request.Context.Request.Body.ReadAsync(buffer, request.Aborted)) > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, count), request.Aborted);
        }
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        string path = Path.Combine(storage.OwnLoaders, RequireName(request));
        if (!File.Exists(path))
        {
            throw ApiException.NotFound("the owner has brought no loader of that name");
        }

        File.Delete(path);
        FolderHandle.Sync(Path.GetDirectoryName(path)!);
        loaders.Refresh();
        return Task.FromResult(List());
    }

    private static string RequireName(ApiRequest request)
    {
        string name = ImageFileName.ParseAny(request.Require("filename"));
        if (name.AsSpan().Count('/') > LoaderFiles.MaxDepth)
        {
            throw ApiException.BadRequest($"filename takes at most {LoaderFiles.MaxDepth} folders");
        }

        request.AuditTarget = name;
        return name;
    }
}
