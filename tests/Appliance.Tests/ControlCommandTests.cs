using System.Text.Json;
using Appliance.Options;
using Appliance.Tests.Admin;
using Appliance.Tests.Images;

namespace Appliance.Tests;

public sealed class ControlCommandTests : IAsyncLifetime, IDisposable
{
    private readonly TestFolder _folder = new();
    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _folder.Write("plugboot.conf", "menu-title = mine\n");
        _box = await AdminBox.StartAsync(options => options with { Admin = new AdminOptions { ControlSocket = _folder["control.sock"] } });
    }

    public async Task DisposeAsync() => await _box.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Images_are_listed_for_people_and_for_programs()
    {
        await _box.AddImageAsync("debian-12.7.0-netinst", "debian.iso");
        Assert.Contains("  debian.iso  ", (await RunAsync("images")).Output, StringComparison.Ordinal);
        JsonElement image = JsonDocument.Parse((await RunAsync("images", "--json")).Output).RootElement[0];
        Assert.Equal("debian.iso", image.GetProperty("filename").GetString());
        Assert.Equal("[]", (await RunAsync("clients", "--json")).Output.Trim());
    }

    [Fact]
    public async Task A_setting_is_changed_shown_and_taken_back()
    {
        Assert.Equal(0, (await RunAsync("settings", "dhcp-mode=proxy")).Status);
        Assert.Equal("""{"menu-title":"mine","dhcp-mode":"proxy"}""", (await RunAsync("settings", "--json")).Output.Trim());
        Assert.Equal(0, (await RunAsync("settings", "menu-title=")).Status);
        Assert.Equal("dhcp-mode = proxy", (await RunAsync("settings")).Output.Trim());
    }

    [Theory]
    [InlineData("dhcp-mode=perhaps", "dhcp-mode = 'perhaps': takes one of")]
    [InlineData("dhcp-mod=auto", "did you mean dhcp-mode?")]
    [InlineData("dhcp-mode", "write dhcp-mode=VALUE to set it")]
    public async Task A_setting_that_is_wrong_changes_nothing_and_is_said(string operand, string reason)
    {
        (int status, _, string errors) = await RunAsync("settings", operand);
        Assert.Equal(1, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Equal("menu-title = mine\n", await File.ReadAllTextAsync(_folder["plugboot.conf"]));
    }

    [Fact]
    public async Task A_file_that_the_service_refuses_is_repaired()
    {
        await File.WriteAllTextAsync(_folder["plugboot.conf"], "dhcp-mode = perhaps\n");
        Tool.Run(
            "plugboot", Path.Combine(AppContext.BaseDirectory, "plugboot"), "settings", "dhcp-mode=server", "--config", _folder["plugboot.conf"]);
        Assert.Equal("dhcp-mode = server\n", await File.ReadAllTextAsync(_folder["plugboot.conf"]));
    }

    [Fact]
    public async Task A_password_that_was_made_lets_in()
    {
        string made = (await RunAsync("password")).Output.Trim();
        using HttpClient client = _box.Client("admin", made);
        Assert.True((await client.GetAsync(new Uri("/api/session", UriKind.Relative))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Without_a_service_that_is_said()
    {
        await _box.DisposeAsync();
        (int status, _, string errors) = await RunAsync("images");
        _box = await AdminBox.StartAsync();
        Assert.Equal(1, status);
        Assert.StartsWith($"plugboot: the service does not answer on {_folder["control.sock"]}", errors, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        CommandLine command = CommandLine.Read([.. arguments, "--control-socket", _folder["control.sock"], "--config", _folder["plugboot.conf"]], []);
        Assert.Empty(command.Mistakes);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (await ControlCommand.RunAsync(command, output, errors), output.ToString(), errors.ToString());
    }
}
