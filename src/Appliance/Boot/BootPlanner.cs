using System.Collections.Immutable;
using Appliance.Formats.BootConfig;
using Appliance.Formats.Linux;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>
/// Decides how an image is booted, from what it holds and never from its file's name. Pure: the same image always gives
/// the same plan.
/// </summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end; some kernels are told it.</param>
public sealed class BootPlanner(string server)
{
    /// <summary>Largest image that is copied to memory: BIOS loaders reach memory below 4 GiB, and old PCs have 512 MB.</summary>
    private const long MaxMemdiskLength = 256L << 20;

    /// <summary>Up to this length a raw image is a floppy; 2.88 MB is the largest there was.</summary>
    private const long MaxFloppyLength = 2_949_120;

    /// <summary>The places where boot configurations are, in the order in which they are believed.</summary>
    private static readonly ImmutableArray<string> SyslinuxConfigs =
        ["/isolinux/isolinux.cfg", "/boot/isolinux/isolinux.cfg", "/isolinux.cfg", "/syslinux/isolinux.cfg",
         "/syslinux/syslinux.cfg", "/boot/syslinux/syslinux.cfg", "/boot/syslinux/isolinux.cfg", "/syslinux.cfg"];

    private static readonly ImmutableArray<string> GrubConfigs =
        ["/boot/grub/loopback.cfg", "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/EFI/BOOT/grub.cfg", "/grub/grub.cfg"];

    private static readonly ImmutableArray<string> DebianInstallerFolders = ["/install.amd", "/install.a64", "/install.386", "/install", ""];

    private static readonly ImmutableArray<string> MemtestKernels =
        ["/boot/memtest64.bin", "/boot/memtest.bin", "/boot/memtest", "/boot/memtest86+x64.bin"];

    /// <summary>The plan for an image that could be read.</summary>
    public BootPlan Plan(LibraryImage image)
    {
        var facts = new ImageFacts(image);
        if (!image.IsDisc)
        {
            return new BootPlan("raw disk image", RawOptions(image), OffersChoice: true);
        }

        ImmutableArray<BootConfigEntry> entries = ReadEntries(facts);
        return PlanDebianLive(facts, entries)
            ?? PlanDebianInstaller(facts, entries)
            ?? PlanMemtest(facts)
            ?? PlanGeneric(facts, entries);
    }

    /// <summary>live-boot fetches the file system from inside the image (live-boot(7), <c>fetch=</c>).</summary>
    private BootPlan? PlanDebianLive(ImageFacts facts, ImmutableArray<BootConfigEntry> entries)
    {
        const string FileSystem = "/live/filesystem.squashfs";
        string? kernel = facts.List("/live").Where(static name => name.StartsWith("vmlinuz", StringComparison.Ordinal)).Max(StringComparer.Ordinal);
        if (kernel is null || !facts.Exists(FileSystem))
        {
            return null;
        }

        string version = kernel["vmlinuz".Length..];
        string? initrd = new[] { $"/live/initrd.img{version}", $"/live/initrd{version}.img", $"/live/initrd{version}" }.FirstOrDefault(facts.Exists);
        if (initrd is null || facts.ReadKernel($"/live/{kernel}") is not { } image)
        {
            return null;
        }

        string own = entries.FirstOrDefault(entry => entry.Kernel.StartsWith("/live/vmlinuz", StringComparison.Ordinal))?.Parameters ?? "components";
        IEnumerable<string> kept = own.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(static word => word is not ("boot=live" or "---" or "--") && !word.StartsWith("findiso=", StringComparison.Ordinal)
                && !word.StartsWith("fromiso=", StringComparison.Ordinal));
        string parameters = $"boot=live {string.Join(' ', kept)}";
        if (!own.Contains("netboot=", StringComparison.Ordinal))
        {
            // An image whose own menu knows how to come over the network is not told another way.
            parameters += $" fetch={server}{facts.UrlPath(FileSystem)}";
        }

        return new BootPlan("Debian live system", [Linux("Debian live system", image, facts, $"/live/{kernel}", [initrd], parameters)], OffersChoice: false);
    }

    /// <summary>
    /// The Debian installer. Its network flavour needs no medium; the flavour on installation discs looks for a disc, so
    /// an image that carries packages of its own is offered with that warning.
    /// </summary>
    private static BootPlan? PlanDebianInstaller(ImageFacts facts, ImmutableArray<BootConfigEntry> entries)
    {
        foreach (string folder in DebianInstallerFolders)
        {
            string? kernel = new[] { $"{folder}/vmlinuz", $"{folder}/linux" }.FirstOrDefault(facts.Exists);
            string initrd = $"{folder}/initrd.gz";
            if (kernel is null || !facts.Exists(initrd) || facts.ReadKernel(kernel) is not { } image || !IsDebian(facts))
            {
                continue;
            }

            // Priority is left at its default: whoever stands before the PC wants to be asked for the language.
            string parameters = entries.FirstOrDefault(entry => entry.Kernel.Equals(kernel, StringComparison.OrdinalIgnoreCase)
                && entry.Initrds.Contains(initrd, StringComparer.OrdinalIgnoreCase))?.Parameters ?? "---";
            bool looksForDisc = facts.Exists("/.disk/base_installable");
            string title = looksForDisc ? "Debian installer (disc flavour: it will ask for its disc)" : "Debian installer";
            return new BootPlan(title, [Linux(title, image, facts, kernel, [initrd], parameters)], OffersChoice: looksForDisc);
        }

        return null;
    }

