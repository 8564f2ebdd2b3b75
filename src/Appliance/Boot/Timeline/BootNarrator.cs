using System.Net.NetworkInformation;

namespace Appliance.Boot.Timeline;

/// <summary>Looks at the boots from time to time and logs a line when there is something new to say about one.</summary>
public sealed partial class BootNarrator(BootTimeline timeline, TimeProvider time, ILogger<BootNarrator> log)
{
    /// <summary>How often. 5 s: soon enough for somebody who stands beside the PC.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A boot whose last step is older says nothing new.</summary>
    private static readonly TimeSpan Over = TimeSpan.FromMinutes(10);

    private Dictionary<PhysicalAddress, BootVerdict> _told = [];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Tell();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    /// <summary>Logs what is new.</summary>
    public void Tell()
    {
        DateTimeOffset now = time.GetUtcNow();
        var told = new Dictionary<PhysicalAddress, BootVerdict>();
        foreach (BootRecord boot in timeline.Snapshot())
        {
            // A machine's latest boot stands first.
            if (told.ContainsKey(boot.Mac))
            {
                continue;
            }

            TimeSpan age = now - boot.Began;
            bool isOver = age - boot.LastAt > Over;
            BootVerdict? before = _told.GetValueOrDefault(boot.Mac);
            BootVerdict verdict = isOver && before is not null ? before : BootDiagnosis.Of(boot, age);
            told[boot.Mac] = verdict;
            if (!isOver && IsNews(verdict, before))
            {
                Log(boot.Mac, verdict);
            }
        }

        _told = told;
    }

    /// <summary>A file more that goes as it should is no news.</summary>
    private static bool IsNews(BootVerdict verdict, BootVerdict? before) => verdict.State is BootState.Fine
        ? before is not null and not { State: BootState.Fine }
        : verdict != before;

    private void Log(PhysicalAddress mac, BootVerdict verdict)
    {
        string address = Convert.ToHexStringLower(mac.GetAddressBytes());
        string name = string.Join(':', Enumerable.Range(0, address.Length / 2).Select(i => address.Substring(i * 2, 2)));
        if (verdict.State is BootState.Problem)
        {
            LogProblem(log, name, verdict.Text, verdict.Remedy ?? "");
        }
        else
        {
            LogState(log, name, verdict.Text);
        }
    }

    [LoggerMessage(LogLevel.Warning, "boot {Mac}: {Text}. Try: {Remedy}")]
    private static partial void LogProblem(ILogger log, string mac, string text, string remedy);

    [LoggerMessage(LogLevel.Information, "boot {Mac}: {Text}")]
    private static partial void LogState(ILogger log, string mac, string text);
}
