using System.Net;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot.Timeline;

/// <summary>Which way worked on a machine, read out of its boots.</summary>
public sealed class BootLearnerTests : IDisposable
{
    private const string Kernel = "/boot/deb/live/vmlinuz";
    private const string Squashfs = "/boot/deb/live/filesystem.squashfs";
    private const string Iso = "/isos/deb.iso";

    private static readonly IPAddress Address = IPAddress.Parse("192.168.100.100");
    private static readonly BootChoice Fetch = new("deb", "fetch", "deb (fetch)");

    private readonly TestFolder _folder = new();
    private readonly Story _story = new(ClientFirmware.Bios);
    private readonly MachineMemory _memory;
    private readonly BootLearner _learner;

    public BootLearnerTests()
    {
        _memory = MachineMemory.Open(_folder["state"], _story.Time, NullLogger.Instance);
        _learner = new BootLearner(_story.Timeline, _memory, _story.Time);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_way_whose_system_asks_for_an_address_has_worked_and_is_counted_once()
    {
        Choose().Fetches(Kernel);
        Report(BootStep.Started);
        Assert.Null(Learned());
        _story.As(ClientStage.None).GetsAddress();
        Assert.True(Learned());
        _story.Fetches(Squashfs);
        Assert.True(Learned());
        Assert.Equal(1, _memory.BootsOf("deb").Finished);
    }

    [Fact]
    public void A_way_whose_system_fetches_its_data_to_the_end_has_worked()
    {
        Choose().Fetches(Kernel);
        Report(BootStep.Started);
        _story.Fetches(Squashfs, 100, 40);
        Assert.Null(Learned());
        _story.Fetches(Squashfs, 100, 100);
        Assert.True(Learned());
    }

    [Fact]
    public void A_way_whose_system_says_that_it_is_up_has_worked()
    {
        Choose();
        Report(BootStep.SystemUp, choice: false);
        Assert.True(Learned());
    }

    [Fact]
    public void A_way_that_its_script_could_not_start_has_failed()
    {
        Choose();
        Report(BootStep.StartFailed);
        Assert.False(Learned());
        Assert.Equal(0, _memory.BootsOf("deb").Finished);
    }

    [Fact]
    public void A_way_that_fetches_its_image_twice_has_failed_although_it_seemed_to_work()
    {
        Choose().Fetches(Kernel);
        Report(BootStep.Started);
        _story.Fetches(Iso);
        Assert.True(Learned());
        _story.Fetches(Kernel).Fetches(Iso);
        Assert.False(Learned());
    }

    [Fact]
    public void A_way_whose_system_misses_a_file_and_stops_has_failed()
    {
        Choose().Fetches(Kernel).Misses(Squashfs);
        Assert.Null(Learned());
        _story.Waits(BootDiagnosis.FirmwareSilence);
        Assert.False(Learned());
    }

    [Fact]
    public void A_download_that_is_given_up_once_may_be_a_hand_on_the_switch_and_twice_is_the_way()
    {
        for (int boot = 1; boot <= 2; boot++)
        {
            Choose().Fetches(Kernel).GivesUp(Iso, 40, 100).Waits(BootDiagnosis.FirmwareSilence);
            Assert.Equal(boot == 1 ? null : false, Learned());
        }
    }

    [Fact]
    public void Who_goes_to_the_local_disk_has_tried_nothing()
    {
        _story.As(ClientStage.Ipxe).GetsAddress("menu.ipxe").Fetches("/menu.ipxe");
        Report(BootStep.Chosen, choice: false);
        _story.As(ClientStage.None).GetsAddress();
        Assert.Null(Learned());
    }

    private Story Choose()
    {
        _story.As(ClientStage.Ipxe).GetsAddress("menu.ipxe").Fetches("/menu.ipxe");
        Report(BootStep.Chosen);
        return _story;
    }

    private void Report(BootStep step, bool choice = true)
    {
        _story.Waits(TimeSpan.FromSeconds(1));
        Assert.True(_story.Timeline.Report(Address, new BootEvent(TimeSpan.Zero, step, ClientStage.None, "x") { Choice = choice ? Fetch : null }));
    }

    /// <summary>What is remembered after another look.</summary>
    private bool? Learned()
    {
        _learner.Learn();
        return _memory.Find(Story.Mac)?.Worked("deb", "fetch");
    }
}
