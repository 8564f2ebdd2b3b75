using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance;

/// <summary>Lists the images and how each would be booted: what the menu will say, without a PC.</summary>
internal static class ScanCommand
{
    /// <summary>Prints one paragraph for each image; exit status 1 when one is broken.</summary>
    public static async Task<int> RunAsync(ApplianceOptions options, TextWriter output)
    {
        using var library = new ImageLibrary(options.Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        var menus = new BootMenus(options.BootUrl, options.Menu, TimeProvider.System);
        menus.Update(library.Current.Images);
        int broken = 0;
        foreach (LibraryImage image in library.Current.Images)
        {
            BootPlan? plan = menus.PlanOf(image);
            broken += plan is null ? 1 : 0;
            await output.WriteLineAsync($"{Printable.Text(image.RelativePath)}: {plan?.Kind ?? "broken: " + image.BrokenReason}");
            foreach (BootOption option in plan?.Options ?? [])
            {
                await output.WriteLineAsync($"    {Printable.Text(option.Title)}: {string.Join(", ", Firmwares(option))}");
            }
        }

        foreach (string path in library.Current.Pending)
        {
            await output.WriteLineAsync($"{Printable.Text(path)}: still being written");
        }

        await output.WriteLineAsync($"{library.Current.Images.Length} images, {broken} broken, in {options.Storage.Isos}");
        return broken == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Firmwares(BootOption option) =>
        Enum.GetValues<ClientFirmware>().Where(option.Line.RunsOn).Select(static firmware => firmware.ToString());
}
