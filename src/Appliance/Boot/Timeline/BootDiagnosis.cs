using System.Collections.Immutable;
using System.Globalization;

namespace Appliance.Boot.Timeline;

/// <summary>
/// Says in plain words how a boot goes and what to try. A list of rules, each of which knows one story; the first that fits
/// is told. Pure: steps and a time in, words out.
/// </summary>
public static class BootDiagnosis
{
    /// <summary>After this silence firmware does not go on by itself. 20 s: more than a ROM's longest pause (16 s, P-07).</summary>
    public static readonly TimeSpan FirmwareSilence = TimeSpan.FromSeconds(20);

    /// <summary>After this silence a kernel does not come by itself. 90 s: a slow PC unpacks 500 MB of initrd in a minute.</summary>
    public static readonly TimeSpan KernelSilence = TimeSpan.FromSeconds(90);

    /// <summary>Requests for an address without a grant that mean more than a lost packet.</summary>
    private const int ManyRequests = 3;

    /// <summary>What a system reports last.</summary>
    private const string Whole = "100 %";

    /// <summary>Attempts at one loader after which it is a loop.</summary>
    private const int ManyAttempts = 3;

    /// <summary>The rules, what is wrong for sure first, then how far it came, from its end to its beginning.</summary>
    private static readonly ImmutableArray<Func<BootRecord, TimeSpan, BootVerdict?>> Rules =
    [
        MediumFails, LoaderLoops, StartFailed, ImageFetchedTwice, FileMissing, FileGivenUp,
        SystemUp, Progresses, LocalDisk, KernelStarted, Chosen, MenuShown, LoaderChanged,
        GrubStopped, ShimStopped, UnsignedLoaderStopped, LoaderStopped, LoaderNotPublished, LoaderGivenUp, LoaderNotAskedFor,
        NoLoader, OtherServer, OffersIgnored, NothingToOffer,
    ];

    /// <summary>What is to be said about a boot.</summary>
    /// <param name="boot">Its steps.</param>
    /// <param name="age">The time since it began.</param>
    public static BootVerdict Of(BootRecord boot, TimeSpan age)
    {
        TimeSpan silence = age - boot.LastAt;
        foreach (Func<BootRecord, TimeSpan, BootVerdict?> rule in Rules)
        {
            if (rule(boot, silence) is { } verdict)
            {
                return verdict;
            }
        }

        return new BootVerdict(BootState.Fine, "is booting");
    }

    private static BootVerdict? MediumFails(BootRecord boot, TimeSpan silence) => Last(boot, BootStep.Unreadable) is { } failed
        ? Problem($"{failed.What} could not be read from the card or disk", "copy the image anew; if others fail too, replace the card")
        : null;

    private static BootVerdict? LoaderLoops(BootRecord boot, TimeSpan silence) =>
        boot.Attempt >= ManyAttempts && !boot.HasFetched(BootFileKind.IsMenu)
            ? Problem(
                $"has been told to load {boot.BootFile} {boot.Attempt} times in a row and starts over each time: this loader does not run on it",
                OtherLoader(boot))
            : null;

    /// <summary>The client is back in its menu; what it chooses then is a story of its own.</summary>
    private static BootVerdict? StartFailed(BootRecord boot, TimeSpan silence) => LastReport(boot) is { Failure: { } failure } failed
        ? Problem($"could not start {failed.What}", failure.Remedy)
        : null;

    /// <summary>The downloads of one whole image, when there are several; else null.</summary>
    internal static IGrouping<string, BootEvent>? FindFetchedTwice(BootRecord boot) => boot.Events
        .Where(static e => e.IsWhole && e.Times == 1 && BootFileKind.IsWholeImage(e.What))
        .GroupBy(static e => e.What).FirstOrDefault(static image => image.Count() > 1);

    private static BootVerdict? ImageFetchedTwice(BootRecord boot, TimeSpan silence) => FindFetchedTwice(boot) is { } image
        ? Problem(
            $"downloaded {image.Key} {image.Count()} times: its system reads the address of the image as something else as well, or had no room for it",
            "choose the way of booting that reads over the network (NFS), or give the machine more memory")
        : null;

    private static BootVerdict? FileMissing(BootRecord boot, TimeSpan silence) =>
        boot.Events.LastOrDefault(static e => e.Step is BootStep.Missing && BootFileKind.IsPayload(e.What)) is { } missing
            && !boot.HasAddress(ClientStage.None) && silence >= FirmwareSilence
            ? Problem($"asked for {missing.What}, which is not in the image, and stopped", "the image may be of another release than its menu; download it anew")
            : null;

