using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Boot.AutoInstall;
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
                new("unattended", "boolean", "true: installs the image without questions, which erases the PC's disk; once only"),
            ],
        },
        new("DELETE", "/api/clients/learned", Access.Operator, "Forgets which loader and which ways of starting worked on a machine", Forget)
        {
            Query = [new("mac", "string", "Ethernet address", IsRequired: true)],
        },
    ];

    private Task<ApiAnswer> Forget(ApiRequest request)
    {
        string mac = FieldText.Mac("mac", request.Require("mac"));
        request.AuditTarget = mac;
        return Task.FromResult(parts.Memory.Forget(AddressOf(mac))
            ? ApiAnswer.Done($"{mac} begins anew: it is given the first loader, and the best way of starting each image")
            : throw ApiException.NotFound($"nothing was learned of {mac}"));
    }

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

        string entry = order.Unattended == true ? UnattendedEntryOf(order, mac) : EntryOf(parts.Library, order.ImageFilename);
        parts.NextBoots.Set(new NextBoot(AddressOf(mac), entry, order.Once ?? true));
        return ApiAnswer.Done($"{mac} starts {entry} {(order.Once ?? true ? "once" : "each time")}");
    }

    /// <summary>Name of the menu entry of an image, by its filename or id; <c>local</c> is the local disk.</summary>
    /// <exception cref="ApiException">There is none, or its name is too long to be kept.</exception>
    public static string EntryOf(ImageLibrary library, string filename)
    {
        string entry = filename == Local ? Local
            : library.Current.TryFindByFile(filename, out LibraryImage? image) || library.Current.TryFind(filename, out image) ? image.Id
            : throw ApiException.NotFound($"there is no image {Printable.Text(filename)}");
        return RequireShort(entry);
    }

    /// <exception cref="ApiException">It would be started again and again, or the machine has no answers.</exception>
    private string UnattendedEntryOf(NextBootOrder order, string mac)
    {
        string image = EntryOf(parts.Library, order.ImageFilename!);
        if (order.Once == false)
        {
            throw ApiException.BadRequest("an unattended installation is started once, not at each boot");
        }

        bool hasAnswers = parts.Library.Current.TryFind(image, out LibraryImage? found) && parts.Menus.PlanOf(found)?.AutoInstall is { } kind
            && parts.Records.Current.AnswerFor(found.RelativePath, AnswerFormat.Of(kind).Word, mac) is not null;
        string entry = hasAnswers ? UnattendedEntry.IdOf(image)
            : throw ApiException.Conflict($"{mac} has no answers for {Printable.Text(image)}: give it some by POST /api/autoinstall/assign");
        return RequireShort(entry);
    }

    private static string RequireShort(string entry) => entry.Length <= NextBoots.MaximumEntry ? entry
        : throw ApiException.BadRequest($"an entry that is started by itself has at most {NextBoots.MaximumEntry} characters");

    public static PhysicalAddress AddressOf(string mac) => PhysicalAddress.Parse(mac.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant());
}