    private static bool IsDebian(ImageFacts facts) =>
        facts.Exists("/.disk/mini-info")
        || facts.ReadText("/.disk/info")?.StartsWith("Debian", StringComparison.Ordinal) == true;

    /// <summary>memtest86+: its EFI program runs from the network as it is; for BIOS its floppy image does.</summary>
    private static BootPlan? PlanMemtest(ImageFacts facts)
    {
        if (!facts.Label.StartsWith("MT86PLUS", StringComparison.OrdinalIgnoreCase)
            && !facts.Label.StartsWith("MEMTEST", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var options = ImmutableArray.CreateBuilder<BootOption>();
        const string Title = "memtest86+";
        foreach (string path in facts.List("/EFI/BOOT").Select(static name => $"/EFI/BOOT/{name}"))
        {
            if (path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase) && facts.ReadKernel(path) is { IsEfi: true } program)
            {
                options.Add(new BootOption(Title, new EfiProgramBootLine(program.Architecture, facts.Path(path))));
            }
        }

        string? bios = MemtestKernels.FirstOrDefault(path => facts.ReadKernel(path) is { IsLinux: true });
        if (bios is not null)
        {
            options.Add(Linux(Title, facts.ReadKernel(bios)!.Value, facts, bios, [], ""));
        }
        else if (facts.Exists("/boot/floppy.img"))
        {
            options.Add(new BootOption(Title, new MemdiskBootLine(facts.Path("/boot/floppy.img"), MemdiskMedium.Floppy)));
        }

        return options.Count == 0 ? null : new BootPlan(Title, options.ToImmutable(), OffersChoice: false);
    }

    /// <summary>What nobody knows: as a disc first, then what its own menu starts, then a copy in memory.</summary>
    private static BootPlan PlanGeneric(ImageFacts facts, ImmutableArray<BootConfigEntry> entries)
    {
        var options = ImmutableArray.CreateBuilder<BootOption>();
        if (facts.HasBiosBoot || facts.HasEfiBoot)
        {
            options.Add(new BootOption("Boot it as a disc", new SanBootLine(facts.Image, facts.HasBiosBoot, facts.HasEfiBoot)));
        }

        foreach (BootConfigEntry entry in entries.OrderByDescending(static entry => entry.IsDefault))
        {
            if (facts.ReadKernel(entry.Kernel) is { IsLinux: true } image && entry.Initrds.All(facts.Exists))
            {
                options.Add(Linux(entry.Title, image, facts, entry.Kernel, entry.Initrds, entry.Parameters));
            }
        }

        if (facts.HasBiosBoot && facts.Length <= MaxMemdiskLength)
        {
            options.Add(new BootOption("Copy it to memory (memdisk)", new MemdiskBootLine(facts.Image, MemdiskMedium.Cdrom)));
        }

        return new BootPlan("unknown image", options.ToImmutable(), OffersChoice: true);
    }

    private static ImmutableArray<BootOption> RawOptions(LibraryImage image)
    {
        string path = ImageFacts.ImagePath(image);
        var sanBoot = new BootOption("Boot it as a disk", new SanBootLine(path, HasBiosBoot: true, HasEfiBoot: true));
        var medium = image.Length <= MaxFloppyLength ? MemdiskMedium.Floppy : MemdiskMedium.HardDisk;
        var memdisk = new BootOption("Copy it to memory (memdisk)", new MemdiskBootLine(path, medium));
        return image.Length > MaxMemdiskLength ? [sanBoot] : medium is MemdiskMedium.Floppy ? [memdisk, sanBoot] : [sanBoot, memdisk];
    }

    private static BootOption Linux(
        string title, KernelImage image, ImageFacts facts, string kernel, IEnumerable<string> initrds, string parameters) =>
        new(title, new LinuxBootLine(image, facts.Path(kernel), [.. initrds.Select(facts.Path)], parameters));

    private static ImmutableArray<BootConfigEntry> ReadEntries(ImageFacts facts)
    {
        foreach (string path in SyslinuxConfigs.Where(facts.Exists))
        {
            if (SyslinuxConfig.Read(path, facts.ReadText) is { IsEmpty: false } entries)
            {
                return entries;
            }
        }

        foreach (string path in GrubConfigs.Where(facts.Exists))
        {
            if (GrubConfig.Read(path, facts.ReadText) is { IsEmpty: false } entries)
            {
                return entries;
            }
        }

        return [];
    }
}
