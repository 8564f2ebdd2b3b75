namespace Appliance.Board;

/// <summary>
/// Keeps the light true: looks twice a second how the box does, shows what has changed at once, and renews the rest before
/// it goes dark.
/// </summary>
/// <param name="light">The light.</param>
/// <param name="look">How the box does now.</param>
internal sealed class LightKeeper(StatusLight light, Func<BoxFacts> look, TimeProvider time)
{
    /// <summary>Two looks a second: a person does not notice that it is not at once.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>After which time a pattern is renewed. 5 s: two may fail before the light is dark.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private BoxCondition? _shown;
    private long _shownAt;
    private TimeSpan _hold;

    /// <summary>Runs until it is cancelled, and shows then that the box stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }

        light.Show(LightPattern.Of(BoxCondition.Shutdown));
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        BoxCondition condition = look().Condition;
        lock (_gate)
        {
            TimeSpan shownFor = time.GetElapsedTime(_shownAt);
            if (shownFor < _hold || (condition == _shown && shownFor < Renewal))
            {
                return;
            }

            Show(LightPattern.Of(condition), condition, TimeSpan.Zero);
        }
    }

    /// <summary>Answers somebody at the button: so many flashes, before all else; returns how long they take.</summary>
    public TimeSpan Confirm(int flashes)
    {
        var pattern = LightPattern.Flashes(flashes);
        lock (_gate)
        {
            Show(pattern, null, pattern.Length);
        }

        return pattern.Length;
    }

    private void Show(LightPattern pattern, BoxCondition? condition, TimeSpan hold)
    {
        light.Show(pattern);
        _shown = condition;
        _shownAt = time.GetTimestamp();
        _hold = hold;
    }
}
