namespace Appliance.Boot.Timeline;

/// <summary>How a way of starting went.</summary>
public enum BootOutcome
{
    /// <summary>Nobody knows: it goes on, or it needs no network.</summary>
    Unknown,

    /// <summary>Its system asked for an address of its own, or fetched its data to the end, or said that it is up.</summary>
    Worked,

    /// <summary>Its script said so, or it fetched what can only be a mistake.</summary>
    Failed,

    /// <summary>It gave a file up: too little memory, or somebody switched the machine off.</summary>
    GaveUp,
}

/// <summary>Reads out of a boot's steps how the way went that was chosen last. Pure.</summary>
public static class BootOutcomes
{
    /// <summary>The way that was chosen last and how it went; null when none was chosen.</summary>
    /// <param name="boot">The boot.</param>
    /// <param name="age">The time since it began.</param>
    public static (BootChoice Choice, BootOutcome Outcome)? Of(BootRecord boot, TimeSpan age)
    {
        int chosen = FindLast(boot, static step => step.Step is BootStep.Chosen);
        if (chosen < 0 || boot.Events[chosen].Choice is not { } choice)
        {
            return null;
        }

        BootEvent[] then = [.. boot.Events.Skip(chosen + 1)];
        bool isSilent = age - boot.LastAt >= BootDiagnosis.FirmwareSilence;
        BootEvent? lastFile = then.LastOrDefault(static step => BootFileKind.IsPayload(step.What));
        bool isUp = then.Any(static step => step.Step is BootStep.SystemUp || step is { Step: BootStep.AddressGranted, Stage: ClientStage.None });
        return (choice, lastFile switch
        {
            _ when then.Any(static step => step.Step is BootStep.StartFailed) || BootDiagnosis.FindFetchedTwice(boot) is not null => BootOutcome.Failed,
            _ when isUp => BootOutcome.Worked,
            { Step: BootStep.Missing } when isSilent => BootOutcome.Failed,
            { Step: BootStep.Aborted } when isSilent => BootOutcome.GaveUp,
            _ when FetchedBySystem(then) => BootOutcome.Worked,
            _ => BootOutcome.Unknown,
        });
    }

    /// <summary>What is fetched to its end after the start was fetched by the system itself.</summary>
    private static bool FetchedBySystem(BootEvent[] then) => then
        .SkipWhile(static step => step.Step is not BootStep.Started)
        .Any(static step => step.IsWhole && BootFileKind.IsPayload(step.What));

    private static int FindLast(BootRecord boot, Func<BootEvent, bool> isIt)
    {
        for (int i = boot.Events.Length - 1; i >= 0; i--)
        {
            if (isIt(boot.Events[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
