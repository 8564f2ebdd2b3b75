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
    public void It_repeats_soon_then_leaves_gaps_for_the_clients_own_timers_and_returns_with_the_next_answer()
    {
        var timer = new RetransmissionTimer(null);
        timer.Sample(TimeSpan.FromMilliseconds(1));
        List<double> waits = [timer.Current.TotalMilliseconds];
        for (int i = 0; i < 6; i++)
        {
            timer.BackOff();
            waits.Add(timer.Current.TotalMilliseconds);
        }

        Assert.Equal([10, 40, 80, 160, 320, 5500, 5500], waits);
        timer.Sample(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RetransmissionTimer.Minimum, timer.Current);
    }

    [Fact]
    public void A_loss_that_is_over_is_forgotten()
    {
        var timer = new RetransmissionTimer(null);
        timer.Sample(TimeSpan.FromMilliseconds(20));
        TimeSpan learned = timer.Current;
        timer.BackOff();

        timer.Forget();

        Assert.Equal(learned, timer.Current);
    }

    [Fact]
    public void A_loss_before_anything_was_learned_leads_back_to_the_first_wait()
    {
        var timer = new RetransmissionTimer(null);
        timer.BePatient();
        Assert.Equal(RetransmissionTimer.Maximum, timer.Current);

        timer.Forget();

        Assert.Equal(RetransmissionTimer.Initial, timer.Current);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 5.5)]
    public void The_clients_limit_bounds_every_wait(int asked, double expected)
    {
        var timer = new RetransmissionTimer(TimeSpan.FromSeconds(asked));
        for (int i = 0; i < 6; i++)
        {
            timer.BackOff();
        }

        Assert.Equal(TimeSpan.FromSeconds(expected), timer.Current);
    }
}
