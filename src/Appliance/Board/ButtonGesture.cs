namespace Appliance.Board;

/// <summary>What somebody did with the button.</summary>
internal enum Gesture
{
    Short,
    Double,
    Long,
    VeryLong,
}

/// <summary>
/// Tells gestures from a button's changes and the time; no device, no clock. A gesture counts when the button comes up: one
/// that is stuck does nothing.
/// </summary>
internal sealed class ButtonGesture
{
    /// <summary>After which time a change counts. 30 ms: contacts bounce for 20 ms at most, and nobody presses faster.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(30);

    /// <summary>Time in which a second press belongs to the first. 400 ms: a slow double click.</summary>
    public static readonly TimeSpan DoubleWindow = TimeSpan.FromMilliseconds(400);

    public static readonly TimeSpan LongPress = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan VeryLongPress = TimeSpan.FromSeconds(10);

    /// <summary>What is held longer lies under something. 30 s: nobody waits so long for a reset.</summary>
    public static readonly TimeSpan Stuck = TimeSpan.FromSeconds(30);

    private bool _raw;
    private TimeSpan _rawAt;
    private bool _isDown;
    private TimeSpan _changedAt;
    private int _presses;

    /// <summary>Whether time alone can make a gesture of what was seen, so that <see cref="At"/> must be asked soon.</summary>
    public bool IsBusy => _raw != _isDown || _isDown || _presses > 0;

    /// <summary>What would count if the button came up now, or null: for a light that tells when it is long enough.</summary>
    public Gesture? HeldFor(TimeSpan now) => !_isDown ? null : (now - _changedAt) switch
    {
        var held when held >= Stuck => null,
        var held when held >= VeryLongPress => Gesture.VeryLong,
        var held when held >= LongPress => Gesture.Long,
        _ => null,
    };

    /// <summary>The button went down or came up; returns a gesture that was complete before.</summary>
    public Gesture? Feed(bool isDown, TimeSpan now)
    {
        Gesture? before = At(now);
        _raw = isDown;
        _rawAt = now;
        return before;
    }

    /// <summary>Time has passed; returns a gesture that is complete.</summary>
    public Gesture? At(TimeSpan now)
    {
        if (_raw != _isDown && now - _rawAt >= Debounce)
        {
            TimeSpan held = _rawAt - _changedAt;
            _isDown = _raw;
            _changedAt = _rawAt;
            return _isDown ? null : Released(held);
        }

        if (_presses > 0 && !_isDown && !_raw && now - _changedAt >= DoubleWindow)
        {
            _presses = 0;
            return Gesture.Short;
        }

        return null;
    }

    private Gesture? Released(TimeSpan held)
    {
        if (held >= LongPress)
        {
            _presses = 0;
            return held >= Stuck ? null : held >= VeryLongPress ? Gesture.VeryLong : Gesture.Long;
        }

        if (++_presses < 2)
        {
            return null;
        }

        _presses = 0;
        return Gesture.Double;
    }
}
