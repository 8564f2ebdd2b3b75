namespace Appliance.Boot.Timeline;

/// <summary>What happened in one step of a boot, seen from the server.</summary>
public enum BootStep
{
    /// <summary>The client asked for an address and got no offer: the pool is empty, or it is not for us to answer.</summary>
    AddressAsked,
    AddressOffered,
    AddressGranted,

    /// <summary>A DHCPNAK.</summary>
    AddressRefused,

    /// <summary>The client took another server's offer; <see cref="BootEvent.What"/> is its address.</summary>
    OtherServerChosen,

    /// <summary>There is no loader for its firmware; <see cref="BootEvent.What"/> is the remedy.</summary>
    NoLoader,

    /// <summary>It is given another loader, because the one before did not come up; <see cref="BootEvent.What"/> says which.</summary>
    LoaderChanged,

    /// <summary>The client reported that it shows the menu.</summary>
    MenuShown,

    /// <summary>The client reported what was chosen: <see cref="BootEvent.Choice"/>, or the local disk.</summary>
    Chosen,

    /// <summary>The client reported that it has all that its loader fetches, and starts it.</summary>
    Started,

    /// <summary>The client reported that it could not start what was chosen: <see cref="BootEvent.Failure"/>.</summary>
    StartFailed,

    /// <summary>A system reported how far it is; <see cref="BootEvent.What"/> is per cent.</summary>
    Progress,

    /// <summary>A system reported that it is up.</summary>
    SystemUp,

    /// <summary>A file, or a part of one, was sent completely.</summary>
    Fetched,

    /// <summary>The client asked how long a file is.</summary>
    Probed,

    /// <summary>The client gave a file up.</summary>
    Aborted,

    /// <summary>The client asked for something that is not published.</summary>
    Missing,

    /// <summary>The medium could not be read.</summary>
    Unreadable,
}

/// <summary>One step of a boot. Reads of parts of one file, one after another, are one step.</summary>
/// <param name="At">Since the boot began.</param>
/// <param name="Step">What happened.</param>
/// <param name="Stage">For addresses: which stage of the boot asked.</param>
/// <param name="What">The address, the path of the file, or as <paramref name="Step"/> says.</param>
/// <param name="Bytes">Bytes of the file that were sent.</param>
/// <param name="Length">Bytes of the whole file; 0 when there is none.</param>
/// <param name="Times">How many requests this step stands for.</param>
public sealed record BootEvent(
    TimeSpan At, BootStep Step, ClientStage Stage, string What, long Bytes = 0, long Length = 0, int Times = 1)
{
    /// <summary>When the last of its requests came.</summary>
    public TimeSpan Until { get; init; } = At;

    /// <summary>The way of starting that a report is about, or null.</summary>
    public BootChoice? Choice { get; init; }

    /// <summary>What failed, for <see cref="BootStep.StartFailed"/>.</summary>
    public BootFailure? Failure { get; init; }

    /// <summary>Whether a whole file was sent.</summary>
    public bool IsWhole => Step is BootStep.Fetched && Length > 0 && Bytes >= Length;
}
