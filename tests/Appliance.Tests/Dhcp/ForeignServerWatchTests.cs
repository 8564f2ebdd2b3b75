using Appliance.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Tests.Dhcp;

/// <summary>When addresses may be handed out: conformance D-16.</summary>
public sealed class ForeignServerWatchTests
{
    private static readonly Ipv4Address Other = new(0x0a000001);
    private static readonly TimeSpan Began = TimeSpan.FromHours(5);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void D_16_auto_waits_for_a_second_on_a_quiet_wire_and_then_serves()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);

        Assert.Equal(DhcpRole.Waiting, watch.RoleAt(Began));
        Assert.Equal(DhcpRole.Waiting, watch.RoleAt(Began + ForeignServerWatch.QuietWindow - Tick));
        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began + ForeignServerWatch.QuietWindow));
    }

    [Fact]
    public void D_16_auto_waits_for_four_seconds_where_somebody_is_heard()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);
        watch.StationHeard(Began + Tick);

        Assert.Equal(DhcpRole.Waiting, watch.RoleAt(Began + ForeignServerWatch.FullWindow - Tick));
        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began + ForeignServerWatch.FullWindow));
    }

    [Fact]
    public void D_16_who_is_heard_after_the_first_second_makes_nobody_wait_again()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);

        watch.StationHeard(Began + ForeignServerWatch.QuietWindow);

        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began + ForeignServerWatch.QuietWindow));
    }

    [Fact]
    public void D_16_auto_is_a_proxy_from_the_first_answer_until_it_has_been_silent_for_seven_seconds()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);
        watch.ServerHeard(Other, Began + Tick);

        Assert.Equal(DhcpRole.Proxy, watch.RoleAt(Began + Tick));
        Assert.Equal(Other, watch.Server);
        Assert.Equal(DhcpRole.Proxy, watch.RoleAt(Began + Tick + ForeignServerWatch.AbsenceTime - Tick));
        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began + Tick + ForeignServerWatch.AbsenceTime));
    }

    [Fact]
    public void D_16_a_server_that_comes_later_makes_auto_a_proxy_at_once()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);
        TimeSpan later = Began + TimeSpan.FromHours(1);
        Assert.Equal(DhcpRole.Server, watch.RoleAt(later));

        watch.ServerHeard(Other, later);

        Assert.Equal(DhcpRole.Proxy, watch.RoleAt(later));
    }

    [Fact]
    public void D_16_when_the_link_comes_up_newcomers_wait_again()
    {
        var watch = new ForeignServerWatch(DhcpMode.Auto, force: false, Began);
        TimeSpan later = Began + TimeSpan.FromHours(1);
        watch.StationHeard(Began);

        watch.LinkCameUp(later);

        Assert.Equal(DhcpRole.Waiting, watch.RoleAt(later));
        Assert.Equal(DhcpRole.Server, watch.RoleAt(later + ForeignServerWatch.QuietWindow));
    }

    [Fact]
    public void D_16_a_server_by_order_serves_at_once_falls_silent_beside_another_and_goes_on_after_it()
    {
        var watch = new ForeignServerWatch(DhcpMode.Server, force: false, Began);
        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began));

        watch.ServerHeard(Other, Began);

        Assert.Equal(DhcpRole.Silent, watch.RoleAt(Began));
        Assert.Equal(DhcpRole.Server, watch.RoleAt(Began + ForeignServerWatch.AbsenceTime));
    }

    [Fact]
    public void D_16_a_forced_server_and_a_proxy_by_order_are_moved_by_nothing()
    {
        var server = new ForeignServerWatch(DhcpMode.Server, force: true, Began);
        var proxy = new ForeignServerWatch(DhcpMode.Proxy, force: false, Began);
        server.ServerHeard(Other, Began);

        Assert.Equal(DhcpRole.Server, server.RoleAt(Began));
        Assert.Equal(DhcpRole.Proxy, proxy.RoleAt(Began));
        Assert.Equal(DhcpRole.Proxy, proxy.RoleAt(Began + TimeSpan.FromDays(1)));
    }
}
