using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Tests.Dhcp;

namespace Appliance.Tests.Boot.Timeline;

/// <summary>A boot told step by step; a second passes before each.</summary>
internal sealed class Story
{
    public static readonly PhysicalAddress Mac = PhysicalAddress.Parse("525400706201");

    private static readonly IPAddress Address = IPAddress.Parse("192.168.100.100");

    private readonly ClientFirmware _firmware;
    private ClientStage _stage;

    public Story(ClientFirmware firmware)
    {
        _firmware = firmware;
        _stage = firmware is ClientFirmware.Unknown ? ClientStage.None : ClientStage.Pxe;
        Timeline = new BootTimeline(Time);
    }

    public ManualTime Time { get; } = new();

    public BootTimeline Timeline { get; }

    public BootRecord Boot => Timeline.Find(Mac)!;

    /// <summary>What is said of the boot after this silence.</summary>
    public BootVerdict After(TimeSpan silence) => BootDiagnosis.Of(Boot, Boot.LastAt + silence);

    public Story As(ClientStage stage)
    {
        _stage = stage;
        return this;
    }

    public Story Asks(BootStep answer, string what = "", string? file = null) => Step(() => Timeline.Add(
        answer, new NetbootClient { Mac = Mac, Stage = _stage, Firmware = _stage is ClientStage.None ? ClientFirmware.Unknown : _firmware }, what, Address, file));

    /// <summary>Offer and acknowledgement.</summary>
    public Story GetsAddress(string? file = null) =>
        Asks(BootStep.AddressOffered, "192.168.100.100", file).Asks(BootStep.AddressGranted, "192.168.100.100", file);

    public Story Fetches(string path, long length = 1_000_000, long? bytes = null, BootFetchOutcome outcome = BootFetchOutcome.Complete) => Step(() =>
        Timeline.Add(new BootFetch(Address, BootProtocol.Http, path, 0, bytes ?? length, length, outcome)));

    public Story GivesUp(string path, long bytes, long length) => Fetches(path, length, bytes, BootFetchOutcome.Aborted);

    public Story Misses(string path) => Fetches(path, 0, 0, BootFetchOutcome.NotFound);

    public Story Waits(TimeSpan time)
    {
        Time.Advance(time);
        return this;
    }

    private Story Step(Action step)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        step();
        return this;
    }
}
