using System.Net.NetworkInformation;
using System.Text.Json;

namespace Appliance.Tests.Admin;

/// <summary>What is said of images, groups, clients and the menu, and that the menus follow it; conformance V-13.</summary>
public sealed class ImageApiTests : IAsyncLifetime
{
    private static readonly PhysicalAddress Pc = PhysicalAddress.Parse("525400123456");

    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _box = await AdminBox.StartAsync();
        await _box.AddImageAsync("void-live", "linux/void.iso");
        await _box.AddImageAsync("proxmox-ve-9.0", "proxmox.iso");
    }

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task A_group_is_one_in_whatever_case_it_is_named_also_after_a_restart()
    {
        foreach ((string method, string path) in ((string, string)[])[("PUT", "Übung"), ("DELETE", "übung"), ("PUT", "übung"), ("PUT", "ÜBUNG")])
        {
            Assert.Equal(200, (await _box.SendAsync(method, $"/api/groups?path={Uri.EscapeDataString(path)}", method == "PUT" ? new { order = 1 } : null)).Status);
        }

        await _box.RestartAsync();
        Assert.Equal(["übung"], _box.Records.Current.Groups.Values.Select(static group => group.Path));
        await _box.SendAsync("DELETE", $"/api/groups?path={Uri.EscapeDataString("übung")}");
        await _box.RestartAsync();
        Assert.Empty(_box.Records.Current.Groups);
    }

    [Fact]
    public async Task A_capture_that_cannot_begin_says_why_and_nothing_is_there_to_be_had()
    {
        (int status, JsonElement envelope) = await _box.SendAsync("POST", "/api/capture?mac=52:54:00:12:34:56");
        Assert.Equal(409, status);
        Assert.Contains("lo is no Ethernet interface", envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(404, (await _box.SendAsync("GET", "/api/capture/file")).Status);
        Assert.Equal(404, (await _box.SendAsync("DELETE", "/api/capture")).Status);
        Assert.Equal(400, (await _box.SendAsync("POST", "/api/capture?mac=52:54")).Status);
    }

    [Fact]
    public async Task What_was_extracted_of_an_image_goes_with_it()
    {
        await _box.AddImageAsync("debian-12.7.0-netinst", "linux/gone.iso");
        Assert.Equal(200, (await _box.SendAsync("POST", "/api/images/extract", new { filename = "linux/gone.iso" })).Status);
        string folder = Path.Combine(_box.Isos, "linux/gone");
        Assert.NotEmpty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/images?filename=linux/gone.iso&delete_file=true")).Status);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task S149_the_list_has_the_founding_fields()
    {
        JsonElement image = await GetAsync("linux/void.iso");
        Assert.Equal("linux/void.iso", image.GetProperty("filename").GetString());
        Assert.Equal("linux", image.GetProperty("group").GetString());
        Assert.Equal("void", image.GetProperty("distro").GetString());
        Assert.Equal("auto", image.GetProperty("boot_method").GetString());
        Assert.True(image.GetProperty("enabled").GetBoolean());
        Assert.True(image.GetProperty("public").GetBoolean());
        Assert.False(image.GetProperty("netboot_required").GetBoolean());
        Assert.Equal(JsonValueKind.Null, image.GetProperty("netboot_url").ValueKind);
    }

    [Fact]
    public async Task The_menu_follows_what_is_said_of_an_image_also_after_a_restart()
    {
        await PutAsync("linux/void.iso", new { name = "Void for the bench", group = "tools/live", boot_params = "console=ttyS0" });
        AssertMenu();
        await _box.RestartAsync();
        AssertMenu();
        await PutAsync("linux/void.iso", new { enabled = false });
        Assert.DoesNotContain("Void for the bench", _box.Menu(), StringComparison.Ordinal);
        Assert.DoesNotContain("tools", _box.Menu(), StringComparison.Ordinal);

        void AssertMenu()
        {
            Assert.Contains("tools >", _box.Menu(), StringComparison.Ordinal);
            Assert.Contains("live >", _box.Menu(), StringComparison.Ordinal);
            Assert.Contains("Void for the bench (", _box.Menu(), StringComparison.Ordinal);
            Assert.Contains("console=ttyS0 || goto failed", _box.Menu(), StringComparison.Ordinal);
            Assert.DoesNotContain("linux >", _box.Menu(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Order_comes_before_the_name()
    {
        await PutAsync("linux/void.iso", new { group = "/", order = 1 });
        await PutAsync("proxmox.iso", new { order = 2 });
        Assert.True(Position("void (") < Position("proxmox ("));
        await PutAsync("linux/void.iso", new { order = 3 });
        Assert.True(Position("void (") > Position("proxmox ("));
    }

    [Fact]
    public async Task S19_the_boot_method_chosen_comes_first_by_PUT_and_POST()
    {
        Assert.Contains("kernel http", EntryOf("void"), StringComparison.Ordinal);
        foreach (string method in (string[])["PUT", "POST"])
        {
            (int status, JsonElement envelope) = await _box.SendAsync(method, "/api/images/boot-method", new { filename = "linux/void.iso", boot_method = "sanboot" });
            Assert.Equal(200, status);
            Assert.Equal("sanboot", envelope.GetProperty("data")[0].GetProperty("boot_method").GetString());
        }

        Assert.StartsWith("sanboot ", FirstStart("void"), StringComparison.Ordinal);
        await _box.AddImageAsync("ubuntu-24.04-desktop", "ubuntu.iso");
        Assert.Contains("nfsroot=", FirstStart("ubuntu"), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/images/boot-method", new { filename = "ubuntu.iso", boot_method = "kernel" });
        Assert.DoesNotContain("nfsroot=", FirstStart("ubuntu"), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/images/boot-method", new { filename = "ubuntu.iso", boot_method = "nfs" });
        Assert.Contains("nfsroot=", FirstStart("ubuntu"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S19_memdisk_is_noted_although_no_thin_OS_is_there_yet()
    {
        (int status, JsonElement envelope) = await _box.SendAsync("PUT", "/api/images/boot-method", new { filename = "proxmox.iso", boot_method = "memdisk" });
        Assert.Equal(200, status);
        Assert.Contains("started as before", envelope.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("proxmox (", _box.Menu(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_image_is_in_the_menu_of_the_clients_it_was_given_to_only()
    {
        await PutAsync("proxmox.iso", new { @public = false });
        Assert.DoesNotContain("proxmox (", _box.Menu(), StringComparison.Ordinal);
        Assert.Equal(200, (await _box.SendAsync("POST", "/api/clients/assign", new { mac_address = "52-54-00-12-34-56", image_filenames = new[] { "proxmox.iso" } })).Status);
        Assert.Contains("proxmox (", _box.Menu(Pc), StringComparison.Ordinal);
        Assert.Contains("void (", _box.Menu(Pc), StringComparison.Ordinal);
        Assert.DoesNotContain("proxmox (", _box.Menu(), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/clients?mac=52:54:00:12:34:56", new { show_public_images = false });
        Assert.DoesNotContain("void (", _box.Menu(Pc), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/clients?mac=52:54:00:12:34:56", new { enabled = false });
        Assert.DoesNotContain("proxmox (", _box.Menu(Pc), StringComparison.Ordinal);
        await _box.RestartAsync();
        Assert.DoesNotContain("proxmox (", _box.Menu(Pc), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machines_next_boot_is_set_once_or_for_good_and_taken_back()
    {
        async Task<int> SetAsync(string? image, bool once = true) =>
            (await _box.SendAsync("POST", "/api/clients/next-boot", new { mac_address = "52:54:00:12:34:56", image_filename = image, once })).Status;
        Assert.Equal(200, await SetAsync("linux/void.iso"));
        Assert.Equal("linux/void", _box.NextBoots.Take(Pc));
        Assert.Null(_box.NextBoots.Take(Pc));
        Assert.Equal(200, await SetAsync("local", once: false));
        Assert.Equal("local", _box.NextBoots.Take(Pc));
        Assert.Equal("local", _box.NextBoots.Take(Pc));
        Assert.Equal(200, await SetAsync(""));
        Assert.Null(_box.NextBoots.Take(Pc));
        Assert.Equal(404, await SetAsync("none.iso"));
    }

    [Theory]
    [InlineData("52:54:00:12:34:56", 200)]
    [InlineData("52:54:00:12:34", 400)]
    [InlineData("52:54:00:12:34:5g", 400)]
    public async Task A_machine_is_woken_by_its_address(string mac, int status)
    {
        // The loopback network has a broadcast address too, which nobody hears.
        (int actual, _) = await _box.SendAsync("POST", $"/api/clients/wake?mac={mac}");
        Assert.Equal(status, actual);
    }

    [Fact]
    public async Task S99_folders_are_groups_and_can_be_named_ordered_and_hidden()
    {
        JsonElement group = (await _box.SendAsync("GET", "/api/groups")).Envelope.GetProperty("data")[0];
        Assert.Equal("linux", group.GetProperty("path").GetString());
        Assert.Equal(1, group.GetProperty("images").GetInt32());
        await _box.SendAsync("PUT", "/api/groups?path=linux", new { name = "Penguins" });
        Assert.Contains("Penguins >", _box.Menu(), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/groups?path=linux", new { enabled = false });
        Assert.DoesNotContain("void (", _box.Menu(), StringComparison.Ordinal);
        await _box.SendAsync("DELETE", "/api/groups?path=linux");
        Assert.Contains("linux >", _box.Menu(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_menus_title_time_and_default_are_changed_at_once()
    {
        Assert.Equal(200, (await _box.SendAsync("PUT", "/api/theme", new { title = "Bench 7", menu_timeout = 5, default_menu_item = "proxmox.iso" })).Status);
        Assert.Contains("menu -- Bench 7\n", _box.Menu(), StringComparison.Ordinal);
        Assert.Contains("set wait 5000\n", _box.Menu(), StringComparison.Ordinal);
        Assert.Contains("--default g-i0 ", _box.Menu(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(3600, 200)]
    [InlineData(3601, 400)]
    [InlineData(-1, 400)]
    public async Task The_menus_time_has_limits(int seconds, int status) =>
        Assert.Equal(status, (await _box.SendAsync("PUT", "/api/theme", new { menu_timeout = seconds })).Status);

    [Theory]
    [InlineData("name", "a\nshell")]
    [InlineData("name", "a\u0007")]
    [InlineData("boot_params", "a\n#!ipxe")]
    [InlineData("boot_params", "${net0/mac}")]
    [InlineData("boot_params", "über")]
    [InlineData("boot_method", "floppy")]
    [InlineData("group", "a/../b")]
    public async Task V_13_what_a_script_would_obey_is_refused(string field, string value)
    {
        string before = _box.Menu();
        (int status, _) = await _box.SendAsync("PUT", "/api/images?filename=proxmox.iso", new Dictionary<string, string> { [field] = value });
        Assert.Equal(400, status);
        Assert.Equal(before, _box.Menu());
    }

    [Fact]
    public async Task V_13_markup_and_SQL_in_a_name_stay_text_everywhere()
    {
        const string Name = "<script>alert(1)</script>'; DROP TABLE image; -- ${net0/mac}";
        await PutAsync("proxmox.iso", new { name = Name, description = Name });
        await _box.RestartAsync();
        using HttpClient client = _box.Client();
        string raw = await client.GetStringAsync("/api/images?filename=proxmox.iso");
        Assert.DoesNotContain("<script>", raw, StringComparison.Ordinal);
        Assert.Equal(Name, (await GetAsync("proxmox.iso")).GetProperty("name").GetString());
        Assert.DoesNotContain("${net0/mac}", _box.Menu().Split("item").Last(static line => line.Contains("alert", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"enabled\":\"yes\"}")]
    [InlineData("{\"order\":1e99}")]
    [InlineData("{")]
    [InlineData("")]
    public async Task A_body_that_does_not_fit_is_a_clear_error(string body)
    {
        (int status, JsonElement envelope) = await _box.SendAsync("PUT", "/api/images?filename=proxmox.iso", body);
        Assert.Equal(400, status);
        Assert.StartsWith("the body", envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_forgets_what_was_said_and_takes_the_file_only_when_told_to()
    {
        await PutAsync("proxmox.iso", new { name = "P" });
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/images?filename=proxmox.iso")).Status);
        Assert.Equal("proxmox", (await GetAsync("proxmox.iso")).GetProperty("name").GetString());
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/images?filename=proxmox.iso&delete_file=true")).Status);
        Assert.False(File.Exists(Path.Combine(_box.Isos, "proxmox.iso")));
        Assert.Equal(404, (await _box.SendAsync("GET", "/api/images?filename=proxmox.iso")).Status);
        Assert.Equal(404, (await _box.SendAsync("DELETE", "/api/images?filename=../../etc/passwd&delete_file=true")).Status);
    }

    [Fact]
    public async Task S101_a_scan_tells_what_came_and_went()
    {
        File.Delete(Path.Combine(_box.Isos, "proxmox.iso"));
        JsonElement data = (await _box.SendAsync("POST", "/api/scan")).Envelope.GetProperty("data");
        Assert.Equal("proxmox.iso", Assert.Single(data.GetProperty("deleted").EnumerateArray()).GetString());
        Assert.Empty(data.GetProperty("new").EnumerateArray());
    }

    [Fact]
    public async Task S105_extracting_puts_the_kernel_beside_the_image()
    {
        (int status, JsonElement envelope) = await _box.SendAsync("POST", "/api/images/extract", new { filename = "linux/void.iso" });
        Assert.Equal(200, status);
        Assert.Equal("done", envelope.GetProperty("data")[0].GetProperty("status").GetString());
        Assert.True((await GetAsync("linux/void.iso")).GetProperty("extracted").GetBoolean());
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/images/extract?filename=linux/void.iso")).Status);
        Assert.False((await GetAsync("linux/void.iso")).GetProperty("extracted").GetBoolean());
    }

    private async Task PutAsync(string filename, object json) =>
        Assert.Equal(200, (await _box.SendAsync("PUT", $"/api/images?filename={filename}", json)).Status);

    private async Task<JsonElement> GetAsync(string filename) =>
        (await _box.SendAsync("GET", $"/api/images?filename={filename}")).Envelope.GetProperty("data")[0];

    private int Position(string text) => _box.Menu().IndexOf(text, StringComparison.Ordinal);

    /// <summary>The script from the entry's label on.</summary>
    private string EntryOf(string title)
    {
        string menu = _box.Menu();
        string item = menu.Split('\n').First(line => line.StartsWith("item ", StringComparison.Ordinal) && line.Contains($"{title} (", StringComparison.Ordinal));
        string label = item.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(static word => word.StartsWith("g-", StringComparison.Ordinal));
        return menu[(menu.IndexOf($":{label}\n", StringComparison.Ordinal) + label.Length + 2)..];
    }

    private string FirstStart(string title) => EntryOf(title).Split('\n')
        .First(static line => line.StartsWith("sanboot ", StringComparison.Ordinal) || line.StartsWith("kernel ", StringComparison.Ordinal));
}
