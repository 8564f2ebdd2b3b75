using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Microsoft.Extensions.Logging;

namespace Appliance.Tests.Boot.Timeline;

public sealed class BootTimelineTests
{
    [Fact]
    public void A_machine_that_only_wants_an_address_has_no_boot() =>
        Assert.Empty(new Story(ClientFirmware.Unknown).GetsAddress().Timeline.Snapshot());

    [Fact]
    public void The_steps_of_one_boot_are_kept_with_their_times()
    {
        BootRecord boot = new Story(ClientFirmware.Bios).GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe", 100).Boot;
        Assert.Equal([BootStep.AddressOffered, BootStep.AddressGranted, BootStep.Fetched], boot.Events.Select(static e => e.Step));
        Assert.Equal([0, 1, 2], boot.Events.Select(static e => e.At.TotalSeconds));
        Assert.Equal((100, ClientFirmware.Bios, "undionly.kpxe"), (boot.Bytes, boot.Firmware, boot.BootFile));
    }

    [Fact]
    public void A_reset_begins_another_boot_and_the_last_three_are_kept()
    {
        Story story = new(ClientFirmware.Bios);
        for (int i = 0; i < 5; i++)
        {
            story.As(ClientStage.Pxe).GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe")
                .As(ClientStage.Ipxe).GetsAddress("menu.ipxe").Fetches("/menu.ipxe").Fetches("/boot/a/vmlinuz");
        }

        Assert.Equal(BootTimeline.MaxBoots, story.Timeline.Snapshot().Length);
        Assert.All(story.Timeline.Snapshot(), static boot => Assert.Equal(1, boot.Attempt));
        Assert.Equal(story.Boot, story.Timeline.Snapshot()[0]);
    }

    [Fact]
    public void Ipxe_in_the_card_that_is_chained_to_ours_is_one_boot()
    {
        Story story = new Story(ClientFirmware.Bios).As(ClientStage.Ipxe).GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe").GetsAddress("menu.ipxe").Fetches("/menu.ipxe");
        Assert.Single(story.Timeline.Snapshot());
        Assert.Equal(2, story.GetsAddress("undionly.kpxe").Timeline.Snapshot().Length);
    }

    [Fact]
    public void An_installed_systems_requests_belong_to_the_boot_that_they_follow()
    {
        Story story = new Story(ClientFirmware.Bios).GetsAddress("a").Fetches("/a").As(ClientStage.None).GetsAddress().Waits(TimeSpan.FromHours(1)).GetsAddress();
        Assert.Single(story.Timeline.Snapshot());
        Assert.Equal(2, story.As(ClientStage.Pxe).GetsAddress("a").Timeline.Snapshot().Length);
    }

    [Fact]
    public void Fetches_of_an_address_that_was_never_given_are_nobodys() =>
        Assert.Empty(new Story(ClientFirmware.Bios).Fetches("/a").Timeline.Snapshot());

    [Fact]
    public void Steps_and_machines_are_bounded()
    {
        Story story = new Story(ClientFirmware.Bios).GetsAddress("a");
        for (int i = 0; i < 1000; i++)
        {
            story.Misses("/" + i);
        }

        Assert.Equal(BootRecord.MaxEvents, story.Boot.Events.Length);
        for (int machine = 0; machine < 2 * BootTimeline.MaxMachines; machine++)
        {
            var mac = new PhysicalAddress([2, 0, 0, 0, (byte)(machine >> 8), (byte)machine]);
            story.Timeline.Add(BootStep.AddressGranted, new NetbootClient { Mac = mac, Stage = ClientStage.Pxe }, "", new IPAddress([10, 0, (byte)(machine >> 8), (byte)machine]));
            story.Waits(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(BootTimeline.MaxMachines, story.Timeline.Snapshot().Length);
        Assert.Null(story.Timeline.Find(Story.Mac));
    }

    [Fact]
    public void News_are_told_once_and_what_goes_well_is_none()
    {
        var log = new Lines();
        Story story = new Story(ClientFirmware.UefiX64).GetsAddress("shimx64.efi").Fetches("/shimx64.efi");
        var narrator = new BootNarrator(story.Timeline, story.Time, log);
        narrator.Tell();
        Assert.Empty(log.Told);
        story.Waits(BootDiagnosis.FirmwareSilence);
        narrator.Tell();
        narrator.Tell();
        Assert.StartsWith("boot 52:54:00:70:62:01: loaded shim, then stopped", Assert.Single(log.Told), StringComparison.Ordinal);
        story.Fetches("/grubx64.efi");
        narrator.Tell();
        Assert.Equal("boot 52:54:00:70:62:01: is booting", log.Told[1]);
        story.Waits(TimeSpan.FromHours(1));
        narrator.Tell();
        Assert.Equal(2, log.Told.Count);
    }

    private sealed class Lines : ILogger<BootNarrator>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add(formatter(state, exception));
    }
}
