using Appliance.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Tests.Dhcp;

public sealed class TokenBucketsTests
{
    [Fact]
    public void D_15_a_bucket_empties_fills_with_time_and_is_one_stations_own()
    {
        var buckets = new TokenBuckets(perSecond: 2, burst: 3);
        MacAddress one = MacAddress.Read([2, 0, 0, 0, 0, 1]);
        Assert.All(new int[3], _ => Assert.True(buckets.TryTake(one, TimeSpan.Zero)));

        Assert.False(buckets.TryTake(one, TimeSpan.FromMilliseconds(499)));
        Assert.True(buckets.TryTake(one, TimeSpan.FromMilliseconds(501)));
        Assert.False(buckets.TryTake(one, TimeSpan.FromMilliseconds(502)));
        Assert.All(new int[3], _ => Assert.True(buckets.TryTake(one, TimeSpan.FromHours(1))));
        Assert.False(buckets.TryTake(one, TimeSpan.FromHours(1)));
    }
}
