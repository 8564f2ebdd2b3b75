using System.Net.NetworkInformation;
using Appliance.Catalog;

namespace Appliance.Boot.Timeline;

/// <summary>Looks at the boots from time to time and remembers for each machine which way of starting an image worked.</summary>
public sealed class BootLearner(BootTimeline timeline, MachineMemory memory, TimeProvider time)
{
    /// <summary>How often. 5 s: before whoever starts a machine anew stands in its menu again.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private Dictionary<(PhysicalAddress Mac, DateTimeOffset Began), (BootChoice Choice, BootOutcome Outcome)> _known = [];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Learn();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    /// <summary>Remembers what is new.</summary>
    public void Learn()
    {
        DateTimeOffset now = time.GetUtcNow();
        var known = new Dictionary<(PhysicalAddress, DateTimeOffset), (BootChoice, BootOutcome)>();

        // The oldest first, so that the outcome of the latest is what stays.
        foreach (IGrouping<PhysicalAddress, BootRecord> boots in timeline.Snapshot().Reverse().GroupBy(static boot => boot.Mac))
        {
            (BootChoice Choice, BootOutcome Outcome)? before = null;
            foreach (BootRecord boot in boots)
            {
                if (BootOutcomes.Of(boot, now - boot.Began) is not { } told)
                {
                    continue;
                }

                known[(boot.Mac, boot.Began)] = told;
                if (!_known.TryGetValue((boot.Mac, boot.Began), out var last) || last != told)
                {
                    Remember(boot.Mac, told, before);
                }

                before = told;
            }
        }

        _known = known;
    }

    private void Remember(PhysicalAddress mac, (BootChoice Choice, BootOutcome Outcome) told, (BootChoice Choice, BootOutcome Outcome)? before)
    {
        // Once may be somebody's hand on the switch; twice in a row is the way.
        bool failed = told.Outcome is BootOutcome.Failed || (told.Outcome is BootOutcome.GaveUp && before == told);
        bool worked = told.Outcome is BootOutcome.Worked;
        if (failed || worked)
        {
            memory.Tried(mac, new TriedWay(told.Choice.Image, told.Choice.Way, worked));
        }

        if (worked)
        {
            memory.Count(told.Choice.Image, isFinished: true);
        }
    }
}
