using System.Collections.Immutable;
using Appliance.Boot.Timeline;
using Appliance.Catalog;

namespace Appliance.Admin.Clients;

/// <summary>The machines on the wire: those that have booted, and those that something was said of.</summary>
internal sealed class ClientRoutes(AdminParts parts)
{
    private readonly MenuTable _records = parts.Records;
    private readonly MachineMemory _memory = parts.Memory;

    private static readonly ApiField Mac = new("mac", "string", "Ethernet address", IsRequired: true);

    private static readonly ApiField[] Fields =
    [
        new("name", "string", "For people"),
        new("description", "string", "For people"),
        new("enabled", "boolean", "false: its menu has no images"),
        new("show_public_images", "boolean", "Whether its menu has the public images"),
        new("allowed_images", "array", "Filenames of the images that it may start besides"),
        new("default_image", "string", "Filename of the image that it starts by itself, or local; empty: what the settings say"),
    ];

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/clients", Access.Viewer, "All clients", _ => Task.FromResult(List())),
        new("POST", "/api/clients", Access.Operator, "Notes a client", CreateAsync)
        {
            Body = [new("mac_address", "string", "Ethernet address", IsRequired: true), .. Fields],
        },
        new("PUT", "/api/clients", Access.Operator, "Changes what is said of a client; what is left out stays", ChangeAsync)
        {
            Query = [Mac],
            Body = [.. Fields],
        },
        new("DELETE", "/api/clients", Access.Operator, "Forgets what was said of a client", Delete) { Query = [Mac] },
        new("POST", "/api/clients/assign", Access.Operator, "Says which images a client may start besides the public ones", AssignAsync)
        {
            Body =
            [
                new("mac_address", "string", "Ethernet address", IsRequired: true),
                new("image_filenames", "array", "Their filenames", IsRequired: true),
            ],
        },
    ];

    private ApiAnswer List()
    {
        Dictionary<string, BootRecord> boots = LatestBoots();
        Dictionary<string, string> next = NextEntries();
        MenuRecords current = _records.Current;
        IEnumerable<string> learned = _memory.List().Select(static machine => ClientRecord.MacOf(machine.Mac));
        IEnumerable<ClientView> views = current.Clients.Keys.Union(boots.Keys).Union(learned).Order(StringComparer.Ordinal)
            .Select(mac => ViewOf(current.Clients.GetValueOrDefault(mac), mac, boots.GetValueOrDefault(mac), next.GetValueOrDefault(mac)));
        return ApiAnswer.Of([.. views], AdminJson.Default.ClientViewArray);
    }

    private Dictionary<string, BootRecord> LatestBoots()
    {
        var boots = new Dictionary<string, BootRecord>();
        foreach (BootRecord boot in parts.Timeline.Snapshot())
        {
            // A machine's latest boot stands first.
            boots.TryAdd(ClientRecord.MacOf(boot.Mac), boot);
        }

        return boots;
    }

    private async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        ClientOrder order = await request.ReadAsync(AdminJson.Default.ClientOrder);
        string mac = FieldText.Mac("mac_address", order.MacAddress);
        if (_records.Current.Clients.ContainsKey(mac))
        {
            throw ApiException.Conflict($"{mac} is noted already: change it by PUT");
        }

        ClientRecord client = Apply(new ClientRecord(mac), order);
        SetDefault(mac, order);
        return Put(request, client, 201);
    }

    private async Task<ApiAnswer> ChangeAsync(ApiRequest request)
    {
        string mac = FieldText.Mac("mac", request.Require("mac"));
        ClientOrder order = await request.ReadAsync(AdminJson.Default.ClientOrder);
        ClientRecord client = Apply(_records.Current.Clients.GetValueOrDefault(mac) ?? new ClientRecord(mac), order);
        SetDefault(mac, order);
        return Put(request, client, 200);
    }

    private async Task<ApiAnswer> AssignAsync(ApiRequest request)
    {
        AssignOrder order = await request.ReadAsync(AdminJson.Default.AssignOrder);
        string mac = FieldText.Mac("mac_address", order.MacAddress);
        ImmutableArray<string> images = RequireImages("image_filenames", order.ImageFilenames ?? []);
        ClientRecord before = _records.Current.Clients.GetValueOrDefault(mac) ?? new ClientRecord(mac);
        return Put(request, before with { Images = images }, 200);
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        string mac = FieldText.Mac("mac", request.Require("mac"));
        if (!_records.Current.Clients.ContainsKey(mac))
        {
            throw ApiException.NotFound($"nothing was said of {mac}");
        }

        _memory.SetDefault(MachineRoutes.AddressOf(mac), null);
        _records.DeleteClient(mac);
        request.AuditTarget = mac;
        return Task.FromResult(ApiAnswer.Done($"{mac} is forgotten"));
    }

    private ApiAnswer Put(ApiRequest request, ClientRecord client, int status)
    {
        const int Most = 4096; // More than a wire has, and small in memory
        if (_records.Current.Clients.Count >= Most && !_records.Current.Clients.ContainsKey(client.Mac))
        {
            throw ApiException.Conflict($"{Most} clients are noted: forget some");
        }

        _records.Put(client);
        request.AuditTarget = client.Mac;
        return ApiAnswer.Of([ViewOf(client, client.Mac, LatestBoots().GetValueOrDefault(client.Mac), NextEntries().GetValueOrDefault(client.Mac))], AdminJson.Default.ClientViewArray, status: status);
    }

    private void SetDefault(string mac, ClientOrder order)
    {
        if (order.DefaultImage is { } image)
        {
            _memory.SetDefault(MachineRoutes.AddressOf(mac), image.Length == 0 ? null : MachineRoutes.EntryOf(parts.Library, image));
        }
    }

    private static ClientRecord Apply(ClientRecord client, ClientOrder order) => client with
    {
        Name = order.Name is null ? client.Name : FieldText.Line("name", order.Name, 100),
        Description = order.Description is null ? client.Description : FieldText.Line("description", order.Description, 1000),
        Enabled = order.Enabled ?? client.Enabled,
        ShowPublic = order.ShowPublicImages ?? client.ShowPublic,
        Images = order.AllowedImages is null ? client.Images : RequireImages("allowed_images", order.AllowedImages),
    };

    private static ImmutableArray<string> RequireImages(string field, string?[] images) => images.Length <= 1000
        ? [.. images.Select(image => FieldText.Line(field, image ?? "", 1024)).Where(static image => image.Length > 0).Distinct()]
        : throw ApiException.BadRequest($"{field} takes at most 1000 filenames");

    private ClientView ViewOf(ClientRecord? record, string mac, BootRecord? boot, string? next)
    {
        ClientRecord client = record ?? new ClientRecord(mac);
        MachineRecord? learned = _memory.Find(MachineRoutes.AddressOf(mac));
        return new ClientView(
            mac, client.Name, client.Description, client.Enabled, client.ShowPublic, [.. client.Images], record is null,
            boot?.Address?.ToString(), boot?.Firmware.ToString(), next,
            learned?.DefaultEntry, learned?.Loader, [.. (learned?.Ways ?? []).Select(static way => new TriedWayView(way.Image, way.Way, way.Worked))]);
    }

    private Dictionary<string, string> NextEntries() => parts.NextBoots.List()
        .GroupBy(static boot => ClientRecord.MacOf(boot.Mac))
        .ToDictionary(static boots => boots.Key, static boots => boots.First().Entry);
}