    private static BootVerdict? FileGivenUp(BootRecord boot, TimeSpan silence) =>
        boot.Events.LastOrDefault(static e => BootFileKind.IsPayload(e.What)) is { Step: BootStep.Aborted } given && silence >= FirmwareSilence
            ? Problem(
                $"gave up {given.What} after {Megabytes(given.Bytes)} of {Megabytes(given.Length)}: it has too little memory for it, or the cable lost the link",
                "try another cable and port, or an entry that needs less memory")
            : null;

    private static BootVerdict? SystemUp(BootRecord boot, TimeSpan silence) => Last(boot, BootStep.SystemUp) is not null
        ? Fine($"reports that its system is up; {Megabytes(boot.Bytes)} sent in all")
        : boot.HasAddress(ClientStage.None)
        ? Fine($"runs an operating system that uses the network; {Megabytes(boot.Bytes)} sent in all")
        : null;

    private static BootVerdict? Progresses(BootRecord boot, TimeSpan silence) => Last(boot, BootStep.Progress) is not { } progress ? null
        : silence < KernelSilence || progress.What == Whole ? Fine($"reports {progress.What}")
        : Problem($"reported {progress.What} and nothing since", "look at its screen; if it stands still, choose a way that needs less memory");

    private static BootVerdict? LocalDisk(BootRecord boot, TimeSpan silence) =>
        LastReport(boot) is { Step: BootStep.Chosen, Choice: null } ? Fine("went on to its local disk") : null;

    private static BootVerdict? KernelStarted(BootRecord boot, TimeSpan silence)
    {
        BootEvent? payload = boot.Events.LastOrDefault(static e => e.Step is BootStep.Fetched && BootFileKind.IsPayload(e.What));
        return payload is null ? null
            : silence < KernelSilence ? Fine($"loads {payload.What}; {Megabytes(boot.Bytes)} sent so far")
            : new BootVerdict(
                BootState.Waiting,
                $"was sent all that it asked for, {payload.What} last, and has not used the network since",
                "if its screen stands still: its kernel may have no driver for this network card, or it needs no network (a memory test)");
    }

    private static BootVerdict? Chosen(BootRecord boot, TimeSpan silence) => LastReport(boot) is not { Step: BootStep.Chosen } chosen ? null
        : silence < KernelSilence ? Fine($"starts {chosen.What}")
        : Problem($"chose {chosen.What} and has fetched nothing of it", "try another cable and port, then another loader");

    /// <summary>GRUB's script may have gone on to iPXE, which has a menu of its own: the last file counts.</summary>
    private static BootVerdict? MenuShown(BootRecord boot, TimeSpan silence) => Last(boot, BootStep.Fetched) is { } last && BootFileKind.IsMenu(last.What)
        ? new BootVerdict(BootState.Waiting, "shows the menu; nothing has been chosen yet")
        : null;

    private static BootVerdict? LoaderChanged(BootRecord boot, TimeSpan silence) =>
        Last(boot, BootStep.LoaderChanged) is { } changed && silence < FirmwareSilence ? new BootVerdict(BootState.Waiting, changed.What) : null;

    private static BootVerdict? GrubStopped(BootRecord boot, TimeSpan silence) => boot.HasFetched(BootFileKind.IsGrub) && !boot.HasFetched(BootFileKind.IsMenu) && silence >= FirmwareSilence
        ? Problem("loaded GRUB and never asked for its menu: GRUB does not see the network card through this firmware", "update the PC's firmware, or use HTTP boot in its setup")
        : null;

    private static BootVerdict? ShimStopped(BootRecord boot, TimeSpan silence) => boot.HasFetched(BootFileKind.IsShim) && !boot.HasFetched(BootFileKind.IsGrub) && silence >= FirmwareSilence
        ? Problem(
            "loaded shim, then stopped: this PC's Secure Boot does not trust it (new PCs trust only Microsoft's certificate of 2023)",
            "allow the \"Microsoft 3rd party UEFI CA\" in the firmware's setup, or switch Secure Boot off")
        : null;

    private static BootVerdict? UnsignedLoaderStopped(BootRecord boot, TimeSpan silence) =>
        boot.HasFetched(BootFileKind.IsUnsignedEfi) && !boot.HasFetched(BootFileKind.IsMenu) && !boot.HasAddress(ClientStage.Ipxe) && silence >= FirmwareSilence
            ? Problem(
                $"loaded {boot.BootFile}, which is not signed, and never asked for the menu: Secure Boot is probably on",
                "switch Secure Boot off, or set the loader back to its default, which starts with shim")
            : null;

