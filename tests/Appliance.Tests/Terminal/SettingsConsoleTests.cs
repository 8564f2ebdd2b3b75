using System.Net;
using System.Net.NetworkInformation;
using System.Text.RegularExpressions;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Options;
using Appliance.Tests.Admin;
using Appliance.Tests.Images;

namespace Appliance.Tests.Terminal;

/// <summary>The settings console on a dumb terminal of 80×24, as tmux shows it; each screen is kept as golden text.</summary>
public sealed partial class SettingsConsoleTests : IAsyncLifetime, IDisposable
{
    private const string Main = "Choice, or Enter to look again: ";
    private const string Change = "Number to change, 9 starts the service again, 0 goes back: ";

    private readonly TestFolder _folder = new();
    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _folder.Write("plugboot.conf", "");
        _box = await AdminBox.StartAsync(options => options with { Admin = new AdminOptions { ControlSocket = _folder["control.sock"] } });
    }

    public async Task DisposeAsync() => await _box.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_page_of_a_box_at_work_fits_the_screen_and_leads_back()
    {
        AddBoot();
        using TmuxTerminal terminal = Open();
        AssertScreen("main", await terminal.WaitForAsync(Main));
        await SeeAsync("1", "Enter looks again, 0 goes back: ", "machines");
        await SeeAsync("3", Change, "network");
        await SeeAsync("4", Change, "lights");
        await SeeAsync("5", "Choice, 0 goes back: ", "password");
        await SeeAsync("7", "Enter goes back: ", "capture");
        await SeeAsync("8", "Number, 0 goes back: ", "update");
        await SeeAsync("9", "Choice, 0 goes back: ", "power");

        async Task SeeAsync(string choice, string question, string golden)
        {
            terminal.Press("C-l");
            terminal.Type("nonsense");
            await terminal.WaitForAsync(Main);
            terminal.Type(choice);
            AssertScreen(golden, Page(await terminal.WaitForAsync(question)));
            terminal.Type(golden == "capture" ? "" : "0");
            await terminal.WaitForAsync(Main);
        }
    }

    [Fact]
    public async Task An_image_is_chosen_that_starts_by_itself()
    {
        await _box.AddImageAsync("debian-12.7.0-netinst", "debian.iso");
        using TmuxTerminal terminal = Open();
        await terminal.WaitForAsync(Main);
        terminal.Type("2");
        string question = "Number that starts by itself, l: local disk, t: time, 0 goes back: ";
        AssertScreen("images", Page(await terminal.WaitForAsync(question)));
        terminal.Type("1");
        await Dhcp.Deadline.UntilAsync(() => _box.Records.Current.Settings.Default == "debian.iso");
    }

    [Fact]
    public async Task A_setting_is_changed_in_the_file_and_a_wrong_one_is_refused_in_words()
    {
        using TmuxTerminal terminal = Open();
        await terminal.WaitForAsync(Main);
        terminal.Type("3");
        await terminal.WaitForAsync(Change);
        terminal.Type("3");
        await terminal.WaitForAsync("dhcp-mode, - for the default, Enter leaves it: ");
        terminal.Type("perhaps");
        Assert.Contains("Not changed: ", await terminal.WaitForAsync(Change), StringComparison.Ordinal);
        terminal.Type("3");
        await terminal.WaitForAsync("dhcp-mode, - for the default, Enter leaves it: ");
        terminal.Type("proxy");
        AssertScreen("network-changed", Page(await terminal.WaitForAsync(Change)));
        Assert.Equal("dhcp-mode = proxy\n", await File.ReadAllTextAsync(_folder["plugboot.conf"]));
    }

    [Fact]
    public async Task A_dead_service_is_said_and_network_log_restart_and_shell_still_offered()
    {
        await _box.DisposeAsync();
        using TmuxTerminal terminal = Open();
        AssertScreen("dead", await terminal.WaitForAsync(Main));
        terminal.Type("3");
        AssertScreen("network", Page(await terminal.WaitForAsync(Change)));
        terminal.Type("0");
        await terminal.WaitForAsync(Main);
        terminal.Type("9");
        await terminal.WaitForAsync("Choice, 0 goes back: ");
        terminal.Type("1");
        Assert.Contains("The service is not running; it is started again", await terminal.WaitForAsync(Main), StringComparison.Ordinal);
        terminal.Type("s");
        await terminal.WaitForAsync("shell: ");
        terminal.Type("echo in the $((1 + 0))st shell; exit");
        Assert.Contains("in the 1st shell", await terminal.WaitForAsync(Main), StringComparison.Ordinal);
        _box = await AdminBox.StartAsync();
    }

    /// <summary>What a serial line brings while a PC boots at its other end, and what fingers do.</summary>
    [Fact]
    public async Task Noise_on_the_line_does_nothing()
    {
        using TmuxTerminal terminal = Open();
        await terminal.WaitForAsync(Main);
        var random = new Random(7);
        for (int i = 0; i < 40; i++)
        {
            // No digit that means something, nor the letter of the shell, alone on a line; Ctrl-D would end the terminal's line as it should.
            string noise = string.Concat(Enumerable.Range(0, random.Next(2, 60)).Select(_ => (char)random.Next('A', 'Z')));
            terminal.Type(noise + "\x7f\x07" + noise);
            terminal.Press("C-c", "Escape", "C-\\", "Up");
        }

        terminal.Type("");
        await terminal.WaitForAsync(Main, pressEnter: true);
        terminal.Type("9");
        AssertScreen("power", Page(await terminal.WaitForAsync("Choice, 0 goes back: ")));
        Assert.Empty(await File.ReadAllTextAsync(_folder["plugboot.conf"]));
    }

    private TmuxTerminal Open() => new(
        Path.Combine(AppContext.BaseDirectory, "plugboot"), "console", "--control-socket", _folder["control.sock"],
        "--config", _folder["plugboot.conf"], "--media", _folder["media"]);

    private void AddBoot()
    {
        var pc = new NetbootClient { Mac = PhysicalAddress.Parse("525400123456"), Stage = ClientStage.Pxe, Firmware = ClientFirmware.UefiX64 };
        var address = IPAddress.Parse("192.168.100.7");
        _box.Timeline.Add(BootStep.AddressOffered, pc, "192.168.100.7", address, "ipxe.efi");
        _box.Timeline.Add(BootStep.AddressGranted, pc, "192.168.100.7", address, "ipxe.efi");
        _box.Time.Advance(TimeSpan.FromMinutes(2));
    }

    /// <summary>The last page on the screen: it begins with an empty line before its title.</summary>
    private static string Page(string screen) => screen[(TitleLine().Matches(screen)[^1].Index)..];

    private void AssertScreen(string name, string screen)
    {
        string[] lines = screen.Split('\n');
        Assert.True(lines.Length <= 24 && lines.All(static line => line.Length <= 80), screen);
        string known = Changing().Replace(screen.TrimStart('\n').Replace(_folder.Path, "FOLDER", StringComparison.Ordinal), "...");
        TestData.AssertGolden($"tests/testdata/console/{name}.txt", known + "\n");
    }

    [GeneratedRegex(@"[^\n]*\n-{70,}")]
    private static partial Regex TitleLine();

    /// <summary>Version, port, room on this machine's disk, folders of this run.</summary>
    [GeneratedRegex(@"(?<=^plugboot )\S+|http://\S+/|\S+ [MG]B of \S+ [MG]B free in [^\n]+", RegexOptions.Multiline)]
    private static partial Regex Changing();
}
