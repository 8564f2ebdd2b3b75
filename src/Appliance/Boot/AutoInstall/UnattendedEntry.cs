using System.Collections.Immutable;
using Appliance.Boot.Profiles;
using Appliance.Catalog;
using Appliance.Formats.Ipxe;
using Appliance.Images;

namespace Appliance.Boot.AutoInstall;

/// <summary>
/// The entry by which a client installs an image without questions: the image's own way of starting, told where its answers
/// are. It stands beside the image's plain entry, says that it erases, and never starts by itself unless its owner named it.
/// </summary>
internal static class UnattendedEntry
{
    /// <summary>Behind the image's id. No file's path holds two slashes, so that no image is ever taken for it.</summary>
    private const string Suffix = "//unattended";

    public static string IdOf(string image) => image + Suffix;

    /// <summary>The entry; null where there are no answers for this client, or it cannot start the image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="title">Its title.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="audience">Who reads the menu.</param>
    /// <param name="refuses">As for <see cref="MenuModel.Build"/>.</param>
    public static MenuEntry? TryBuild(LibraryImage image, string title, BootPlan plan, MenuAudience audience, Func<BootLine, string?>? refuses)
    {
        if (plan.AutoInstall is not { } kind
            || audience.Records.AnswerFor(image.RelativePath, AnswerFormat.Of(kind).Word, audience.Client?.Mac) is not { } answer)
        {
            return null;
        }

        string folder = audience.Services.Server + IpxeText.UrlPath(AnswerFiles.Folder + image.Id) + "/";
        ImmutableArray<BootOption> options =
        [
            .. plan.For(audience.Machine, audience.Services)
                .Where(option => !option.IsAlternative && refuses?.Invoke(option.Line) is null)
                .Select(option => Told(option, kind, folder, image, audience.Client))
                .OfType<BootOption>().Take(1),
        ];
        return options.IsEmpty ? null
            : new MenuEntry(IdOf(image.Id), $"Install {title} unattended ({answer.Id}): ERASES this PC's disk", options, OffersChoice: false, Problem: null);
    }

    private static BootOption? Told(BootOption option, AutoInstallKind kind, string folder, LibraryImage image, ClientRecord? client) => option.Line switch
    {
        LinuxBootLine linux when Words(linux.Parameters, kind, folder, client) is { } words =>
            option with { Line = linux with { Parameters = $"{words} {linux.Parameters}".TrimEnd() } },
        WimbootBootLine windows when kind is AutoInstallKind.Unattend =>
            option with { Line = windows with { Files = [.. windows.Files, .. SetupFiles(windows, image)] } },
        _ => null,
    };

    /// <summary>
    /// What tells the installer; before all other words, because what stands behind <c>---</c> goes to the installed system.
    /// Sources: Debian installation guide §B.2; Anaconda boot options; Ubuntu autoinstall with cloud-init's NoCloud; linuxrc
    /// parameters; Agama boot options; Proxmox VE "Automated Installation".
    /// </summary>
    private static string? Words(string parameters, AutoInstallKind kind, string folder, ClientRecord? client) => kind switch
    {
        // What is asked before the network is there, no file can answer: the host name, and whether to go on without a router
        // and a name server, which is how a PC stands that is cabled to this box alone.
        AutoInstallKind.Preseed => "auto=true priority=critical interface=auto netcfg/no_default_route=true netcfg/get_nameservers="
            + $"{HostName(client)} url={folder}preseed.cfg",

        // Before release 7, by which such a line is known, the words had no prefix.
        AutoInstallKind.Kickstart => parameters.Contains("method=", StringComparison.Ordinal) ? $"ks={folder}ks.cfg" : $"inst.ks={folder}ks.cfg",
        AutoInstallKind.CloudInit => $"autoinstall ds=nocloud-net;s={folder}",
        AutoInstallKind.AutoYast => $"autoyast={folder}autoinst.xml",
        AutoInstallKind.Agama => $"inst.auto={folder}profile.json",

        // Where its answers are stands in the image, which its owner has prepared (docs/autoinstall.md).
        AutoInstallKind.Proxmox => "proxmox-start-auto-installer",
        _ => null,
    };

    private static string HostName(ClientRecord? client) => client is null || client.Name.Length == 0 ? ""
        : $" hostname={AnswerValues.HostName(client.Name, System.Net.NetworkInformation.PhysicalAddress.Parse(client.Mac.Replace(':', '-')))} domain=";

    /// <summary>The answers and what starts setup with them, unless the owner has put a start of his own there.</summary>
    private static IEnumerable<NamedFile> SetupFiles(WimbootBootLine windows, LibraryImage image)
    {
        string[] names = [AnswerFormat.Of(AutoInstallKind.Unattend).File, AnswerFiles.SetupStart];
        return names.Where(name => !windows.Files.Any(file => file.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .Select(name => new NamedFile($"{AnswerFiles.Folder}{image.Id}/{name}", name));
    }
}
