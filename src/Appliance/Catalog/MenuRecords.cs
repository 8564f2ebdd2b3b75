using System.Collections.Immutable;
using System.Globalization;
using System.Net.NetworkInformation;

namespace Appliance.Catalog;

/// <summary>What an image's owner said of it.</summary>
/// <param name="Path">Path in the folder of images.</param>
public sealed record ImageRecord(string Path)
{
    /// <summary>Name in the menu; null: the file's.</summary>
    public string? Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Whether the menu has it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether every client's menu has it. On: what is dropped on the card is there to be booted.</summary>
    public bool Public { get; init; } = true;

    /// <summary>Its group, with slashes between nested ones; empty: none. Null: the folders that it lies in.</summary>
    public string? Group { get; init; }

    /// <summary>Where it stands among its neighbours: smaller numbers first, equal ones by name.</summary>
    public int Order { get; init; }

    /// <summary>The way of starting that comes first: one of <see cref="BootMethods"/>.</summary>
    public string BootMethod { get; init; } = BootMethods.Automatic;

    /// <summary>Kernel parameters that are added.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Where it was downloaded from, or null.</summary>
    public string? Source { get; init; }
}

/// <summary>Names of the ways of starting an image, as the founding documents have them.</summary>
public static class BootMethods
{
    public const string Automatic = "auto";
    public const string Kernel = "kernel";
    public const string SanBoot = "sanboot";
    public const string Nbd = "nbd";
    public const string Nfs = "nfs";

    /// <summary>The thin operating system, which takes the image over the network; else MEMDISK.</summary>
    public const string Memdisk = "memdisk";

    public static ImmutableArray<string> All { get; } = [Automatic, Kernel, SanBoot, Nbd, Nfs, Memdisk];
}

/// <summary>What was said of a group.</summary>
/// <param name="Path">Its folders with slashes between.</param>
/// <param name="Name">Name in the menu; null: the last folder's.</param>
/// <param name="Order">As of an image.</param>
/// <param name="Enabled">Whether the menu has it.</param>
public sealed record GroupRecord(string Path, string? Name, int Order, bool Enabled);

/// <summary>What was said of a client.</summary>
/// <param name="Mac">Its Ethernet address: <c>52:54:00:12:34:56</c>.</param>
public sealed record ClientRecord(string Mac)
{
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Whether its menu has images at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether its menu has the public images.</summary>
    public bool ShowPublic { get; init; } = true;

    /// <summary>Paths of the images that it may start besides.</summary>
    public ImmutableArray<string> Images { get; init; } = [];

    /// <summary>How an Ethernet address is written here.</summary>
    public static string MacOf(PhysicalAddress address) =>
        string.Join(':', address.GetAddressBytes().Select(static octet => octet.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>Whether its menu may differ from everybody's.</summary>
    public bool IsParticular => !Enabled || !ShowPublic || !Images.IsEmpty;
}

/// <summary>The menu's title, time-out and default, where they were set at run time; null: as started with.</summary>
public sealed record MenuSettings(string? Title = null, TimeSpan? Timeout = null, string? Default = null);

/// <summary>All that is recorded for the menu, at one moment; never changes.</summary>
public sealed record MenuRecords(
    ImmutableDictionary<string, ImageRecord> Images,
    ImmutableDictionary<string, GroupRecord> Groups,
    ImmutableDictionary<string, ClientRecord> Clients,
    MenuSettings Settings)
{
    public static readonly MenuRecords Empty = new(
        ImmutableDictionary<string, ImageRecord>.Empty, ImmutableDictionary.Create<string, GroupRecord>(StringComparer.OrdinalIgnoreCase),
        ImmutableDictionary<string, ClientRecord>.Empty, new MenuSettings());

    /// <summary>Answers for unattended installations, by their ids.</summary>
    public ImmutableDictionary<string, AnswerRecord> Answers { get; init; } = ImmutableDictionary<string, AnswerRecord>.Empty;

    /// <summary>Groups of clients, by their names.</summary>
    public ImmutableDictionary<string, ClientGroupRecord> ClientGroups { get; init; } =
        ImmutableDictionary.Create<string, ClientGroupRecord>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is recorded of an image, or what counts when nothing is.</summary>
    public ImageRecord Image(string path) => Images.GetValueOrDefault(path) ?? new ImageRecord(path);

    /// <summary>
    /// What is recorded of a client whose menu may differ from everybody's, with the images of its groups; null for any other.
    /// </summary>
    public ClientRecord? Particular(PhysicalAddress? client)
    {
        if (client is null)
        {
            return null;
        }

        string mac = ClientRecord.MacOf(client);
        ClientRecord record = Clients.GetValueOrDefault(mac) ?? new ClientRecord(mac);
        ImmutableArray<ClientGroupRecord> groups = GroupsOf(mac);
        if (!groups.IsEmpty)
        {
            record = record with { Images = [.. record.Images.Union(groups.SelectMany(static group => group.Images))] };
        }

        bool hasAnswers = Answers.Values.Any(answer => answer.Clients.Contains(mac) || groups.Any(group => answer.Groups.Contains(group.Name, StringComparer.OrdinalIgnoreCase)));

        // An installer is told the client's name on its boot line.
        bool isNamed = record.Name.Length > 0 && !Answers.IsEmpty;
        return record.IsParticular || hasAnswers || isNamed ? record : null;
    }

    /// <summary>
    /// The answers of that kind by which a client installs an image: the client's own, else those of one of its groups, else
    /// the image's. Null when there are none. Of several the first by name.
    /// </summary>
    /// <param name="image">Path of the image.</param>
    /// <param name="kind">What the image's installer reads.</param>
    /// <param name="client">Ethernet address of the client; null when nobody knows.</param>
    public AnswerRecord? AnswerFor(string image, string kind, string? client)
    {
        AnswerRecord[] fitting = [.. Answers.Values.Where(answer => answer.Kind == kind).OrderBy(static answer => answer.Id, StringComparer.Ordinal)];
        ImmutableArray<ClientGroupRecord> groups = client is null ? [] : GroupsOf(client);
        return Array.Find(fitting, answer => client is not null && answer.Clients.Contains(client))
            ?? Array.Find(fitting, answer => groups.Any(group => answer.Groups.Contains(group.Name, StringComparer.OrdinalIgnoreCase)))
            ?? Array.Find(fitting, answer => answer.Images.Contains(image));
    }

    private ImmutableArray<ClientGroupRecord> GroupsOf(string mac) =>
        [.. ClientGroups.Values.Where(group => group.Members.Contains(mac)).OrderBy(static group => group.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whether a group, and each that it is in, is to be shown.</summary>
    public bool ShowsGroup(IReadOnlyList<string> folders) =>
        Enumerable.Range(1, folders.Count).All(depth => Groups.GetValueOrDefault(string.Join('/', folders.Take(depth))) is not { Enabled: false });

    /// <summary>Whether a client's menu has an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="client">What is recorded of the client; null: it is nobody in particular.</param>
    public static bool Shows(ImageRecord image, ClientRecord? client) =>
        image.Enabled && (client is null
            ? image.Public
            : client.Enabled && ((image.Public && client.ShowPublic) || client.Images.Contains(image.Path)));
}
