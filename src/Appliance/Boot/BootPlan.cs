using System.Collections.Immutable;

namespace Appliance.Boot;

/// <summary>One line of a plan: what the user reads, and what is started.</summary>
public sealed record BootOption(string Title, BootLine Line);

/// <summary>How an image is booted: what it was taken for, and the ways of starting it, the best first.</summary>
/// <param name="Kind">What the image is, in words; for the log and the page.</param>
/// <param name="Options">Ways of starting it, the best first, for every firmware.</param>
/// <param name="OffersChoice">
/// Whether the user chooses among the options because nobody knows which is right; otherwise the first one is started.
/// </param>
public sealed record BootPlan(string Kind, ImmutableArray<BootOption> Options, bool OffersChoice)
{
    /// <summary>The options that a client of that firmware can start.</summary>
    public ImmutableArray<BootOption> For(ClientFirmware firmware) => [.. Options.Where(option => option.Line.RunsOn(firmware))];
}
