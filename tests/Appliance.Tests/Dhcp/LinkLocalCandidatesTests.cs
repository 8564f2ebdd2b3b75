using Appliance.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Tests.Dhcp;

public sealed class LinkLocalCandidatesTests
{
    private static readonly MacAddress Own = MacAddress.Read([2, 0, 0, 0, 0, 1]);
    private static readonly MacAddress Other = MacAddress.Read([2, 0, 0, 0, 0, 2]);

    private readonly LinkLocalCandidates _candidates = new(Own);

    [Fact]
    public void RFC_3927_section_2_1_no_candidate_is_a_reserved_address_and_all_ten_differ()
    {
        Ipv4Address[] candidates = [.. Enumerable.Range(0, 10).Select(conflicts => _candidates[conflicts])];

        Assert.All(candidates, static candidate => Assert.InRange(candidate.Value, 0xa9fe0100u, 0xa9fefeffu));
        Assert.Equal(10, candidates.Distinct().Count());
    }

    [Fact]
    public void A_station_tries_the_same_addresses_after_each_start_and_another_one_others()
    {
        Assert.Equal(_candidates[3], new LinkLocalCandidates(Own)[3]);
        Assert.NotEqual(_candidates[0], new LinkLocalCandidates(Other)[0]);
    }

    [Fact]
    public void RFC_3927_section_2_2_1_another_stations_use_or_probe_of_the_address_is_a_conflict()
    {
        Ipv4Address address = _candidates[0];
        Ipv4Address elsewhere = _candidates[1];

        Assert.True(_candidates.IsConflict(new ArpPacket(Other, address, elsewhere), address));
        Assert.True(_candidates.IsConflict(new ArpPacket(Other, Ipv4Address.Any, address), address));
        Assert.False(_candidates.IsConflict(new ArpPacket(Own, Ipv4Address.Any, address), address));
        Assert.False(_candidates.IsConflict(new ArpPacket(Other, elsewhere, address), address));
        Assert.False(_candidates.IsConflict(new ArpPacket(Other, Ipv4Address.Any, elsewhere), address));
    }
}
