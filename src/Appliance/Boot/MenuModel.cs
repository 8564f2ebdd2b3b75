using System.Collections.Immutable;
using System.Globalization;
using Appliance.Boot.AutoInstall;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>One image as a menu shows it.</summary>
/// <param name="Id">Its name, as in <see cref="LibraryImage.Id"/>.</param>
/// <param name="Title">Title with its size.</param>
/// <param name="Options">Ways of starting it on this client, the best first; empty when there are none.</param>
/// <param name="OffersChoice">Whether the user chooses among them.</param>
/// <param name="Problem">Why it cannot be started here, or null.</param>
public sealed record MenuEntry(string Id, string Title, ImmutableArray<BootOption> Options, bool OffersChoice, string? Problem);

/// <summary>A group of entries: a folder of the library.</summary>
public sealed record MenuGroup(string Title, ImmutableArray<MenuGroup> Groups, ImmutableArray<MenuEntry> Entries);

/// <summary>Who a menu is for: the machine that reads it, and the box that serves it.</summary>
public readonly record struct MenuAudience(ClientMachine Machine, BootServices Services)
{
    private readonly MenuRecords? _records;

    /// <summary>What the owner said of images and groups.</summary>
    public MenuRecords Records
    {
        get => _records ?? MenuRecords.Empty;
        init => _records = value;
    }

    /// <summary>What the owner said of this client; null: it is nobody in particular.</summary>
    public ClientRecord? Client { get; init; }

    /// <summary>What was learned of this machine; null: nothing.</summary>
    public MachineRecord? Learned { get; init; }
}

/// <summary>Builds the menu of one kind of client out of the library; the script languages are written from it.</summary>
public static class MenuModel
{
    /// <summary>An image with what its owner said of it.</summary>
    private sealed record Item(LibraryImage Image, BootPlan? Plan, ImageRecord Record)
    {
        public string Title => Record.Name ?? Image.Title;

        public ImmutableArray<string> Group { get; } =
            Record.Group is { } path ? [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)] : Image.Group;
    }

    /// <summary>The menu as a tree of groups; the root has the library's ungrouped images.</summary>
    /// <param name="images">The images that are listed, with their plans (null for a broken image).</param>
    /// <param name="audience">Who reads it.</param>
    /// <param name="refuses">Why a line cannot be started there all the same, or null for one that can. Null: all can.</param>
    public static MenuGroup Build(
        IEnumerable<(LibraryImage Image, BootPlan? Plan)> images, MenuAudience audience, Func<BootLine, string?>? refuses = null)
    {
        IEnumerable<Item> items = images
            .Select(image => new Item(image.Image, image.Plan, audience.Records.Image(image.Image.RelativePath)))
            .Where(item => MenuRecords.Shows(item.Record, audience.Client) && audience.Records.ShowsGroup(item.Group));
        return BuildGroup("", 0, [.. items], audience, refuses);
    }

    private static MenuGroup BuildGroup(
        string title, int depth, ImmutableArray<Item> items, MenuAudience audience, Func<BootLine, string?>? refuses) =>
        new(
            title,
            [.. items.Where(item => item.Group.Length > depth)
                .GroupBy(item => item.Group[depth], StringComparer.OrdinalIgnoreCase)
                .Select(group => (Items: group, Record: RecordOf(group.First().Group, depth, audience), Name: group.Key))
                .OrderBy(static group => group.Record?.Order ?? 0)
                .ThenBy(static group => group.Record?.Name ?? group.Name, StringComparer.OrdinalIgnoreCase)
                .Select(group => BuildGroup(group.Record?.Name ?? group.Name, depth + 1, [.. group.Items], audience, refuses))],
            [.. items.Where(item => item.Group.Length == depth)
                .OrderBy(static item => item.Record.Order)
                .ThenBy(static item => item.Title, StringComparer.OrdinalIgnoreCase)
                .SelectMany(item => BuildEntries(item, audience, refuses))]);

    private static GroupRecord? RecordOf(ImmutableArray<string> folders, int depth, MenuAudience audience) =>
        audience.Records.Groups.GetValueOrDefault(string.Join('/', folders.Take(depth + 1)));

    /// <summary>The image's own entry, and behind it the one that installs it without questions.</summary>
    private static IEnumerable<MenuEntry> BuildEntries(Item item, MenuAudience audience, Func<BootLine, string?>? refuses)
    {
        BootPlan? plan = item.Plan is null ? null : BootPreference.Apply(item.Image, item.Plan, item.Record);
        yield return BuildEntry(item, plan, audience, refuses);
        if (plan is not null && UnattendedEntry.TryBuild(item.Image, item.Title, plan, audience, refuses) is { } unattended)
        {
            yield return unattended;
        }
    }

    private static MenuEntry BuildEntry(Item item, BootPlan? plan, MenuAudience audience, Func<BootLine, string?>? refuses)
    {
        LibraryImage image = item.Image;
        string title = $"{item.Title} ({Size(image.ShownLength)})";
        if (image.Integrity.Problem is { } damage)
        {
            // Said and not hidden: most of it may be good, and it may be all there is.
            title += $" - {damage}";
        }

        if (plan is null)
        {
            return new MenuEntry(image.Id, title, [], false, image.BrokenReason ?? "it cannot be read");
        }

        ImmutableArray<BootOption> startable = plan.For(audience.Machine, audience.Services);
        ImmutableArray<BootOption> options = ByExperience(item, [.. startable.Where(option => refuses?.Invoke(option.Line) is null)], audience.Learned);
        bool asks = options is [{ IsAlternative: true, WorkedHere: not true }, ..] || (plan.OffersChoice && options.Length > 1);
        string? problem = !options.IsEmpty ? null
            : !startable.IsEmpty ? refuses!(startable[0].Line)
            : plan.Problem(audience.Machine, audience.Services);
        return new MenuEntry(image.Id, title, options, asks, problem);
    }

    /// <summary>
    /// What worked on this machine comes first, what failed last; between them the order of the plan stays. Where the owner has
    /// said how the image is started, that counts, and experience is only shown.
    /// </summary>
    private static ImmutableArray<BootOption> ByExperience(Item item, ImmutableArray<BootOption> options, MachineRecord? learned)
    {
        if (learned is null || learned.Ways.IsEmpty)
        {
            return options;
        }

        IEnumerable<BootOption> known = options.Select(option => option with { WorkedHere = learned.Worked(item.Image.Id, option.Key) });
        return item.Record.BootMethod == BootMethods.Automatic
            ? [.. known.OrderBy(static option => option.WorkedHere switch { true => 0, null => 1, false => 2 })]
            : [.. known];
    }

    /// <summary>A way of starting with what it costs, where that is known, and how it went here before.</summary>
    public static string Describe(BootOption option)
    {
        string cost = option.MemoryMib == 0 ? "" : $" - copies {Size(option.Bytes)}, needs {BootOption.Memory(option.MemoryMib)}";
        string experience = option.WorkedHere switch { true => " - worked on this PC", false => " - failed on this PC", null => "" };
        return option.Title + cost + experience;
    }

    /// <summary>Length for people.</summary>
    internal static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };
}
