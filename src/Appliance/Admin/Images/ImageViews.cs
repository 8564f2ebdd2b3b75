using System.Collections.Immutable;
using Appliance.Boot;
using Appliance.Boot.AutoInstall;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Admin.Images;

/// <summary>Shows the library as the API does: what the files are, and what their owner said of them.</summary>
internal sealed class ImageViews(ImageLibrary library, BootMenus menus, MenuTable records, MachineMemory memory)
{
    private static readonly (ClientFirmware Firmware, string Name)[] Firmwares =
        [(ClientFirmware.Bios, "bios"), (ClientFirmware.UefiX64, "uefi-x64"), (ClientFirmware.UefiArm64, "uefi-arm64"), (ClientFirmware.UefiIa32, "uefi-ia32")];

    public ImageView[] All() => [.. library.Current.Images.Select(Of)];

    public ImageView Of(LibraryImage image)
    {
        ImageRecord record = records.Current.Image(image.RelativePath);
        BootPlan? plan = menus.PlanOf(image);
        ImageBoots boots = memory.BootsOf(image.Id);
        string? netboot = plan is null ? null : NetbootFiles.UrlFor(image, plan)?.ToString();
        return new ImageView
        {
            Id = image.Id,
            Filename = image.RelativePath,
            Name = record.Name ?? image.Title,
            Description = record.Description,
            Size = image.ShownLength,
            Enabled = record.Enabled,
            Public = record.Public,
            Group = record.Group ?? string.Join('/', image.Group),
            Order = record.Order,
            BootMethod = record.BootMethod,
            BootParams = record.Parameters,
            Kind = plan?.Kind ?? "unreadable",
            Distro = plan?.Profile,
            Release = plan?.Release,
            Extracted = image.IsExtracted || image.ManualFiles.Any(),
            Autoinstall = plan?.AutoInstall is { } kind ? AnswerFormat.Of(kind).Word : null,
            Injected = [.. (plan?.Injected ?? []).Select(static file => new InjectedView("/" + file.Path, file.Length, file.IsExecutable))],
            Problem = image.BrokenReason ?? image.Integrity.Problem,
            Integrity = image.Integrity.State.ToString().ToLowerInvariant(),
            Sha256 = image.Integrity.Sha256,
            Source = record.Source,
            UpdatedAt = image.LastModified,
            Ways = [.. (plan?.Options ?? []).Select(WayOf)],
            Note = plan?.Options.Select(static option => option.Note).FirstOrDefault(static note => note is not null),
            NetbootRequired = plan is not null && NetbootFiles.IsRequired(plan),
            NetbootAvailable = NetbootFiles.AreThere(image),
            NetbootUrl = netboot,
            BootsBegun = boots.Begun,
            BootsFinished = boots.Finished,
        };
    }

    /// <summary>The image of that name, by its path or its id.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public LibraryImage Find(string filename)
    {
        string name = filename.TrimStart('/');
        return library.Current.TryFindByFile(name, out LibraryImage? image) || library.Current.TryFind(name, out image)
            ? image
            : throw ApiException.NotFound($"there is no image {Options.Printable.Text(filename)}: GET /api/images lists them");
    }

    private static WayView WayOf(BootOption option) => new(
        option.Title,
        [.. Firmwares.Where(item => option.Line.RunsOn(item.Firmware) && (option.Firmware.IsEmpty || option.Firmware.Contains(item.Firmware)))
            .Select(static item => item.Name)],
        option.MemoryMib,
        option.Bytes,
        [.. (option.Line is LinuxBootLine linux ? linux.Files : option.Line is WimbootBootLine windows ? windows.Files : []).Select(static file => file.Name)]);
}
