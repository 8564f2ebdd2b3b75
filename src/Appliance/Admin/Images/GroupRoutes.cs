using System.Collections.Immutable;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Admin.Images;

/// <summary>Groups of the menu: the folders of images, and those that images were put into.</summary>
internal sealed class GroupRoutes(ImageLibrary library, MenuTable records)
{
    private static readonly ApiField Path = new("path", "string", "The group, with slashes between nested ones", IsRequired: true);

    private static readonly ApiField[] Fields =
    [
        new("name", "string", "Name in the menu; empty: the folder's"),
        new("order", "integer", "Smaller numbers stand first"),
        new("enabled", "boolean", "Whether the menu has it"),
    ];

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/groups", Access.Viewer, "All groups", _ => Task.FromResult(List())),
        new("PUT", "/api/groups", Access.Operator, "Makes a group, or changes its name and place", ChangeAsync) { Query = [Path], Body = [.. Fields] },
        new("DELETE", "/api/groups", Access.Operator, "Forgets what was said of a group; images that were put into it go back to their folders", Delete)
        {
            Query = [Path],
        },
    ];

    private ApiAnswer List()
    {
        MenuRecords current = records.Current;
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (LibraryImage image in library.Current.Images)
        {
            string path = current.Image(image.RelativePath).Group ?? string.Join('/', image.Group);
            string[] folders = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (int depth = 1; depth <= folders.Length; depth++)
            {
                string group = string.Join('/', folders.Take(depth));
                counts[group] = counts.GetValueOrDefault(group) + (depth == folders.Length ? 1 : 0);
            }
        }

        foreach (string path in current.Groups.Keys)
        {
            counts.TryAdd(path, 0);
        }

        IEnumerable<GroupView> views = counts.Select(entry =>
        {
            GroupRecord? record = current.Groups.GetValueOrDefault(entry.Key);
            return new GroupView(
                entry.Key, record?.Name ?? entry.Key[(entry.Key.LastIndexOf('/') + 1)..], record?.Order ?? 0, record?.Enabled ?? true, entry.Value);
        });
        return ApiAnswer.Of([.. views.OrderBy(static view => view.Path, StringComparer.OrdinalIgnoreCase)], AdminJson.Default.GroupViewArray);
    }

    private async Task<ApiAnswer> ChangeAsync(ApiRequest request)
    {
        string path = RequirePath(request);
        GroupOrder order = await request.ReadAsync(AdminJson.Default.GroupOrder);
        GroupRecord before = records.Current.Groups.GetValueOrDefault(path) ?? new GroupRecord(path, null, 0, true);
        records.Put(before with
        {
            Name = order.Name is null ? before.Name : FieldText.Line("name", order.Name, 100) is { Length: > 0 } name ? name : null,
            Order = order.Order ?? before.Order,
            Enabled = order.Enabled ?? before.Enabled,
        });
        request.AuditTarget = path;
        return List();
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        string path = RequirePath(request);
        ImmutableArray<ImageRecord> inside = [.. records.Current.Images.Values.Where(image => path.Equals(image.Group, StringComparison.OrdinalIgnoreCase))];
        foreach (ImageRecord image in inside)
        {
            records.Put(image with { Group = null });
        }

        records.DeleteGroup(path);
        request.AuditTarget = path;
        return Task.FromResult(List());
    }

    private static string RequirePath(ApiRequest request) =>
        FieldText.Group("path", request.Require("path")) is { Length: > 0 } path ? path : throw ApiException.BadRequest("path is empty");
}
