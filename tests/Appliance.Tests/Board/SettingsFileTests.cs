using Appliance.Board;
using Appliance.Options;
using Appliance.Tests.Images;

namespace Appliance.Tests.Board;

public sealed class SettingsFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_original_is_written_while_it_can_be_and_the_copy_follows()
    {
        string copy = _folder.Write("etc/plugboot.conf", "menu-title = copy\n");
        string original = _folder.Write("boot/plugboot.conf", "menu-title = card\r\n");
        bool isWritable = false;
        var file = new SettingsFile(copy, original, write =>
        {
            isWritable = true;
            write();
        });
        file.Change([new("dhcp-mode", "proxy"), new("menu-title", null)]);
        Assert.True(isWritable);
        Assert.Equal("dhcp-mode = proxy\n", File.ReadAllText(original));
        Assert.Equal("dhcp-mode = proxy\n", File.ReadAllText(copy));
        Assert.Equal("proxy", Assert.Single(file.Read()).Value);
    }

    [Fact]
    public void Settings_that_the_service_could_not_start_with_are_refused_whole()
    {
        string path = _folder.Write("plugboot.conf", "address = 10.0.0.1/24\ndhcp-pool = 10.0.0.10-10.0.0.20\n");
        var mistake = Assert.Throws<SettingValueException>(
            () => new SettingsFile(path).Change([new("menu-title", "new"), new("address", "10.0.1.1/24")]));
        Assert.Contains("dhcp-pool", mistake.Message, StringComparison.Ordinal);
        Assert.Equal("address = 10.0.0.1/24\ndhcp-pool = 10.0.0.10-10.0.0.20\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_file_that_was_not_there_is_made()
    {
        var file = new SettingsFile(_folder["etc/plugboot.conf"]);
        Assert.Empty(file.Read());
        file.Change([new("dhcp-mode", "off")]);
        Assert.Equal("dhcp-mode = off\n", File.ReadAllText(_folder["etc/plugboot.conf"]));
    }

    [Fact]
    public void A_file_that_cannot_be_written_stays_and_the_message_names_it()
    {
        string folder = _folder.Write("file", "");
        var failure = Assert.ThrowsAny<IOException>(() => new SettingsFile(Path.Combine(folder, "plugboot.conf")).Change([new("dhcp-mode", "off")]));
        Assert.Contains(folder, failure.Message, StringComparison.Ordinal);
    }
}
