using System.Collections.Immutable;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>Bends the plan of an image to what its owner said: the way that comes first, parameters that are added. Pure.</summary>
public static class BootPreference
{
    /// <summary>Name of the way by which profiles start the thin operating system.</summary>
    private const string ThinOs = "thinos";

    /// <summary>Rank of a way that is none of the method.</summary>
    private const int Other = 2;

    /// <summary>The plan with the ways of the wanted method first; the same where there is none, so that the image still starts.</summary>
    public static BootPlan Apply(LibraryImage image, BootPlan plan, ImageRecord record)
    {
        ImmutableArray<BootOption> options = Ways(image, plan, record.BootMethod);
        if (record.Parameters.Length > 0)
        {
            options = [.. options.Select(option => Add(option, record.Parameters))];
        }

        if (!Has(options, record.BootMethod))
        {
            return plan with { Options = options };
        }

        // Whoever names a way wants no question about it.
        return plan with { Options = [.. options.OrderBy(option => Rank(option, record.BootMethod))], OffersChoice = false };
    }

    /// <summary>Whether the image has a way of that method; each has the automatic one.</summary>
    public static bool Has(LibraryImage image, BootPlan plan, string method) =>
        method == BootMethods.Automatic || Has(Ways(image, plan, method), method);

    private static bool Has(ImmutableArray<BootOption> options, string method) => options.Any(option => Rank(option, method) < Other);

    /// <summary>The plan's ways; for whoever asks for it also as a disc, which profiles leave out where they know better.</summary>
    private static ImmutableArray<BootOption> Ways(LibraryImage image, BootPlan plan, string method)
    {
        if (method != BootMethods.SanBoot || Has(plan.Options, method) || !image.IsDisc)
        {
            return plan.Options;
        }

        return AsDisc(image) is { Line: SanBootLine { HasBiosBoot: true } or SanBootLine { HasEfiBoot: true } } disc ? plan.Options.Add(disc) : plan.Options;
    }

    /// <summary>The image as a disc of the firmware, whether any firmware can start it or not.</summary>
    internal static BootOption AsDisc(LibraryImage image)
    {
        var facts = new ImageFacts(image);
        return new BootOption("Boot it as a disc", new SanBootLine(facts.Image, facts.HasBiosBoot, facts.HasEfiBoot)) { IsSigned = true };
    }

    /// <summary>0 for the method itself, 1 for what stands in for it, else <see cref="Other"/>.</summary>
    private static int Rank(BootOption option, string method) => (method, option.Line) switch
    {
        _ when option.IsAlternative => Other,
        (BootMethods.Kernel, LinuxBootLine linux) => IsNetworkRoot(linux) ? 1 : 0,
        (BootMethods.Kernel, WimbootBootLine or EfiProgramBootLine) => 0,
        (BootMethods.Nfs, LinuxBootLine linux) when Uses(linux, "nfs") => 0,
        (BootMethods.Nbd, LinuxBootLine linux) when Uses(linux, "nbd") => 0,
        (BootMethods.SanBoot, SanBootLine) => 0,
        (BootMethods.Memdisk, _) when option.Id == ThinOs => 0,
        (BootMethods.Memdisk, MemdiskBootLine) => 1,
        _ => Other,
    };

    private static bool IsNetworkRoot(LinuxBootLine linux) => Uses(linux, "nfs") || Uses(linux, "nbd");

    private static bool Uses(LinuxBootLine linux, string protocol) => linux.Parameters.Contains(protocol, StringComparison.OrdinalIgnoreCase);

    private static BootOption Add(BootOption option, string parameters) => option.Line is LinuxBootLine linux
        ? option with { Line = linux with { Parameters = $"{linux.Parameters} {parameters}".Trim() } }
        : option;
}
