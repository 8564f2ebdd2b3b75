using System.Collections.Immutable;
using System.Globalization;
using Appliance.Boot.Profiles;
using Appliance.Images.Injection;

namespace Appliance.Boot;

/// <summary>One way of starting an image: what the user reads, what is started, what it costs and needs.</summary>
public sealed record BootOption(string Title, BootLine Line)
{
    /// <summary>Name of the way in its profile; empty where no profile made it.</summary>
    public string Id { get; init; } = "";

    /// <summary>Names the way in its plan: what is remembered of it goes by this name.</summary>
    public string Key => IsAlternative || Id.Length == 0 ? Title : Id;

    /// <summary>Whether it worked the last time on the machine that the menu is for; null: nobody knows.</summary>
    public bool? WorkedHere { get; init; }

    /// <summary>Firmware that it is limited to; empty for all that its line runs on.</summary>
    public ImmutableArray<ClientFirmware> Firmware { get; init; } = [];

    /// <summary>Bytes that are copied before the system is up; 0 when nobody knows.</summary>
    public long Bytes { get; init; }

    /// <summary>Memory that the client needs, in MiB; 0 when nobody knows.</summary>
    public int MemoryMib { get; init; }

    /// <summary>Whether Secure Boot lets it run.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether it belongs to another profile that fits too: never started unasked.</summary>
    public bool IsAlternative { get; init; }

    /// <summary>A loader that the owner has to supply, or null.</summary>
    public string? Loader { get; init; }

    /// <summary>What the user should know before it starts, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Why it cannot be started on the machine, in words that follow "not here:", or null.</summary>
    public string? Refuse(ClientMachine machine, BootServices services) => this switch
    {
        _ when !Line.RunsOn(machine.Firmware) || (!Firmware.IsEmpty && !Firmware.Contains(machine.Firmware)) =>
            $"it has nothing for {NameOf(machine.Firmware)}",
        { Loader: { } loader } when !services.HasLoader(loader) => $"it needs {loader}: put that file into {services.OwnLoaders}",
        { IsSigned: false } when machine.SecureBoot => "Secure Boot refuses its kernel: switch Secure Boot off",
        _ when !machine.Has(MemoryMib) => $"needs {Memory(MemoryMib)}, this PC has {Memory(machine.MemoryMib!.Value)}",
        _ => null,
    };

    /// <summary>As the machine starts it: shim is for Secure Boot only, and not every iPXE knows it.</summary>
    internal BootOption On(ClientMachine machine) =>
        Line is LinuxBootLine { Shim: not null } linux && !machine.SecureBoot ? this with { Line = linux with { Shim = null } } : this;

    /// <summary>Memory for people: <c>6 GB</c>, <c>1.5 GB</c>, <c>512 MB</c>.</summary>
    internal static string Memory(int mib) => mib < 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{mib} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(mib / 1024.0, 1):0.#} GB");

    private static string NameOf(ClientFirmware firmware) => firmware switch
    {
        ClientFirmware.Bios => "a PC with BIOS firmware",
        ClientFirmware.UefiX64 => "a PC with UEFI firmware",
        ClientFirmware.UefiIa32 => "a PC with 32-bit UEFI firmware",
        ClientFirmware.UefiArm64 => "a 64-bit ARM machine",
        _ => "this machine",
    };
}

/// <summary>A way that the profile knows and the image cannot go.</summary>
/// <param name="Title">What would be done.</param>
/// <param name="Reason">What is missing.</param>
public sealed record MissingWay(string Title, string Reason);

/// <summary>How an image is booted: what it was taken for and why, and the ways of starting it.</summary>
/// <param name="Kind">What the image is, in words; for the log and the page.</param>
/// <param name="Options">Ways of starting it, the best first, for every machine.</param>
/// <param name="OffersChoice">
/// Whether the user chooses among the options because nobody knows which is right; otherwise the first one is started, and
/// the menu has the others in a place of their own.
/// </param>
public sealed record BootPlan(string Kind, ImmutableArray<BootOption> Options, bool OffersChoice)
{
    /// <summary>Id of the profile, or null when none fits.</summary>
    public string? Profile { get; init; }

    /// <summary>Release that the image tells, or null.</summary>
    public string? Release { get; init; }

    /// <summary>Why it was taken for that, a line each.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];

    /// <summary>Ways that lack something in the image.</summary>
    public ImmutableArray<MissingWay> Missing { get; init; } = [];

    /// <summary>The owner's files that its kernels are given besides.</summary>
    public ImmutableArray<InjectedFile> Injected { get; init; } = [];

    /// <summary>How it is installed without questions, or null.</summary>
    public AutoInstallKind? AutoInstall { get; init; }

    /// <summary>The options that the machine can start, the best first.</summary>
    public ImmutableArray<BootOption> For(ClientMachine machine, BootServices services) =>
        [.. Options.Where(option => option.Refuse(machine, services) is null).Select(option => option.On(machine))];

    /// <summary>
    /// Why the machine can start nothing of it, or null when it can: the refusal of the way that came nearest, which is one
    /// that its firmware could start.
    /// </summary>
    public string? Problem(ClientMachine machine, BootServices services)
    {
        if (!For(machine, services).IsEmpty)
        {
            return null;
        }

        BootOption? nearest = Options.Where(option => option.Refuse(machine with { MemoryMib = null, SecureBoot = false }, services) is null)
            .MinBy(static option => option.MemoryMib)
            ?? Options.FirstOrDefault(option => option.Line.RunsOn(machine.Firmware))
            ?? Options.FirstOrDefault();
        return nearest?.Refuse(machine, services)
            ?? (Missing.IsEmpty ? "nothing in it can be started over the network" : Missing[0].Reason);
    }
}
