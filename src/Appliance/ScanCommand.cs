using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Images.Integrity;
using Appliance.Options;
using Appliance.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance;

/// <summary>Lists the images and how each would be booted: what the menu will say, without a PC.</summary>
internal static class ScanCommand
{
    /// <summary>Prints one paragraph for each image; exit status 1 when one is broken or damaged.</summary>
    /// <param name="verify">Whether each image is read through and compared with the list of sums beside it.</param>
    public static async Task<int> RunAsync(ApplianceOptions options, bool verify, TextWriter output)
    {
        using var library = new ImageLibrary(options.Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        if (verify)
        {
            // Nobody is served by this process, and somebody waits: as fast as it goes.
            var scrubber = new ImageScrubber(
                library, options.Storage with { ScrubRate = 0 }, static () => 0, TimeProvider.System, NullLogger<ImageScrubber>.Instance);
            await scrubber.ReadAllAsync(CancellationToken.None);
        }

        BootMenus menus = MakeMenus(options, out _, out _);
        menus.Update(library.Current.Images);
        await PrintMistakesAsync(menus, output);
        int broken = 0;
        int damaged = 0;
        foreach (LibraryImage image in library.Current.Images)
        {
            BootPlan? plan = menus.PlanOf(image);
            broken += plan is null ? 1 : 0;
            await output.WriteLineAsync($"{Printable.Text(image.RelativePath)}: {plan?.Kind ?? "broken: " + image.BrokenReason}");
            damaged += image.Integrity.Problem is null ? 0 : 1;
            if (image.IsExtracted)
            {
                await output.WriteLineAsync($"    extracted into {Printable.Text(image.ManualFolder)}");
            }

            if (image.Integrity.State is not IntegrityState.Unknown)
            {
                await output.WriteLineAsync($"    SHA-256 {image.Integrity.Sha256 ?? "unknown"}: {image.Integrity.Detail}");
            }

            if (plan is not null && image.TreeProblem is not null)
            {
                await output.WriteLineAsync($"    no files to serve: {image.TreeProblem}");
            }

            foreach (BootOption option in plan?.Options ?? [])
            {
                await output.WriteLineAsync($"    {Printable.Text(option.Title)}: {string.Join(", ", Firmwares(option))}");
            }

            foreach (MissingWay way in plan?.Missing ?? [])
            {
                await output.WriteLineAsync($"    {Printable.Text(way.Title)}: not possible, {Printable.Text(way.Reason)}");
            }
        }

        foreach (string path in library.Current.Pending)
        {
            await output.WriteLineAsync($"{Printable.Text(path)}: still being written");
        }

        string verdict = verify ? $", {damaged} damaged" : "";
        await output.WriteLineAsync($"{library.Current.Images.Length} images, {broken} broken{verdict}, in {options.Storage.Isos}");
        return broken + damaged == 0 ? 0 : 1;
    }

    /// <summary>Prints all about one image file, wherever it lies; exit status 1 when it is broken.</summary>
    /// <exception cref="StartException">It cannot be read.</exception>
    public static async Task<int> ExplainAsync(string path, ApplianceOptions options, TextWriter output)
    {
        try
        {
            LibraryImage image = SingleImage.Read(path, CancellationToken.None);
            BootMenus menus = MakeMenus(options, out BootServices services, out LoaderFiles loaders);
            await PrintMistakesAsync(menus, output);
            menus.Update([image]);
            if (menus.PlanOf(image) is { } plan)
            {
                ExplainReport.Print(ExplainReport.Write(image, plan, services, line => menus.RefusesSecurely(line, loaders.TrustedSigners)), output);
                return 0;
            }

            await output.WriteLineAsync($"{Printable.Text(image.RelativePath)}: broken: {Printable.Text(image.BrokenReason ?? "it cannot be read")}");
            return 1;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{Printable.Text(path)} cannot be explained: {unreadable.Message}", unreadable);
        }
    }

    internal static BootMenus MakeMenus(ApplianceOptions options, out BootServices services, out LoaderFiles loaders)
    {
        loaders = new LoaderFiles(options.Storage);
        loaders.Refresh();
        services = ServeCommand.ServicesOf(options, loaders.Contains);
        return new BootMenus(services, new ProfileFiles(options.Storage.OwnProfiles), options.Menu, TimeProvider.System);
    }

    private static async Task PrintMistakesAsync(BootMenus menus, TextWriter output)
    {
        foreach (string mistake in menus.Profiles.Mistakes)
        {
            await output.WriteLineAsync($"profile skipped: {mistake}");
        }
    }

    private static IEnumerable<string> Firmwares(BootOption option) =>
        Enum.GetValues<ClientFirmware>().Where(option.Line.RunsOn).Select(static firmware => firmware.ToString());
}
