using System.Globalization;
using System.Net;
using Appliance.Boot.Timeline;
using Appliance.Catalog;

namespace Appliance.Boot;

/// <summary>
/// What clients report of their boots: <c>/api/boot-status/{step}</c>, with a token and a detail for some steps. Our scripts
/// fetch these names as they go on; so may thin systems, which tell how far they are in per cent. Every word is looked up in a
/// table: nothing that a client sends is ever shown. Called by several threads.
/// </summary>
public sealed class BootReports(BootMenus menus, BootTimeline timeline, MachineMemory memory, TimeProvider time)
{
    /// <summary>Where reports go, without the step.</summary>
    public const string Path = "/api/boot-status";

    /// <summary>Reports that one address may send in a minute: a boot has six, a thin system one for each per cent.</summary>
    private const int MaximumInMinute = 120;

    /// <summary>Addresses that are counted; when there are more, all begin anew.</summary>
    private const int MaximumAddresses = 1024;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (long Began, int Count)> _counts = [];

    /// <summary>What a report is answered with: nothing, to iPXE as well as to GRUB, which run it.</summary>
    public static ReadOnlySpan<byte> Answer => "#!ipxe\n"u8;

    /// <summary>Whether a path is meant as a report.</summary>
    public static bool IsReport(string path) =>
        path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/');

    /// <summary>Notes a report; false when there is no such step, token or detail.</summary>
    /// <exception cref="NotPublishedException">The address reports too much; the message says so.</exception>
    public bool TryTake(string path, IPAddress client)
    {
        if (Read(path[Path.Length..].TrimStart('/').Split('/')) is not { } report)
        {
            return false;
        }

        if (!MayReport(client))
        {
            throw new NotPublishedException($"More than {MaximumInMinute} reports in a minute.");
        }

        // Who has no boot on the wire is a stranger: it is answered, and nothing is counted.
        if (timeline.Report(client, report) && report is { Step: BootStep.Chosen, Choice: { } choice })
        {
            memory.Count(choice.Image, isFinished: false);
        }

        return true;
    }

    private BootEvent? Read(string[] words) => words switch
    {
        // The founding documents' call-back says nothing but that a script runs.
        [""] or ["menu"] => Step(BootStep.MenuShown, "the menu is on the screen"),
        ["local"] => Step(BootStep.Chosen, "the local disk"),
        ["chosen", var token] => Step(BootStep.Chosen, menus.FindChoice(token)),
        ["loaded", var token] => Step(BootStep.Started, menus.FindChoice(token)),
        ["failed", var token, var detail] => Failed(menus.FindChoice(token), BootFailure.TryParse(detail)),
        ["progress", var percent] when IsPercent(percent, out int number) =>
            Step(BootStep.Progress, string.Create(CultureInfo.InvariantCulture, $"{number} %")),
        ["up"] => Step(BootStep.SystemUp, "its system is up"),
        _ => null,
    };

    private static BootEvent Step(BootStep step, string what) => new(TimeSpan.Zero, step, ClientStage.None, what);

    private static BootEvent? Step(BootStep step, BootChoice? choice) =>
        choice is null ? null : Step(step, choice.Title) with { Choice = choice };

    private static BootEvent? Failed(BootChoice? choice, BootFailure? failure) => choice is null || failure is null ? null
        : Step(BootStep.StartFailed, $"{choice.Title}: {failure.Text}") with { Choice = choice, Failure = failure };

    private static bool IsPercent(string text, out int percent) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent <= 100;

    private bool MayReport(IPAddress client)
    {
        lock (_gate)
        {
            if (_counts.Count >= MaximumAddresses && !_counts.ContainsKey(client))
            {
                _counts.Clear();
            }

            (long began, int count) = _counts.GetValueOrDefault(client);
            bool isOver = count == 0 || time.GetElapsedTime(began) >= Minute;
            _counts[client] = isOver ? (time.GetTimestamp(), 1) : (began, Math.Min(count + 1, MaximumInMinute + 1));
            return isOver || count < MaximumInMinute;
        }
    }
}
