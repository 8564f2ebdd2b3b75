using System.Net.NetworkInformation;
using System.Text.Json;

namespace Appliance.Tests.Admin;

/// <summary>Answers for unattended installations and groups of clients, by the API.</summary>
public sealed class AnswerApiTests : IAsyncLifetime
{
    private const string Image = "debian-12-netboot-text.iso";
    private static readonly PhysicalAddress Pc = PhysicalAddress.Parse("525400123456");

    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _box = await AdminBox.StartAsync();
        await _box.AddImageAsync("debian-12-netboot-text", Image);
    }

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task Answers_are_kept_given_to_an_image_and_in_the_menu_also_after_a_restart()
    {
        Assert.Equal(200, await PutAsync("web", new { kind = "preseed", content = "d-i a/b string ${mac}", description = "for the web" }));
        Assert.DoesNotContain("unattended", _box.Menu(), StringComparison.Ordinal);
        Assert.Equal(200, await AssignAsync(new { id = "web", image_filename = Image }));
        Assert.Contains("unattended (web)", _box.Menu(), StringComparison.Ordinal);
        await _box.RestartAsync();
        Assert.Contains("unattended (web)", _box.Menu(), StringComparison.Ordinal);
        JsonElement listed = (await _box.SendAsync("GET", "/api/autoinstall")).Envelope.GetProperty("data")[0];
        Assert.Equal(("web", "preseed", "preseed.cfg"), (Text(listed, "id"), Text(listed, "kind"), Text(listed, "file")));
        Assert.Equal(Image, listed.GetProperty("images")[0].GetString());
        JsonElement image = (await _box.SendAsync("GET", $"/api/images?filename={Image}")).Envelope.GetProperty("data")[0];
        Assert.Equal("preseed", Text(image, "autoinstall"));
        Assert.Equal(200, await AssignAsync(new { id = "web", image_filename = Image, assigned = false }));
        Assert.DoesNotContain("unattended", _box.Menu(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_content_is_for_those_who_may_change_it()
    {
        await PutAsync("web", new { kind = "preseed", content = "secret" });
        Assert.DoesNotContain("secret", (await _box.SendAsync("GET", "/api/autoinstall")).Envelope.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("secret", (await _box.SendAsync("GET", "/api/autoinstall/content?id=web")).Envelope.GetRawText(), StringComparison.Ordinal);
        using HttpClient viewer = _box.Client("viewer");
        using HttpResponseMessage refused = await viewer.GetAsync("/api/autoinstall/content?id=web");
        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("web", "preseed", "a\n${nonsense}", "line 2: ${nonsense} is no variable")]
    [InlineData("web", "floppy", "", "kind takes preseed, kickstart, cloud-init")]
    [InlineData("web", null, "", "kind is missing")]
    [InlineData("../x", "preseed", "", "id takes at most 64")]
    public async Task What_cannot_be_served_is_refused_with_the_reason(string id, string? kind, string content, string reason)
    {
        (int status, JsonElement envelope) = await _box.SendAsync("PUT", "/api/autoinstall?id=" + Uri.EscapeDataString(id), new { kind, content });
        Assert.Equal(400, status);
        Assert.StartsWith(reason, Text(envelope, "error"), StringComparison.Ordinal);
        Assert.Empty(_box.Records.Current.Answers);
    }

    [Fact]
    public async Task Another_file_of_the_same_kind_takes_the_place_of_the_first()
    {
        await PutAsync("a", new { kind = "preseed" });
        await PutAsync("b", new { kind = "preseed" });
        await PutAsync("c", new { kind = "kickstart" });
        foreach (string id in new[] { "a", "c", "b" })
        {
            await AssignAsync(new { id, mac_address = "52-54-00-12-34-56" });
        }

        Assert.Equal("b c", string.Join(' ', _box.Records.Current.Answers.Values.Where(static answer => answer.Clients.Length > 0).Select(static answer => answer.Id).Order()));
        Assert.Contains("unattended (b)", _box.Menu(Pc), StringComparison.Ordinal);
        Assert.DoesNotContain("unattended", _box.Menu(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_clients_has_images_and_answers_and_takes_both_with_it()
    {
        await _box.SendAsync("PUT", $"/api/images?filename={Image}", new { @public = false });
        await PutAsync("room", new { kind = "preseed" });
        Assert.Equal(404, await AssignAsync(new { id = "room", client_group = "Room 7" }));
        Assert.Equal(200, (await _box.SendAsync("PUT", "/api/client-groups?name=Room%207", new { members = new[] { "52-54-00-12-34-56" }, allowed_images = new[] { Image } })).Status);
        Assert.Equal(200, await AssignAsync(new { id = "room", client_group = "room 7" }));
        Assert.Contains("unattended (room)", _box.Menu(Pc), StringComparison.Ordinal);
        Assert.DoesNotContain("netboot-text", _box.Menu(), StringComparison.Ordinal);
        await _box.RestartAsync();
        JsonElement group = (await _box.SendAsync("GET", "/api/client-groups")).Envelope.GetProperty("data")[0];
        Assert.Equal("52:54:00:12:34:56", group.GetProperty("members")[0].GetString());
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/client-groups?name=ROOM%207")).Status);
        Assert.DoesNotContain("netboot-text", _box.Menu(Pc), StringComparison.Ordinal);
        Assert.Empty(_box.Records.Current.Answers["room"].Groups);
        Assert.Equal(400, (await _box.SendAsync("PUT", "/api/client-groups?name=x", new { members = new[] { "nobody" } })).Status);
    }

    [Fact]
    public async Task Whoever_forgets_a_client_or_an_image_takes_its_answers_away()
    {
        await PutAsync("a", new { kind = "preseed" });
        await AssignAsync(new { id = "a", mac_address = "52:54:00:12:34:56" });
        await AssignAsync(new { id = "a", image_filename = Image });
        await _box.SendAsync("POST", "/api/clients", new { mac_address = "52:54:00:12:34:56" });
        await _box.SendAsync("DELETE", "/api/clients?mac=52:54:00:12:34:56");
        await _box.SendAsync("PUT", "/api/client-groups?name=Room", new { allowed_images = new[] { Image } });
        Assert.Equal(200, (await _box.SendAsync("DELETE", $"/api/images?filename={Image}")).Status);
        Assert.Empty(_box.Records.Current.ClientGroups["Room"].Images);
        Assert.Empty(_box.Records.Current.Answers["a"].Clients);
        Assert.Empty(_box.Records.Current.Answers["a"].Images);
    }

    [Fact]
    public async Task A_machines_next_boot_installs_it_once_and_never_at_each_boot()
    {
        async Task<int> SetAsync(bool once) => (await _box.SendAsync(
            "POST", "/api/clients/next-boot", new { mac_address = "52:54:00:12:34:56", image_filename = Image, unattended = true, once })).Status;
        Assert.Equal(409, await SetAsync(once: true));
        await PutAsync("web", new { kind = "preseed" });
        await AssignAsync(new { id = "web", image_filename = Image });
        Assert.Equal(400, await SetAsync(once: false));
        Assert.Equal(200, await SetAsync(once: true));
        Assert.Equal("debian-12-netboot-text//unattended", _box.NextBoots.Take(Pc));
        Assert.Null(_box.NextBoots.Take(Pc));
    }

    [Fact]
    public async Task One_target_is_wanted_and_answers_that_are_there()
    {
        await PutAsync("web", new { kind = "preseed" });
        Assert.Equal(400, await AssignAsync(new { id = "web" }));
        Assert.Equal(400, await AssignAsync(new { id = "web", image_filename = Image, client_group = "x" }));
        Assert.Equal(404, await AssignAsync(new { id = "none", image_filename = Image }));
        Assert.Equal(404, await AssignAsync(new { id = "web", image_filename = "none.iso" }));
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/autoinstall?id=web")).Status);
        Assert.Equal(404, (await _box.SendAsync("DELETE", "/api/autoinstall?id=web")).Status);
    }

    private async Task<int> PutAsync(string id, object answers) => (await _box.SendAsync("PUT", $"/api/autoinstall?id={id}", answers)).Status;

    private async Task<int> AssignAsync(object order) => (await _box.SendAsync("POST", "/api/autoinstall/assign", order)).Status;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
