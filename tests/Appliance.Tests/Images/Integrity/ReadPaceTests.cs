using Appliance.Images.Integrity;

namespace Appliance.Tests.Images.Integrity;

public sealed class ReadPaceTests
{
    private static readonly TimeSpan Start = TimeSpan.FromDays(100);

    [Fact]
    public void Waits_add_up_to_the_rate()
    {
        var pace = new ReadPace(1000);
        TimeSpan now = Start;
        for (int i = 0; i < 100; i++)
        {
            now += pace.After(500, now);
        }

        Assert.InRange((now - Start).TotalSeconds, 49.8, 50);
    }

    [Fact]
    public void A_pause_is_not_made_up_for()
    {
        var pace = new ReadPace(1000);
        TimeSpan first = pace.After(1000, Start);
        TimeSpan after = pace.After(1000, Start + first + TimeSpan.FromHours(1));
        Assert.InRange(after.TotalSeconds, 0.89, 1);
    }

    [Fact]
    public void A_medium_slower_than_the_rate_is_never_waited_for()
    {
        var pace = new ReadPace(1000);
        TimeSpan now = Start;
        for (int i = 0; i < 10; i++)
        {
            now += TimeSpan.FromSeconds(2);
            Assert.Equal(TimeSpan.Zero, pace.After(99, now));
        }
    }

    [Fact]
    public void Zero_is_no_bound() => Assert.Equal(TimeSpan.Zero, new ReadPace(0).After(long.MaxValue, Start));

    [Theory]
    [InlineData(0, false)]
    [InlineData(TransferWatch.BusyBytesPerSecond, false)]
    [InlineData(TransferWatch.BusyBytesPerSecond + 1, true)]
    public void More_than_the_limit_in_a_second_is_a_transfer(long moved, bool isBusy)
    {
        long total = 5_000_000_000;
        var watch = new TransferWatch(() => total);
        Assert.False(watch.IsBusy(Start));
        total += moved;
        Assert.Equal(isBusy, watch.IsBusy(Start + TransferWatch.Interval));

        // Between two looks the last one holds; an interface that went away has moved less than before.
        total = 0;
        Assert.Equal(isBusy, watch.IsBusy(Start + (TransferWatch.Interval * 1.9)));
        Assert.False(watch.IsBusy(Start + (TransferWatch.Interval * 2)));
    }
}
