using System.Net.NetworkInformation;
using System.Text.Json;
using Appliance.Catalog;

namespace Appliance.Tests.Admin;

/// <summary>What was learned of machines and is counted of images, as the API shows and takes it back.</summary>
public sealed class LearnedApiTests : IAsyncLifetime
{
    private const string Mac = "52:54:00:12:34:56";

    private static readonly PhysicalAddress Machine = PhysicalAddress.Parse("525400123456");

    private AdminBox _box = null!;

    public async Task InitializeAsync() => _box = await AdminBox.StartAsync();

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task A_client_has_a_default_of_its_own_until_it_is_taken_back()
    {
        await _box.AddImageAsync("void-live", "void.iso");
        Assert.Equal(201, (await _box.SendAsync("POST", "/api/clients", new { mac_address = Mac, default_image = "void.iso" })).Status);
        Assert.Equal("void", (await ClientAsync()).GetProperty("default_image").GetString());
        Assert.Equal(200, (await _box.SendAsync("PUT", $"/api/clients?mac={Mac}", new { name = "bench" })).Status);
        Assert.Equal("void", (await ClientAsync()).GetProperty("default_image").GetString());
        Assert.Equal(200, (await _box.SendAsync("PUT", $"/api/clients?mac={Mac}", new { default_image = "" })).Status);
        Assert.Equal(JsonValueKind.Null, (await ClientAsync()).GetProperty("default_image").ValueKind);
    }

    [Fact]
    public async Task A_default_that_is_no_image_is_refused_and_nothing_is_noted()
    {
        Assert.Equal(404, (await _box.SendAsync("POST", "/api/clients", new { mac_address = Mac, default_image = "none.iso" })).Status);
        Assert.Equal(0, (await _box.SendAsync("GET", "/api/clients")).Envelope.GetProperty("data").GetArrayLength());
        Assert.Equal(201, (await _box.SendAsync("POST", "/api/clients", new { mac_address = Mac, default_image = "local" })).Status);
        Assert.Equal(200, (await _box.SendAsync("DELETE", $"/api/clients?mac={Mac}")).Status);
        Assert.Null(_box.Memory.Find(Machine));
    }

    [Fact]
    public async Task What_was_learned_of_a_client_is_shown_and_can_be_forgotten()
    {
        _box.Memory.SetLoader(Machine, "ipxe-amd64.efi");
        _box.Memory.Tried(Machine, new TriedWay("void", "squashfs", Worked: true));
        JsonElement client = await ClientAsync();
        Assert.Equal("ipxe-amd64.efi", client.GetProperty("learned_loader").GetString());
        JsonElement way = client.GetProperty("learned_ways")[0];
        Assert.Equal(("void", "squashfs", true), (way.GetProperty("image").GetString(), way.GetProperty("way").GetString(), way.GetProperty("worked").GetBoolean()));

        Assert.Equal(200, (await _box.SendAsync("DELETE", $"/api/clients/learned?mac={Mac}")).Status);
        Assert.Null(_box.Memory.Find(Machine));
        Assert.Equal(404, (await _box.SendAsync("DELETE", $"/api/clients/learned?mac={Mac}")).Status);
    }

    [Fact]
    public async Task Boots_of_an_image_are_counted_and_the_figures_for_everybody_tell_only_their_sum()
    {
        await _box.AddImageAsync("void-live", "secret.iso");
        _box.Memory.Count("secret", isFinished: false);
        _box.Memory.Count("secret", isFinished: false);
        _box.Memory.Count("secret", isFinished: true);
        _box.Memory.Count("gone", isFinished: false);
        JsonElement image = (await _box.SendAsync("GET", "/api/images?filename=secret.iso")).Envelope.GetProperty("data")[0];
        Assert.Equal((2, 1), (image.GetProperty("boots_begun").GetInt32(), image.GetProperty("boots_finished").GetInt32()));

        using HttpClient client = _box.Client(null);
        string metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("# TYPE plugboot_image_boots_begun_total counter\nplugboot_image_boots_begun_total 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("plugboot_image_boots_finished_total 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", metrics, StringComparison.Ordinal);
    }

    private async Task<JsonElement> ClientAsync() => (await _box.SendAsync("GET", "/api/clients")).Envelope.GetProperty("data")[0];
}
