using Appliance.Board;
using Appliance.Status;
using Appliance.Tests.Catalog;
using Appliance.Tests.Dhcp;
using Appliance.Tests.Images;

namespace Appliance.Tests.Board;

/// <summary>What the light shows, by a folder that looks like the kernel's.</summary>
public sealed class LightTests : IDisposable
{
    private const string Name = "sim:green:status";

    private readonly TestFolder _sysfs = new();
    private readonly ManualTime _time = new();
    private readonly MessageLog _log = new();
    private BoxFacts _facts = new() { Dhcp = DhcpRole.Server, Free = 1L << 30 };

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void Ready_is_lit_with_a_wink_and_goes_dark_unless_it_is_renewed()
    {
        LightKeeper keeper = MakeLight();
        keeper.Look();
        Assert.Equal("pattern", Read("trigger"));
        Assert.Equal("255 2900 255 0 0 100 0 0", Read("pattern"));
        Assert.Equal("5", Read("repeat"));

        Forget();
        _time.Advance(LightKeeper.Renewal - LightKeeper.Interval);
        keeper.Look();
        Assert.Equal("", Read("pattern"));
        _time.Advance(LightKeeper.Interval);
        keeper.Look();
        Assert.Equal("255 2900 255 0 0 100 0 0", Read("pattern"));
    }

    [Fact]
    public void A_change_is_shown_at_the_next_look()
    {
        LightKeeper keeper = MakeLight();
        keeper.Look();
        _facts = _facts with { Dhcp = DhcpRole.Proxy };
        keeper.Look();
        Assert.Equal("255 2600 255 0 0 100 0 0 255 200 255 0 0 100 0 0", Read("pattern"));
    }

    [Fact]
    public void An_answer_to_the_button_stands_before_all_else_and_then_the_box_is_shown_again()
    {
        LightKeeper keeper = MakeLight();
        keeper.Look();
        keeper.Confirm(2);
        keeper.Look();
        Assert.Equal(LightPattern.Flashes(2).ToTrigger(255), Read("pattern"));
        _time.Advance(LightPattern.Flashes(2).Length);
        keeper.Look();
        Assert.Equal("255 2900 255 0 0 100 0 0", Read("pattern"));
    }

    [Fact]
    public async Task When_the_daemon_ends_the_light_says_so()
    {
        using var stop = new CancellationTokenSource();
        Task running = MakeLight().RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;
        Assert.Equal(LightPattern.Of(BoxCondition.Shutdown).ToTrigger(255), Read("pattern"));
    }

    [Fact]
    public void A_light_that_is_not_there_is_said_once()
    {
        var keeper = new LightKeeper(new StatusLight("none:such", _log, _sysfs.Path), () => _facts, _time);
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(LightKeeper.Renewal);
            keeper.Look();
        }

        Assert.Contains("the light none:such cannot be used", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_matters_most_is_shown_where_several_things_hold()
    {
        BoxFacts all = new()
        {
            Dhcp = DhcpRole.Silent,
            Free = null,
            IsBooting = true,
            BytesPerSecond = 2e6,
            IsUpdating = true,
            HasFailed = true,
            IsStopping = true,
        };
        BoxCondition[] order =
        [
            all.Condition, (all = all with { IsStopping = false }).Condition, (all = all with { IsUpdating = false }).Condition,
            (all = all with { HasFailed = false }).Condition, (all = all with { Dhcp = DhcpRole.Server }).Condition,
            (all = all with { Free = 1L << 30 }).Condition, (all with { IsBooting = false }).Condition,
        ];
        Assert.Equal(
            [
                BoxCondition.Shutdown, BoxCondition.Updating, BoxCondition.Error, BoxCondition.ForeignServer, BoxCondition.Storage,
                BoxCondition.Booting, BoxCondition.ReadyServer,
            ],
            order);
    }

    [Theory]
    [InlineData(0, "BootingSlowly")]
    [InlineData(999_999, "BootingSlowly")]
    [InlineData(1_000_000, "Booting")]
    [InlineData(10_000_000, "BootingFast")]
    public void A_pc_that_loads_blinks_the_faster_the_more_it_gets(double bytesPerSecond, string condition) =>
        Assert.Equal(condition, (_facts with { IsBooting = true, BytesPerSecond = bytesPerSecond }).Condition.ToString());

    [Theory]
    [InlineData((64L << 20) - 1, "Storage")]
    [InlineData(64L << 20, "ReadyServer")]
    public void A_medium_is_full_where_no_image_fits_any_more(long free, string condition) =>
        Assert.Equal(condition, (_facts with { Free = free }).Condition.ToString());

    [Fact]
    public void Every_pattern_differs_ends_dark_and_can_be_armed()
    {
        string[] patterns = [.. Enum.GetValues<BoxCondition>().Select(static condition => LightPattern.Of(condition).ToTrigger(1))];
        Assert.Equal(patterns.Length, patterns.Distinct().Count());
        Assert.All(patterns, static pattern => Assert.EndsWith(" 0 0", pattern, StringComparison.Ordinal));
        Assert.All(Enum.GetValues<BoxCondition>(), static condition => Assert.True(LightPattern.Of(condition).Length < StatusLight.ArmedFor / 3));
    }

    private LightKeeper MakeLight()
    {
        _sysfs.Write($"{Name}/max_brightness", "255\n");
        _sysfs.Write($"{Name}/trigger", "[none] timer heartbeat pattern\n");
        Forget();
        return new LightKeeper(new StatusLight(Name, _log, _sysfs.Path), () => _facts, _time);
    }

    private void Forget()
    {
        _sysfs.Write($"{Name}/pattern", "");
        _sysfs.Write($"{Name}/repeat", "");
    }

    private string Read(string file) => File.ReadAllText(_sysfs[$"{Name}/{file}"]);
}
