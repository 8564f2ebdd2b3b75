using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Boot.AutoInstall;

/// <summary>What the variables of an answer file stand for, for one client and one image.</summary>
/// <param name="Client">Ethernet address of the client; null when nobody knows which one has the address.</param>
/// <param name="Address">The client's address.</param>
/// <param name="ClientName">Its name as its owner wrote it; empty when there is none.</param>
/// <param name="ImageName">The image's name for people.</param>
/// <param name="Server">Base URL of the boot plane, without a slash at its end.</param>
/// <param name="ImageUrl">Where the image's files are; percent-encoded.</param>
/// <param name="IsoUrl">Where the whole image is; percent-encoded.</param>
public sealed record AnswerValues(
    PhysicalAddress? Client, IPAddress Address, string ClientName, string ImageName, string Server, string ImageUrl, string IsoUrl)
{
    private const int MaxHostName = 63; // RFC 1123 §2.1, of one label

    /// <summary>
    /// Variables that hold no character with a meaning in any of the languages, and so may stand anywhere.
    /// </summary>
    public static ImmutableArray<string> Plain { get; } = ["mac", "ip", "hostname", "server", "address", "image", "iso"];

    /// <summary>Variables that hold what people have written, and so must stand where a text is quoted.</summary>
    public static ImmutableArray<string> Free { get; } = ["client_name", "image_name"];

    public static AnswerValues Of(LibraryImage image, MenuRecords records, PhysicalAddress? client, IPAddress address, string server)
    {
        var facts = new ImageFacts(image);
        string name = client is null ? "" : records.Clients.GetValueOrDefault(ClientRecord.MacOf(client))?.Name ?? "";
        string title = records.Image(image.RelativePath).Name ?? image.Title;
        return new AnswerValues(client, address, name, title, server, server + facts.UrlPath(""), server + facts.UrlOfImage);
    }

    /// <summary>The value of a variable of the lists above; null when it is not known of this client.</summary>
    public string? Find(string variable) => variable switch
    {
        "mac" => Client is null ? null : ClientRecord.MacOf(Client),
        "ip" => Address.ToString(),
        "hostname" => Client is null ? null : HostName(ClientName, Client),
        "server" => Server,
        "address" => new Uri(Server).Host,
        "image" => ImageUrl,
        "iso" => IsoUrl,
        "client_name" => ClientName,
        "image_name" => ImageName,
        _ => null,
    };

    /// <summary>
    /// A host name of letters, digits and hyphens (RFC 952, RFC 1123 §2.1): the client's name, else one made of the last half
    /// of its Ethernet address.
    /// </summary>
    public static string HostName(string name, PhysicalAddress client)
    {
        string label = new([.. name.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        label = label.Trim('-');
        label = label[..Math.Min(label.Length, MaxHostName)].Trim('-');
        return label.Length > 0 ? label : $"pc-{client.ToString()[^6..].ToLowerInvariant()}";
    }
}
