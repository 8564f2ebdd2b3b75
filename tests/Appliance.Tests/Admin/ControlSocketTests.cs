using System.Net;
using System.Text.Json;
using Appliance.Admin;
using Appliance.Catalog;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Terminal;
using Appliance.Tests.Images;

namespace Appliance.Tests.Admin;

/// <summary>The API for who is at the box: no password, and a little more than any account may.</summary>
public sealed class ControlSocketTests : IAsyncLifetime, IDisposable
{
    private readonly TestFolder _folder = new();
    private AdminBox _box = null!;
    private ControlClient _console = null!;

    public async Task InitializeAsync()
    {
        _box = await AdminBox.StartNewAsync(options => options with { Admin = new AdminOptions { ControlSocket = _folder["control.sock"] } });
        _console = new ControlClient(_folder["control.sock"]);
    }

    public async Task DisposeAsync() => await _box.DisposeAsync();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_is_at_the_box_sees_the_first_password_until_another_is_chosen()
    {
        string first = (await _console.GetAsync("/api/first-password")).GetText("password");
        using (HttpClient client = _box.Client("admin", first))
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/api/session", UriKind.Relative))).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(new Uri("/api/first-password", UriKind.Relative))).StatusCode);
        }

        await _console.SendAsync(HttpMethod.Put, "/api/users?username=admin", static json => json.WriteString("password", "battery staple"));
        Assert.Equal("", (await _console.GetAsync("/api/first-password")).GetText("password"));
    }

    [Fact]
    public async Task A_reset_makes_a_password_that_counts_and_ends_the_one_before()
    {
        _box.Plane.SignIn.Put(accounts => accounts["admin"] with { Enabled = false, Role = AccountRole.Viewer });
        string made = (await _console.SendAsync(HttpMethod.Post, "/api/first-password")).GetText("password");
        using HttpClient client = _box.Client("admin", made);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/api/users", UriKind.Relative))).StatusCode);
        Assert.Equal(made, (await _console.GetAsync("/api/first-password")).GetText("password"));
    }

    [Fact]
    public async Task What_was_done_there_is_in_the_audit_log()
    {
        await _console.SendAsync(HttpMethod.Post, "/api/first-password");
        JsonElement entry = (await _console.GetAsync("/api/audit")).EnumerateArray().First();
        Assert.Equal(("console", "POST /api/first-password"), (entry.GetText("username"), entry.GetText("action")));
    }

    [Fact]
    public async Task What_is_refused_is_refused_with_the_same_words()
    {
        var refused = await Assert.ThrowsAsync<ServiceRefusedException>(
            () => _console.SendAsync(HttpMethod.Put, "/api/theme", static json => json.WriteNumber("menu_timeout", -1)));
        Assert.Equal("menu_timeout takes 0 to 3600 seconds", refused.Message);
    }

    [Fact]
    public async Task A_socket_that_a_killed_daemon_left_is_no_obstacle_and_a_living_one_is()
    {
        string path = _folder["left.sock"];
        await File.WriteAllTextAsync(path, "");
        Assert.True(ControlSocket.TryPrepare(path, out _));
        Assert.False(ControlSocket.TryPrepare(_folder["control.sock"], out string? reason));
        Assert.Contains("another daemon listens", reason, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, await _console.FindProcessAsync());
    }

    [Fact]
    public void Without_its_folder_there_is_no_socket()
    {
        Assert.False(ControlSocket.TryPrepare("/nowhere/control.sock", out string? reason));
        Assert.Equal("there is no folder for /nowhere/control.sock", reason);
    }

    [Fact]
    public async Task Where_nobody_listens_that_is_said()
    {
        using var client = new ControlClient(_folder["none.sock"]);
        var gone = await Assert.ThrowsAsync<ServiceGoneException>(() => client.GetAsync("/api/stats"));
        Assert.Contains($"does not answer on {_folder["none.sock"]}", gone.Message, StringComparison.Ordinal);
        Assert.Null(await client.FindProcessAsync());
    }

    [Fact]
    public void Root_and_the_daemons_own_user_are_trusted_and_nobody_else()
    {
        Assert.True(new PeerCredentials(1, 0).IsTrusted);
        Assert.False(new PeerCredentials(1, 65534).IsTrusted);
    }
}
