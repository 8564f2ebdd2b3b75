using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Appliance.Boot.Timeline;

/// <summary>One boot of one machine: its steps, in order. A value; the timeline replaces it when there is another step.</summary>
/// <param name="Mac">Whose.</param>
/// <param name="Began">When its first step was.</param>
/// <param name="Attempt">1, or how many boots in a row were told the same loader within two minutes of each other.</param>
public sealed record BootRecord(PhysicalAddress Mac, DateTimeOffset Began, int Attempt = 1)
{
    /// <summary>Steps that are kept; a boot has 20, and who makes more has told enough.</summary>
    public const int MaxEvents = 200;

    public ClientFirmware Firmware { get; init; }

    /// <summary>Its latest address, or null.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The file that it was told to load last, or null.</summary>
    public string? BootFile { get; init; }

    public ImmutableArray<BootEvent> Events { get; init; } = [];

    /// <summary>When the latest step was, since the boot began.</summary>
    public TimeSpan LastAt => Events.IsEmpty ? TimeSpan.Zero : Events.Max(static e => e.Until);

    /// <summary>Bytes of files sent in all.</summary>
    public long Bytes => Events.Sum(static e => e.Bytes);

    /// <summary>With one more step; a read that goes on with the file of the step before is counted there, as is progress.</summary>
    public BootRecord With(BootEvent step)
    {
        if (!Events.IsEmpty && Events[^1] is { Step: BootStep.Fetched } last && step.Step == last.Step && step.What == last.What && !last.IsWhole)
        {
            return this with
            {
                Events = Events.SetItem(Events.Length - 1, last with { Bytes = last.Bytes + step.Bytes, Times = last.Times + 1, Until = step.At }),
            };
        }

        if (!Events.IsEmpty && Events[^1] is { Step: BootStep.Progress } progress && step.Step is BootStep.Progress)
        {
            return this with { Events = Events.SetItem(Events.Length - 1, progress with { What = step.What, Times = progress.Times + 1, Until = step.At }) };
        }

        return Events.Length < MaxEvents ? this with { Events = Events.Add(step) } : this;
    }

    /// <summary>Whether a file of that kind was sent to its end.</summary>
    public bool HasFetched(Func<string, bool> isKind) => Events.Any(e => e.Step is BootStep.Fetched && e.IsWhole && isKind(e.What));

    /// <summary>Whether that stage of the boot got an address.</summary>
    public bool HasAddress(ClientStage stage) => Events.Any(e => e.Step is BootStep.AddressGranted && e.Stage == stage);
}
