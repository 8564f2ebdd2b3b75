using Appliance.Board;

namespace Appliance.Tests.Board;

public sealed class ButtonGestureTests
{
    private readonly ButtonGesture _button = new();
    private readonly List<Gesture> _seen = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void One_press_is_short_when_no_second_one_follows()
    {
        Press(100);
        Pass(350);
        Assert.Empty(_seen);
        Pass(100);
        Assert.Equal([Gesture.Short], _seen);
        Assert.False(_button.IsBusy);
    }

    [Fact]
    public void Two_presses_are_double_at_once()
    {
        Press(100);
        Pass(300);
        Press(100);
        Pass(40);
        Assert.Equal([Gesture.Double], _seen);
        Pass(1000);
        Assert.Single(_seen);
    }

    [Fact]
    public void Two_presses_far_from_each_other_are_short_each()
    {
        Press(100);
        Pass(500);
        Press(100);
        Pass(500);
        Assert.Equal([Gesture.Short, Gesture.Short], _seen);
    }

    [Theory]
    [InlineData(2900, Gesture.Short)]
    [InlineData(3100, Gesture.Long)]
    [InlineData(9900, Gesture.Long)]
    [InlineData(10100, Gesture.VeryLong)]
    [InlineData(29900, Gesture.VeryLong)]
    public void How_long_a_press_is_decides_when_the_button_comes_up(int milliseconds, object gesture)
    {
        Change(true);
        Pass(milliseconds);
        Assert.Empty(_seen);
        Change(false);
        Pass(500);
        Assert.Equal((Gesture)gesture, Assert.Single(_seen));
    }

    [Fact]
    public void A_button_that_is_stuck_does_nothing_and_works_again_when_it_is_free()
    {
        Change(true);
        Pass(31_000);
        Assert.Null(_button.HeldFor(_now));
        Change(false);
        Pass(500);
        Assert.Empty(_seen);
        Press(100);
        Pass(500);
        Assert.Equal([Gesture.Short], _seen);
    }

    [Fact]
    public void A_button_that_was_down_at_power_on_and_comes_up_does_nothing()
    {
        Change(false);
        Pass(1000);
        Assert.Empty(_seen);
    }

    [Fact]
    public void Contacts_that_bounce_make_one_press()
    {
        foreach (bool isDown in (bool[])[true, false, true, false, true])
        {
            Change(isDown);
            Pass(4);
        }

        Pass(100);
        foreach (bool isDown in (bool[])[false, true, false, true, false])
        {
            Change(isDown);
            Pass(4);
        }

        Pass(500);
        Assert.Equal([Gesture.Short], _seen);
    }

    [Fact]
    public void While_it_is_held_it_tells_what_it_would_be()
    {
        Change(true);
        Pass(2900);
        Assert.Null(_button.HeldFor(_now));
        Pass(200);
        Assert.Equal(Gesture.Long, _button.HeldFor(_now));
        Pass(7000);
        Assert.Equal(Gesture.VeryLong, _button.HeldFor(_now));
    }

    private void Press(int milliseconds)
    {
        Change(true);
        Pass(milliseconds);
        Change(false);
    }

    private void Change(bool isDown) => Note(_button.Feed(isDown, _now));

    private void Pass(int milliseconds)
    {
        for (int passed = 0; passed < milliseconds; passed++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            Note(_button.At(_now));
        }
    }

    private void Note(Gesture? gesture)
    {
        if (gesture is { } complete)
        {
            _seen.Add(complete);
        }
    }
}
