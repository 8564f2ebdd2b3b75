using Appliance.Options;

namespace Appliance.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "tftp-port = 1001\nmenu-title = file\ndhcp-mode = off\n");
        CommandLine command = CommandLine.Read(
            ["serve", "--tftp-port", "1003"], [new("PLUGBOOT_CONFIG", path), new("PLUGBOOT_TFTP_PORT", "1002"), new("PLUGBOOT_MENU_TITLE", "environment")]);
        File.Delete(path);
        Assert.Empty(command.Mistakes);
        Assert.Equal(("serve", 1003, "environment", DhcpMode.Off),
            (command.Verb, command.Options.Tftp.Port, command.Options.Menu.Title, command.Options.Dhcp.Mode));
    }

    [Fact]
    public void A_settings_file_that_was_named_must_be_there()
    {
        string mistake = Assert.Single(CommandLine.Read(["doctor", "--config", "/nowhere/plugboot.conf"], []).Mistakes);
        Assert.StartsWith("/nowhere/plugboot.conf: the settings file cannot be read", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("serve", "--help")]
    [InlineData()]
    public void Help_is_given_when_asked_for_and_without_a_command(params string[] arguments) =>
        Assert.Equal("help", CommandLine.Read(arguments, []).Verb);

    [Fact]
    public void The_help_names_every_setting()
    {
        string help = CommandLine.Help();
        Assert.All(Settings.All, setting => Assert.Contains($"\n  {setting.Name} ", help, StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_command_is_a_mistake_that_names_the_known_ones() =>
        Assert.Equal("'sreve' is no command; there are: serve, scan, extract, wake, capture, update, console, images, clients, settings, password, restart, doctor, help, version", Assert.Single(CommandLine.Read(["sreve"], []).Mistakes));

    [Fact]
    public void Arguments_of_a_command_stand_anywhere_among_its_settings()
    {
        CommandLine command = CommandLine.Read(["extract", "--media", "/card", "rescue/live", "--remove", "--log-level=debug"], []);
        Assert.Empty(command.Mistakes);
        Assert.Equal(("/card", new VerbArguments("rescue/live", null, true, false)), (command.Options.Storage.Media, command.Arguments));
        Assert.Equal(new VerbArguments("a.tar", "out", false, false), CommandLine.Read(["extract", "a.tar", "--into", "out"], []).Arguments);
        Assert.Equal(new VerbArguments(null, null, false, true), CommandLine.Read(["scan", "--verify", "--media", "/card"], []).Arguments);
    }

    [Theory]
    [InlineData("wake", "52:54:00:12:34:56")]
    [InlineData("wake", "52-54-00-12-34-56")]
    [InlineData("capture", "525400123456", "--into", "boot.pcap")]
    public void A_machine_is_named_as_people_write_its_address(params string[] arguments)
    {
        CommandLine command = CommandLine.Read([.. arguments, "--log-level", "debug"], []);
        Assert.Empty(command.Mistakes);
        Assert.Equal("52:54:00:12:34:56", command.Arguments.Station.ToString());
    }

    [Theory]
    [InlineData("name an image", "extract")]
    [InlineData("name an image", "extract", "--media", "/card")]
    [InlineData("give one of them", "extract", "a", "--remove", "--into", "b")]
    [InlineData("argument 'b' is not understood", "extract", "a", "b")]
    [InlineData("--into: its value is missing", "extract", "a", "--into")]
    [InlineData("--verify: its value is missing", "serve", "--verify")]
    [InlineData("argument 'a' is not understood", "scan", "a")]
    [InlineData("wake: name a machine", "wake")]
    [InlineData("wake: name a machine", "wake", "52:54:00:12:34")]
    [InlineData("wake: name a machine", "wake", "ff:ff:ff:ff:ff:ff")]
    [InlineData("capture: name a machine", "capture", "--into", "a.pcap")]
    [InlineData("capture: name the file", "capture", "52:54:00:12:34:56")]
    public void Arguments_that_make_no_sense_are_mistakes(string mistake, params string[] arguments) =>
        Assert.Contains(CommandLine.Read(arguments, []).Mistakes, text => text.Contains(mistake, StringComparison.Ordinal));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("5", 5_000_000)]
    [InlineData("1000", 1_000_000_000)]
    public void The_scrub_rate_is_given_in_megabytes_per_second(string text, long bytesPerSecond) =>
        Assert.Equal(bytesPerSecond, CommandLine.Read(["scan", "--scrub-rate", text], []).Options.Storage.ScrubRate);

    [Theory]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("fast")]
    public void A_scrub_rate_beyond_its_limits_is_a_mistake(string text) =>
        Assert.Single(CommandLine.Read(["scan", "--scrub-rate", text], []).Mistakes);
}
