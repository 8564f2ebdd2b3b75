using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

public class RetransmissionTimerTests
{
    [Fact]
    public void It_starts_with_its_first_wait() => Assert.Equal(RetransmissionTimer.Initial, new RetransmissionTimer(null).Current);

    [Fact]
    public void It_learns_a_fast_network_down_to_its_minimum()
    {
        var timer = new RetransmissionTimer(null);
        for (int i = 0; i < 20; i++)
        {
            timer.Sample(TimeSpan.FromMilliseconds(0.2));
        }

        Assert.Equal(RetransmissionTimer.Minimum, timer.Current);
    }

    [Fact]
    public void It_learns_a_slow_client()
    {
        var timer = new RetransmissionTimer(null);
        for (int i = 0; i < 50; i++)
        {
            timer.Sample(TimeSpan.FromMilliseconds(i % 2 == 0 ? 10 : 110));
        }

        Assert.InRange(timer.Current.TotalMilliseconds, 200, 400);
    }

    [Fact]
    public void It_doubles_up_to_its_maximum_and_returns_with_the_next_answer()
    {
        var timer = new RetransmissionTimer(null);
        timer.Sample(TimeSpan.FromMilliseconds(1));
        timer.BackOff();
        Assert.Equal(2 * RetransmissionTimer.Minimum, timer.Current);
        for (int i = 0; i < 20; i++)
        {
            timer.BackOff();
        }

        Assert.Equal(RetransmissionTimer.Maximum, timer.Current);
        timer.Sample(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RetransmissionTimer.Minimum, timer.Current);
    }
}