    private static BootVerdict? LoaderStopped(BootRecord boot, TimeSpan silence)
    {
        BootEvent? loaded = boot.Events.LastOrDefault(static e => e.Step is BootStep.Fetched && e.IsWhole && BootFileKind.IsLoader(e.What));
        if (loaded is null || silence < FirmwareSilence)
        {
            return null;
        }

        return boot.HasAddress(ClientStage.Ipxe)
            ? Problem("iPXE got its address and never asked for the menu: something on the way swallows its requests", "connect it to this box directly")
            : Problem($"loaded {loaded.What.TrimStart('/')}, which never came up: the ROM of this network card does not work with it", OtherLoader(boot));
    }

    private static string OtherLoader(BootRecord boot) => boot.Firmware is ClientFirmware.Bios
        ? "name another loader by loader-bios, such as ipxe.pxe, which brings drivers of its own"
        : "name another loader, such as ipxe-amd64.efi, which brings drivers of its own";

    private static BootVerdict? LoaderNotPublished(BootRecord boot, TimeSpan silence) =>
        boot.BootFile is not null && boot.Events.Any(e => e.Step is BootStep.Missing && boot.BootFile.EndsWith(e.What.TrimStart('/'), StringComparison.OrdinalIgnoreCase))
            ? Problem($"was told to load {boot.BootFile}, which is not there", "make loaders builds it; or put it into the media's loaders folder")
            : null;

    private static BootVerdict? LoaderGivenUp(BootRecord boot, TimeSpan silence) =>
        Last(boot, BootStep.Aborted) is { } given && BootFileKind.IsLoader(given.What) && silence >= FirmwareSilence
            ? Problem($"began to load {given.What} and gave up after {given.Bytes} of {given.Length} bytes: packets are lost on the way", "try another cable and another port of the switch")
            : null;

    private static BootVerdict? LoaderNotAskedFor(BootRecord boot, TimeSpan silence)
    {
        if (boot.BootFile is null || boot.Address is null || silence < FirmwareSilence || boot.Events.Any(static e => e.Step >= BootStep.Fetched))
        {
            return null;
        }

        bool isHttp = boot.BootFile.StartsWith("http", StringComparison.Ordinal);
        return Problem(
            $"got the address {boot.Address} and was told to load {boot.BootFile}, and never asked for it: {(isHttp ? "HTTP (TCP port 80)" : "TFTP (UDP port 69)")} does not get through",
            isHttp ? "check for a firewall between the two" : "check for a firewall between the two, or choose HTTP boot in the firmware's setup");
    }

    private static BootVerdict? NoLoader(BootRecord boot, TimeSpan silence) =>
        Last(boot, BootStep.NoLoader) is { } none && boot.BootFile is null ? Problem("asks to boot, and there is no loader for it", none.What) : null;

    private static BootVerdict? OtherServer(BootRecord boot, TimeSpan silence) => Last(boot, BootStep.OtherServerChosen) is { } other
        ? Problem(
            $"took its address from another DHCP server, {other.What}, which does not tell it what to boot",
            "take the other server off this wire, or let this box work beside it (dhcp-mode = auto)")
        : null;

    private static BootVerdict? OffersIgnored(BootRecord boot, TimeSpan silence)
    {
        int offers = boot.Events.Count(static e => e.Step is BootStep.AddressOffered);
        return boot.Address is null && offers >= ManyRequests
            ? Problem(
                $"asked for an address {offers} times and took none of those offered: the answers do not reach it, or another DHCP server answers first",
                "check the switch (spanning tree keeps a port shut for 30 s: use port fast), and for other DHCP servers")
            : null;
    }

    private static BootVerdict? NothingToOffer(BootRecord boot, TimeSpan silence)
    {
        int asked = boot.Events.Count(static e => e.Step is BootStep.AddressAsked);
        return boot.Address is null && asked >= ManyRequests
            ? Problem($"asked for an address {asked} times, and there was none to give", "widen dhcp-pool, or switch machines off that hold addresses")
            : null;
    }

    private static BootEvent? Last(BootRecord boot, BootStep step) => boot.Events.LastOrDefault(e => e.Step == step);

    /// <summary>The latest step that the client reported itself.</summary>
    private static BootEvent? LastReport(BootRecord boot) =>
        boot.Events.LastOrDefault(static e => e.Step is BootStep.MenuShown or BootStep.Chosen or BootStep.Started or BootStep.StartFailed);

    private static BootVerdict Problem(string text, string remedy) => new(BootState.Problem, text, remedy);

    private static BootVerdict Fine(string text) => new(BootState.Fine, text);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");
}
