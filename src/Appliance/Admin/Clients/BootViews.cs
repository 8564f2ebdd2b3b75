using Appliance.Boot.Timeline;
using Appliance.Catalog;

namespace Appliance.Admin.Clients;

/// <summary>Shows boots: their steps, and what is to be said of them.</summary>
internal sealed class BootViews(BootTimeline timeline, TimeProvider time)
{
    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/boots", Access.Viewer, "The latest boots with their steps, and what went wrong in words",
            _ => Task.FromResult(ApiAnswer.Of(Latest(int.MaxValue), AdminJson.Default.BootViewArray))),
    ];

    /// <summary>So many boots at most, the latest first.</summary>
    public BootView[] Latest(int count) =>
        [.. timeline.Snapshot().OrderByDescending(static boot => boot.Began + boot.LastAt).Take(count).Select(Of)];

    private BootView Of(BootRecord boot)
    {
        BootVerdict verdict = BootDiagnosis.Of(boot, time.GetUtcNow() - boot.Began);
        return new BootView(
            ClientRecord.MacOf(boot.Mac), boot.Address?.ToString(), boot.Firmware.ToString(), boot.Began, boot.Attempt,
            verdict.State.ToString().ToLowerInvariant(), verdict.Text, verdict.Remedy, boot.Bytes,
            [.. boot.Events.Select(static step => new StepView(
                Math.Round(step.At.TotalSeconds, 3), Math.Round(step.Until.TotalSeconds, 3), step.Step.ToString(), step.What, step.Bytes,
                step.Length, step.Times))]);
    }
}
