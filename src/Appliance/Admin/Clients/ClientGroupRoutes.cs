using System.Collections.Immutable;
using Appliance.Catalog;

namespace Appliance.Admin.Clients;

/// <summary>Groups of clients: which images they may start, and who of them there is.</summary>
internal sealed class ClientGroupRoutes(MenuTable records)
{
    /// <summary>Groups in all: each client's menu looks through them.</summary>
    private const int MaxGroups = 200;

    private const int MaxEntries = 1000;

    private static readonly ApiField Name = new("name", "string", "Name of the group", IsRequired: true);

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/client-groups", Access.Viewer, "All groups of clients", _ => Task.FromResult(List())),
        new("PUT", "/api/client-groups", Access.Operator, "Makes a group of clients, or changes it; what is left out stays", PutAsync)
        {
            Query = [Name],
            Body =
            [
                new("description", "string", "For people"),
                new("members", "array", "Ethernet addresses"),
                new("allowed_images", "array", "Filenames of the images that they may start besides the public ones"),
            ],
        },
        new("DELETE", "/api/client-groups", Access.Operator, "Forgets a group of clients; the clients stay", Delete) { Query = [Name] },
    ];

    private ApiAnswer List() => ApiAnswer.Of(
        [
            .. records.Current.ClientGroups.Values.OrderBy(static group => group.Name, StringComparer.OrdinalIgnoreCase)
                .Select(static group => new ClientGroupView(group.Name, group.Description, [.. group.Members], [.. group.Images])),
        ],
        AdminJson.Default.ClientGroupViewArray);

    private async Task<ApiAnswer> PutAsync(ApiRequest request)
    {
        string name = FieldText.Line("name", request.Require("name"), 100);
        ClientGroupOrder order = await request.ReadAsync(AdminJson.Default.ClientGroupOrder);
        ClientGroupRecord? before = records.Current.ClientGroups.GetValueOrDefault(name);
        if (name.Length == 0 || (before is null && records.Current.ClientGroups.Count >= MaxGroups))
        {
            throw name.Length == 0 ? ApiException.BadRequest("name is empty") : ApiException.Conflict($"there are {MaxGroups} groups: delete some");
        }

        ClientGroupRecord group = before ?? new ClientGroupRecord(name);
        records.Put(group with
        {
            Description = order.Description is null ? group.Description : FieldText.Line("description", order.Description, 1000),
            Members = order.Members is null ? group.Members : Read("members", order.Members, static mac => FieldText.Mac("members", mac)),
            Images = order.AllowedImages is null ? group.Images
                : Read("allowed_images", order.AllowedImages, static image => FieldText.Line("allowed_images", image ?? "", 1024)),
        });
        request.AuditTarget = group.Name;
        return List();
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        string name = request.Require("name");
        if (!records.Current.ClientGroups.TryGetValue(name, out ClientGroupRecord? group))
        {
            throw ApiException.NotFound($"there is no group of clients {Options.Printable.Text(name)}");
        }

        records.DeleteClientGroup(group.Name);
        request.AuditTarget = group.Name;
        return Task.FromResult(List());
    }

    private static ImmutableArray<string> Read(string field, string?[] entries, Func<string?, string> read) => entries.Length <= MaxEntries
        ? [.. entries.Select(read).Where(static entry => entry.Length > 0).Distinct()]
        : throw ApiException.BadRequest($"{field} takes at most {MaxEntries} entries");
}
