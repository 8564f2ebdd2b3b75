using System.Net;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Tests.Boot.Timeline;
using Appliance.Tests.Dhcp;

namespace Appliance.Tests;

/// <summary>What the servers tell, and whom it is passed on to.</summary>
public sealed class BootWatchTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.168.100.100");

    private readonly ManualTime _time = new();
    private readonly BootTimeline _timeline;
    private readonly BootClients _clients = new();
    private readonly LoaderChain _chain;
    private readonly BootWatch _watch;

    public BootWatchTests()
    {
        _timeline = new BootTimeline(_time);
        _chain = new LoaderChain(memory: null, _time);
        _watch = new BootWatch(_clients, _timeline, _chain);
        _clients.Remember(Address, Pc);
    }

    private static NetbootClient Pc => new() { Mac = Story.Mac, Stage = ClientStage.Pxe, Firmware = ClientFirmware.UefiX64 };

    [Fact]
    public void The_timeline_says_in_words_that_a_machine_is_given_another_loader()
    {
        for (int boot = 0; boot < 3; boot++)
        {
            string loader = _chain.Choose(Pc, ["snponly.efi", "ipxe-amd64.efi"])!;
            _timeline.Add(BootStep.AddressOffered, Pc, "", Address, loader);
            _chain.Granted(Pc, loader, isFirst: loader is "snponly.efi");
            _timeline.Add(BootStep.AddressGranted, Pc, "", Address, loader);
            _watch.See(new BootFetch(Address, BootProtocol.Tftp, "/" + loader, 0, 100, 100, BootFetchOutcome.Complete));
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        BootRecord boot3 = _timeline.Find(Story.Mac)!;
        Assert.Equal("snponly.efi did not come up 2 times: it is given ipxe-amd64.efi now, and from now on", boot3.Events.Single(static step => step.Step is BootStep.LoaderChanged).What);
        Assert.Equal(1, boot3.Attempt);
        BootVerdict verdict = BootDiagnosis.Of(boot3, boot3.LastAt + TimeSpan.FromSeconds(1));
        Assert.Equal((BootState.Waiting, true), (verdict.State, verdict.Text.Contains("it is given ipxe-amd64.efi", StringComparison.Ordinal)));
        Assert.Equal(BootState.Problem, BootDiagnosis.Of(boot3, boot3.LastAt + BootDiagnosis.FirmwareSilence).State);
    }

    [Theory]
    [InlineData("/menu.ipxe", BootFetchOutcome.Complete, "snponly.efi")]
    [InlineData("/menu/efi-x86_64.ipxe", BootFetchOutcome.Complete, "snponly.efi")]
    [InlineData("/grub/menu-x86_64.cfg", BootFetchOutcome.Complete, "snponly.efi")]
    [InlineData("/grub/secure-x86_64.cfg", BootFetchOutcome.Complete, "snponly.efi")]
    [InlineData("/grub/grub.cfg", BootFetchOutcome.Complete, "ipxe-amd64.efi")]
    [InlineData("/autoexec.ipxe", BootFetchOutcome.Complete, "ipxe-amd64.efi")]
    [InlineData("/snponly.efi", BootFetchOutcome.Complete, "ipxe-amd64.efi")]
    [InlineData("/menu.ipxe", BootFetchOutcome.Aborted, "ipxe-amd64.efi")]
    public void A_loader_has_come_up_when_it_has_the_menu(string path, BootFetchOutcome outcome, string third)
    {
        for (int boot = 0; boot < 2; boot++)
        {
            _chain.Granted(Pc, "snponly.efi", isFirst: true);
            _watch.See(new BootFetch(Address, BootProtocol.Tftp, path, 0, 10, 10, outcome));
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(third, _chain.Choose(Pc, ["snponly.efi", "ipxe-amd64.efi"]));
    }
}
