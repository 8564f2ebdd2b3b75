using System.Collections.Immutable;
using System.Globalization;
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

/// <summary>Builds the menu of one kind of client out of the library; the script languages are written from it.</summary>
public static class MenuModel
{
    /// <summary>The menu as a tree of groups; the root has the library's ungrouped images.</summary>
    /// <param name="images">The images that are listed, with their plans (null for a broken image).</param>
    /// <param name="firmware">The client's firmware.</param>
    /// <param name="refuses">Why a line cannot be started there all the same, or null for one that can. Null: all can.</param>
    public static MenuGroup Build(
        IEnumerable<(LibraryImage Image, BootPlan? Plan)> images, ClientFirmware firmware, Func<BootLine, string?>? refuses = null) =>
        BuildGroup("", 0, [.. images], firmware, refuses);

    private static MenuGroup BuildGroup(
        string title, int depth, ImmutableArray<(LibraryImage Image, BootPlan? Plan)> images, ClientFirmware firmware,
        Func<BootLine, string?>? refuses) =>
        new(
            title,
            [.. images.Where(item => item.Image.Group.Length > depth)
                .GroupBy(item => item.Image.Group[depth], StringComparer.OrdinalIgnoreCase)
                .OrderBy(static group => group.Key, StringComparer.OrdinalIgnoreCase)
                .Select(group => BuildGroup(group.Key, depth + 1, [.. group], firmware, refuses))],
            [.. images.Where(item => item.Image.Group.Length == depth)
                .OrderBy(static item => item.Image.Title, StringComparer.OrdinalIgnoreCase)
                .Select(item => BuildEntry(item.Image, item.Plan, firmware, refuses))]);

    private static MenuEntry BuildEntry(
        LibraryImage image, BootPlan? plan, ClientFirmware firmware, Func<BootLine, string?>? refuses)
    {
        string title = $"{image.Title} ({Size(image.Length)})";
        if (image.Integrity.Problem is { } damage)
        {
            // Said and not hidden: most of it may be good, and it may be all there is.
            title += $" - {damage}";
        }

        if (plan is null)
        {
            return new MenuEntry(image.Id, title, [], false, image.BrokenReason ?? "it cannot be read");
        }

        ImmutableArray<BootOption> startable = plan.For(firmware);
        ImmutableArray<BootOption> options = [.. startable.Where(option => refuses?.Invoke(option.Line) is null)];
        string? problem = !options.IsEmpty ? null
            : !startable.IsEmpty ? refuses!(startable[0].Line)
            : plan.Options.IsEmpty ? "nothing in it can be started over the network"
            : $"it has nothing for {FirmwareName(firmware)}";
        return new MenuEntry(image.Id, title, options, plan.OffersChoice && options.Length > 1, problem);
    }

    private static string FirmwareName(ClientFirmware firmware) => firmware switch
    {
        ClientFirmware.Bios => "a PC with BIOS firmware",
        ClientFirmware.UefiX64 => "a PC with UEFI firmware",
        ClientFirmware.UefiIa32 => "a PC with 32-bit UEFI firmware",
        ClientFirmware.UefiArm64 => "a 64-bit ARM machine",
        _ => "this machine",
    };

    private static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };
}
