using System.Collections.Immutable;
using Appliance.Boot.Profiles;
using Appliance.Formats.BootConfig;
using Appliance.Formats.Linux;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>
/// Decides how an image is booted, from what it holds; its file's name is only a hint. Pure: the same image, profiles and
/// services always give the same plan.
/// </summary>
/// <param name="services">What this box offers.</param>
/// <param name="profiles">What is known of distributions.</param>
public sealed class BootPlanner(BootServices services, ProfileSet profiles)
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
        ["/boot/grub/loopback.cfg", "/boot/grub/grub.cfg", "/boot/grub/grubsrcd.cfg", "/boot/grub2/grub.cfg", "/EFI/BOOT/grub.cfg", "/grub/grub.cfg"];

    private const string NetbootScript = "/netboot.ipxe";

    /// <summary>The plan for an image that could be read.</summary>
    public BootPlan Plan(LibraryImage image) => InjectedPlan.Apply(image, PlanPlain(image), services.Injections.Of(image));

    private BootPlan PlanPlain(LibraryImage image)
    {
        var facts = new ImageFacts(image);
        if (!image.IsDisc && !image.IsNetboot)
        {
            return new BootPlan("raw disk image", RawOptions(image), OffersChoice: true);
        }

        ImmutableArray<BootConfigEntry> entries = ReadEntries(facts);
        ImmutableArray<ProfileMatch> matches = ProfileMatcher.Match(profiles, facts);
        return matches.IsEmpty ? PlanUnknown(facts, entries) : PlanKnown(image, facts, entries, matches);
    }

    /// <summary>What a profile fits: its ways first, then those of the others that fit too.</summary>
    private BootPlan PlanKnown(
        LibraryImage image, ImageFacts facts, ImmutableArray<BootConfigEntry> entries, ImmutableArray<ProfileMatch> matches)
    {
        ProfileMatch best = matches[0];
        long? slimLength = services.SlimLength(image);
        (ImmutableArray<BootOption> options, ImmutableArray<MissingWay> missing) =
            new WayBuilder(best.Profile, facts, entries, services, slimLength).Build();
        IEnumerable<BootOption> others = matches.Skip(1).SelectMany(match =>
            new WayBuilder(match.Profile, facts, entries, services, slimLength).Build().Options
                .Where(option => !options.Any(known => IsSame(known.Line, option.Line)))
                .Select(option => option with { Title = $"as {match.Profile.Name}: {option.Title}", IsAlternative = true }));

        // Where nothing that the profile knows can be done, the image's own menu may still start.
        bool isHelpless = options.IsEmpty;
        return new BootPlan(best.Profile.Name, [.. options, .. others, .. isHelpless ? GenericOptions(facts, entries) : []], isHelpless)
        {
            Profile = best.Profile.Id,
            Release = ProfileMatcher.FindRelease(best.Profile, facts),
            Evidence = [.. best.Evidence.Distinct(), .. matches.Skip(1).Select(match => ReasonAgainst(match, best))],
            Missing = missing,
            AutoInstall = best.Profile.AutoInstall,
        };
    }

    private static bool IsSame(BootLine known, BootLine line) => (known, line) switch
    {
        (LinuxBootLine a, LinuxBootLine b) => a.Kernel == b.Kernel && a.Parameters == b.Parameters,
        (WimbootBootLine a, WimbootBootLine b) => a.Parameters == b.Parameters && a.Files.SequenceEqual(b.Files),
        _ => known == line,
    };

    /// <summary>Why a profile that fits too was not chosen.</summary>
    private static string ReasonAgainst(ProfileMatch match, ProfileMatch best)
    {
        string reason = match.Profile.Priority != best.Profile.Priority ? $"priority {match.Profile.Priority} against {best.Profile.Priority}"
            : match.Profile.Conditions.Length != best.Profile.Conditions.Length
                ? $"{match.Profile.Conditions.Length} conditions against {best.Profile.Conditions.Length}"
            : match.Hint != best.Hint ? "label or file name" : "the order of their ids";
        return $"it could also be {match.Profile.Name} ({match.Profile.Id}); decided by {reason}";
    }

    /// <summary>What no profile fits; its label or file name may still tell what is missing in it.</summary>
    private BootPlan PlanUnknown(ImageFacts facts, ImmutableArray<BootConfigEntry> entries)
    {
        ImmutableArray<BootOption> options = GenericOptions(facts, entries);
        if (ProfileMatcher.Guess(profiles, facts.Label, facts.FileName) is not { } guess)
        {
            return new BootPlan("unknown image", options, OffersChoice: true);
        }

        return new BootPlan($"unknown image, perhaps {guess.Name}", options, OffersChoice: true)
        {
            Evidence = [$"only its label \"{facts.Label}\" or its file name hints at {guess.Name} ({guess.Id})"],
            Missing = [new MissingWay(guess.Name, $"it looks like {guess.Name}, but what that needs is not in it")],
        };
    }

    /// <summary>For what nobody knows: as a disc first, then what its own menu starts, then a copy in memory.</summary>
    private static ImmutableArray<BootOption> GenericOptions(ImageFacts facts, ImmutableArray<BootConfigEntry> entries)
    {
        var options = ImmutableArray.CreateBuilder<BootOption>();
        if (facts.HasBiosBoot || facts.HasEfiBoot)
        {
            // Under Secure Boot the firmware itself checks the loader that lies on the disc.
            options.Add(new BootOption("Boot it as a disc", new SanBootLine(facts.Image, facts.HasBiosBoot, facts.HasEfiBoot)) { IsSigned = true });
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

        return options.ToImmutable();
    }

    private static ImmutableArray<BootOption> RawOptions(LibraryImage image)
    {
        string path = ImageFacts.ImagePath(image);
        var sanBoot = new BootOption("Boot it as a disk", new SanBootLine(path, HasBiosBoot: true, HasEfiBoot: true)) { IsSigned = true };
        var medium = image.Length <= MaxFloppyLength ? MemdiskMedium.Floppy : MemdiskMedium.HardDisk;
        var memdisk = new BootOption("Copy it to memory (memdisk)", new MemdiskBootLine(path, medium));
        return image.Length > MaxMemdiskLength ? [sanBoot] : medium is MemdiskMedium.Floppy ? [memdisk, sanBoot] : [sanBoot, memdisk];
    }

    private static BootOption Linux(
        string title, KernelImage image, ImageFacts facts, string kernel, IEnumerable<string> initrds, string parameters) =>
        new(title, new LinuxBootLine(image, facts.Path(kernel), [.. initrds.Select(facts.Path)], parameters));

    private static ImmutableArray<BootConfigEntry> ReadEntries(ImageFacts facts)
    {
        // Netboot files were put there to be booted so.
        if (IpxeConfig.Read(NetbootScript, facts.ReadText) is { IsEmpty: false } netboot)
        {
            return netboot;
        }

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
