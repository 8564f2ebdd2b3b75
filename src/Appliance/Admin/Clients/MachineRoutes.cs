using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Formats.Link;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Admin.Clients;

/// <summary>What is done with one machine: switch it on, say what it starts.</summary>
internal sealed class MachineRoutes(AdminParts parts)
{
    private const string Local = "local";

    public IEnumerable<AdminRoute> Routes =>
    [
        new("POST", "/api/clients/wake", Access.Operator, "Switches a machine on over the network", Wake)
        {
            Query = [new("mac", "string", "Ethernet address", IsRequired: true)],
        },
        new("POST", "/api/clients/next-boot", Access.Operator, "Says what a machine starts by itself next time", SetNextBootAsync)
        {
            Body =
            [
                new("mac_address", "string", "Ethernet address", IsRequired: true),
                new("image_filename", "string", "Filename of an image, or local; empty: what the settings say"),
                new("once", "boolean", "false: each time until it is changed; default true"),
            ],
        },
    ];

    private Task<ApiAnswer> Wake(ApiRequest request)
    {
        string mac = FieldText.Mac("mac", request.Require("mac"));
        request.AuditTarget = mac;
        try
        {
            WakeOnLan.Send(parts.Options.Network, MacAddress.Read(AddressOf(mac).GetAddressBytes()));
        }
        catch (SocketException failure)
        {
            throw new IOException($"{mac} could not be woken: {failure.Message}", failure);
        }

        return Task.FromResult(ApiAnswer.Done($"a magic packet for {mac} was sent; its firmware must have Wake-on-LAN switched on"));
    }

    private async Task<ApiAnswer> SetNextBootAsync(ApiRequest request)
    {
        NextBootOrder order = await request.ReadAsync(AdminJson.Default.NextBootOrder);
        string mac = FieldText.Mac("mac_address", order.MacAddress);
        request.AuditTarget = $"{mac} {order.ImageFilename}";
        if (string.IsNullOrEmpty(order.ImageFilename))
        {
            parts.NextBoots.Remove(AddressOf(mac));
            return ApiAnswer.Done($"{mac} starts what the settings say");
        }

        string entry = EntryOf(order.ImageFilename);
        if (entry.Length > NextBoots.MaximumEntry)
        {
            throw ApiException.BadRequest($"image_filename takes at most {NextBoots.MaximumEntry} characters");
        }

        parts.NextBoots.Set(new NextBoot(AddressOf(mac), entry, order.Once ?? true));
        return ApiAnswer.Done($"{mac} starts {entry} {(order.Once ?? true ? "once" : "each time")}");
    }

    private string EntryOf(string filename) => filename == Local ? Local
        : parts.Library.Current.TryFindByFile(filename, out LibraryImage? image) || parts.Library.Current.TryFind(filename, out image) ? image.Id
        : throw ApiException.NotFound($"there is no image {Printable.Text(filename)}");

    private static PhysicalAddress AddressOf(string mac) => PhysicalAddress.Parse(mac.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant());
}
