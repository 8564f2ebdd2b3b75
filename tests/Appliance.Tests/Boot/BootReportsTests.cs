using System.Net;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Boot.Timeline;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>What clients report of their boots, and what becomes of it.</summary>
public sealed class BootReportsTests : IDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("192.168.100.100");
    private static readonly IPAddress Stranger = IPAddress.Parse("192.168.100.150");
    private static readonly string Token = BootChoice.TokenOf("void-live", "squashfs");

    private readonly TestFolder _folder = new();
    private readonly Story _story = new Story(ClientFirmware.Bios).As(ClientStage.Ipxe).GetsAddress("menu.ipxe").Fetches("/menu.ipxe");
    private readonly MachineMemory _memory;
    private readonly BootReports _reports;

    public BootReportsTests()
    {
        var menus = new BootMenus(new BootServices("http://192.168.100.1"), new ProfileFiles("/none"), new MenuOptions(), _story.Time);
        menus.Update([TreeImage.Read("void-live").Build(_folder)]);
        _memory = MachineMemory.Open(_folder["state"], _story.Time, NullLogger.Instance);
        _reports = new BootReports(menus, _story.Timeline, _memory, _story.Time);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_boot_tells_its_steps_and_is_counted()
    {
        Assert.All(new[] { "menu", "chosen/TOKEN", "loaded/TOKEN", "progress/42", "progress/100", "up" }, step => Assert.True(Report(step), step));
        Assert.Equal(
            [(BootStep.MenuShown, "the menu is on the screen"), (BootStep.Chosen, "void-live (copy its file system to memory)"),
                (BootStep.Started, "void-live (copy its file system to memory)"), (BootStep.Progress, "100 %"), (BootStep.SystemUp, "its system is up")],
            Steps());
        Assert.Equal(new BootChoice("void-live", "squashfs", "void-live (copy its file system to memory)"), _story.Boot.Events[^3].Choice);
        Assert.Equal("reports that its system is up; 1 MB sent in all", Verdict().Text);
        Assert.Equal(new ImageBoots(1, 0), _memory.BootsOf("void-live"));
    }

    [Theory]
    [InlineData("kernel-4c126035", "its kernel could not be fetched (timed out, https://ipxe.org/4c126035)", "try another cable")]
    [InlineData("ramdisk-31006108", "its RAM disk or a file for it could not be fetched (out of memory, https://ipxe.org/31006108)", "NFS")]
    [InlineData("disc-ffffffff", "it could not be started as a disc (iPXE's error, https://ipxe.org/ffffffff)", "another way")]
    [InlineData("start-", "it was fetched and could not be started", "Secure Boot")]
    [InlineData("kernel-grub", "its kernel could not be fetched", "whether the image is whole")]
    public void A_failure_is_told_with_the_step_and_the_remedy(string detail, string text, string remedy)
    {
        Assert.True(Report("chosen/TOKEN"));
        Assert.True(Report($"failed/TOKEN/{detail}"));
        BootVerdict verdict = Verdict();
        Assert.Equal((BootState.Problem, $"could not start void-live (copy its file system to memory): {text}"), (verdict.State, verdict.Text));
        Assert.Contains(remedy, verdict.Remedy, StringComparison.Ordinal);
        Assert.True(Report("local"));
        Assert.Equal("went on to its local disk", Verdict().Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void The_founding_documents_call_back_is_taken(string end)
    {
        Assert.True(_reports.TryTake(BootReports.Path + end, Client));
        Assert.Equal([(BootStep.MenuShown, "the menu is on the screen")], Steps());
    }

    [Theory]
    [InlineData("reboot")]
    [InlineData("menu/x")]
    [InlineData("chosen")]
    [InlineData("chosen/void-live")]
    [InlineData("chosen/0000000000000000")]
    [InlineData("chosen/TOKEN/x")]
    [InlineData("failed/TOKEN")]
    [InlineData("failed/TOKEN/kernel")]
    [InlineData("failed/TOKEN/kernel-<script>")]
    [InlineData("failed/TOKEN/kernel-4c12603")]
    [InlineData("failed/TOKEN/kernel-4c126035a")]
    [InlineData("failed/TOKEN/shim-4c126035")]
    [InlineData("failed/local/disc-4c126035")]
    [InlineData("progress/101")]
    [InlineData("progress/-1")]
    [InlineData("progress/+1")]
    [InlineData("progress/ 1")]
    [InlineData("progress/99999999999")]
    [InlineData("progress/")]
    public void What_is_in_no_table_is_refused_and_leaves_nothing(string step)
    {
        Assert.False(Report(step), step);
        Assert.Empty(Steps());
        Assert.Empty(_memory.Boots());
    }

    [Fact]
    public void A_stranger_is_answered_and_counts_for_nothing()
    {
        Assert.True(_reports.TryTake($"{BootReports.Path}/chosen/{Token}", Stranger));
        Assert.Empty(_memory.Boots());
        Assert.Empty(Steps());
    }

    [Fact]
    public void One_address_may_report_120_times_a_minute_and_the_others_as_often()
    {
        for (int report = 0; report < 120; report++)
        {
            Assert.True(Report("progress/1"));
        }

        Assert.Contains("in a minute", Assert.Throws<NotPublishedException>(() => Report("progress/2")).Message, StringComparison.Ordinal);
        Assert.True(_reports.TryTake($"{BootReports.Path}/up", Stranger));
        _story.Waits(TimeSpan.FromMinutes(1));
        Assert.True(Report("progress/3"));
        Assert.Equal([(BootStep.Progress, "3 %")], Steps());
    }

    [Fact]
    public void Progress_that_stands_still_is_a_problem_unless_it_is_all()
    {
        Report("progress/42");
        Assert.Equal((BootState.Fine, "reports 42 %"), (Verdict().State, Verdict().Text));
        Assert.Equal(BootState.Problem, _story.After(BootDiagnosis.KernelSilence).State);
        Report("progress/100");
        Assert.Equal(BootState.Fine, _story.After(BootDiagnosis.KernelSilence).State);
    }

    [Fact]
    public void The_fetch_of_a_report_is_no_file_of_the_boot()
    {
        int before = _story.Boot.Events.Length;
        _story.Fetches($"{BootReports.Path}/menu", 7).Misses($"{BootReports.Path}/shell");
        Assert.Equal(before, _story.Boot.Events.Length);
    }

    [Theory]
    [InlineData("/api/boot-status", true)]
    [InlineData("/api/boot-status/x", true)]
    [InlineData("/api/boot-statuses", false)]
    [InlineData("/api/images", false)]
    public void Only_what_stands_below_its_name_is_a_report(string path, bool isReport) => Assert.Equal(isReport, BootReports.IsReport(path));

    private bool Report(string step) => _reports.TryTake($"{BootReports.Path}/{step.Replace("TOKEN", Token, StringComparison.Ordinal)}", Client);

    private BootVerdict Verdict() => _story.After(TimeSpan.FromSeconds(1));

    private IEnumerable<(BootStep, string)> Steps() => _story.Boot.Events
        .Where(static step => step.Step is not (BootStep.AddressOffered or BootStep.AddressGranted or BootStep.Fetched))
        .Select(static step => (step.Step, step.What));
}
