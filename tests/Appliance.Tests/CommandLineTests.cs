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
        Assert.Equal("'sreve' is no command; there are: serve, scan, doctor, help, version", Assert.Single(CommandLine.Read(["sreve"], []).Mistakes));
}
