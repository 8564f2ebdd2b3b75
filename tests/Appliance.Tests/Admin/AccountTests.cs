using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Appliance.Admin.Accounts;
using Appliance.Catalog;
using Appliance.Interop;

namespace Appliance.Tests.Admin;

/// <summary>Accounts and sessions: conformance V-11 (first password, claim).</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task V_11_a_new_box_shows_a_random_password_until_another_is_chosen()
    {
        await using AdminBox box = await AdminBox.StartNewAsync();
        string password = ShownPassword(box);
        Assert.Matches("^[a-z2-9]{4}(-[a-z2-9]{4}){3}$", password);
        await box.RestartAsync();
        Assert.Equal(2, box.Log.Count(line => line.Text.Contains(password, StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(box.Client("admin", password), "/api/images"));

        Assert.Equal(200, await PostAsync(box.Client("admin", password), "/api/password", new { old_password = password, new_password = "another horse" }));

        await box.RestartAsync();
        Assert.Equal(2, box.Log.Count(line => line.Text.Contains(password, StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(box.Client("admin", password), "/api/images"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(box.Client("admin", "another horse"), "/api/images"));
    }

    [Fact]
    public async Task V_11_two_boxes_have_different_passwords()
    {
        await using AdminBox one = await AdminBox.StartNewAsync();
        await using AdminBox other = await AdminBox.StartNewAsync();
        Assert.NotEqual(ShownPassword(one), ShownPassword(other));
    }

    [Fact]
    public async Task V_11_a_box_is_claimed_once_within_ten_minutes_of_its_first_start()
    {
        await using AdminBox box = await AdminBox.StartNewAsync();
        box.Time.Advance(FirstAccount.ClaimTime - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await PostAsync(box.Client(null), "/api/claim", new { password = "chosen horse" }));
        Assert.Equal(410, await PostAsync(box.Client(null), "/api/claim", new { password = "thief's horse" }));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(box.Client("admin", "chosen horse"), "/api/images"));
        await box.RestartAsync();
        Assert.Equal(410, await PostAsync(box.Client(null), "/api/claim", new { password = "thief's horse" }));
    }

    [Fact]
    public async Task V_11_a_box_whose_password_was_chosen_without_signing_in_is_not_claimed()
    {
        await using AdminBox box = await AdminBox.StartNewAsync();
        string password = ShownPassword(box);
        Assert.Equal(200, await PostAsync(box.Client("admin", password), "/api/password", new { old_password = password, new_password = "another horse" }));
        Assert.Equal(410, await PostAsync(box.Client(null), "/api/claim", new { password = "thief's horse" }));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(box.Client("admin", "another horse"), "/api/images"));
    }

    [Fact]
    public async Task V_11_the_first_password_is_shown_until_it_is_changed_or_its_account_is_gone()
    {
        await using AdminBox box = await AdminBox.StartNewAsync();
        box.AdminPassword = ShownPassword(box);
        await box.SendAsync("PUT", "/api/users?username=admin", new { role = "admin" });
        await box.RestartAsync();
        Assert.Equal(2, CountShown(box));
        await box.SendAsync("POST", "/api/users", new { username = "second", password = "second horse", role = "admin" });
        await box.SendAsync("DELETE", "/api/users?username=admin");
        await box.RestartAsync();
        Assert.Equal(2, CountShown(box));
    }

    [Fact]
    public async Task V_18_times_that_only_damage_can_have_written_end_no_start()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        await LoginAsync(box, "admin");
        await box.StopAsync();
        using (SqliteDatabase database = SqliteDatabase.Open(Path.Combine(box.Options.Storage.State, CatalogDatabase.FileName)))
        {
            database.Run("UPDATE clock SET offset_ms = ?1, seen_ms = ?1", long.MaxValue);
            database.Run("UPDATE session SET expires_s = ?1", long.MinValue);
        }

        await box.StartAgainAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(box.Client(), "/api/images"));
    }

    [Fact]
    public async Task V_11_after_ten_minutes_a_restart_or_a_damaged_catalog_nobody_claims_it()
    {
        await using AdminBox late = await AdminBox.StartNewAsync();
        late.Time.Advance(FirstAccount.ClaimTime);
        Assert.Equal(410, await PostAsync(late.Client(null), "/api/claim", new { password = "thief's horse" }));

        await using AdminBox restarted = await AdminBox.StartNewAsync();
        await restarted.RestartAsync();
        Assert.Equal(410, await PostAsync(restarted.Client(null), "/api/claim", new { password = "thief's horse" }));

        await using AdminBox damaged = await AdminBox.StartNewAsync();
        await damaged.DamageCatalogAsync();
        Assert.Equal(410, await PostAsync(damaged.Client(null), "/api/claim", new { password = "thief's horse" }));
        Assert.Equal(2, damaged.Log.Count(static line => line.Text.Contains("its password", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_session_survives_a_restart_and_ends_with_its_time_its_account_or_by_signing_out()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        string token = await LoginAsync(box, "operator");
        await box.RestartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Bearer(box, token), "/api/images"));
        Assert.Equal(200, await PostAsync(Bearer(box, token), "/api/logout", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(box, token), "/api/images"));

        string second = await LoginAsync(box, "operator");
        Assert.Equal(200, (await box.SendAsync("PUT", "/api/users?username=operator", new { enabled = false })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(box, second), "/api/images"));

        string third = await LoginAsync(box, "viewer");
        box.Time.Advance(SignIn.SessionTime);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Bearer(box, third), "/api/images"));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Neither_tokens_nor_passwords_are_in_the_catalog()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        string token = await LoginAsync(box, "admin");
        foreach (string file in Directory.GetFiles(box.Options.Storage.State, $"{CatalogDatabase.FileName}*"))
        {
            string content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain(token, content, StringComparison.Ordinal);
            Assert.DoesNotContain(AdminBox.Password, content, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Guessing_waits_longer_and_longer_and_a_right_password_is_not_even_looked_at_meanwhile()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        for (int i = 0; i < LoginThrottle.Free; i++)
        {
            Assert.Equal(401, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = "wrong horse" }));
        }

        Assert.Equal(429, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = AdminBox.Password }));
        box.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = "wrong horse" }));
        box.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(429, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = AdminBox.Password }));
        box.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(200, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = AdminBox.Password }));
        Assert.Equal(401, await PostAsync(box.Client(null), "/api/login", new { username = "admin", password = "wrong horse" }));
    }

    [Fact]
    public void The_wait_has_an_upper_edge_and_is_forgiven()
    {
        var time = new Dhcp.ManualTime();
        var throttle = new LoginThrottle(time);
        for (int i = 0; i < 1000; i++)
        {
            throttle.Failed(IPAddress.Loopback);
        }

        Assert.Equal(LoginThrottle.MostWait, throttle.WaitFor(IPAddress.Loopback));
        Assert.Equal(TimeSpan.Zero, throttle.WaitFor(IPAddress.Any));
        time.Advance(LoginThrottle.Forgiveness);
        throttle.Failed(IPAddress.Loopback);
        Assert.Equal(TimeSpan.Zero, throttle.WaitFor(IPAddress.Loopback));
    }

    [Fact]
    public async Task The_last_admin_stays_one()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        Assert.Equal(409, (await box.SendAsync("PUT", "/api/users?username=admin", new { role = "viewer" })).Status);
        Assert.Equal(409, (await box.SendAsync("PUT", "/api/users?username=admin", new { enabled = false })).Status);
        Assert.Equal(409, (await box.SendAsync("DELETE", "/api/users?username=admin")).Status);
        Assert.Equal(201, (await box.SendAsync("POST", "/api/users", new { username = "second", password = "second horse", role = "admin" })).Status);
        Assert.Equal(200, (await box.SendAsync("DELETE", "/api/users?username=admin")).Status);
    }

    [Theory]
    [InlineData("short77", 400)]
    [InlineData("longenou", 201)]
    public async Task A_password_has_at_least_eight_characters(string password, int status)
    {
        await using AdminBox box = await AdminBox.StartAsync();
        Assert.Equal(status, (await box.SendAsync("POST", "/api/users", new { username = "new", password })).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("<script>")]
    [InlineData("'; DROP TABLE account; --")]
    public async Task V_13_an_account_has_a_plain_name(string username)
    {
        await using AdminBox box = await AdminBox.StartAsync();
        Assert.Equal(400, (await box.SendAsync("POST", "/api/users", new { username, password = "some horse" })).Status);
    }

    [Fact]
    public async Task What_was_done_is_in_the_audit_log_with_who_did_it()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        await box.SendAsync("PUT", "/api/theme", new { title = "Bench" });
        JsonElement entry = (await box.SendAsync("GET", "/api/audit?limit=1")).Envelope.GetProperty("data")[0];
        Assert.Equal("admin", entry.GetProperty("username").GetString());
        Assert.Equal("PUT /api/theme", entry.GetProperty("action").GetString());
        Assert.Equal("127.0.0.1", entry.GetProperty("address").GetString());
    }

    private static int CountShown(AdminBox box) => box.Log.Count(static line => line.Text.Contains("its password", StringComparison.Ordinal));

    private static string ShownPassword(AdminBox box)
    {
        string line = box.Log.First(static line => line.Text.Contains("its password", StringComparison.Ordinal)).Text;
        return line.Split("its password ")[1].Split(' ')[0];
    }

    private static async Task<string> LoginAsync(AdminBox box, string username)
    {
        using HttpClient client = box.Client(null);
        using var body = new StringContent(JsonSerializer.Serialize(new { username, password = AdminBox.Password }), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync("/api/login", body);
        JsonElement envelope = await AdminBox.EnvelopeOfAsync(response);
        return envelope.GetProperty("data").GetProperty("token").GetString()!;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using (client)
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            return response.StatusCode;
        }
    }

    private static async Task<int> PostAsync(HttpClient client, string path, object? json)
    {
        using (client)
        {
            using StringContent? body = json is null ? null : new StringContent(JsonSerializer.Serialize(json), Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync(path, body);
            return (int)response.StatusCode;
        }
    }

    private static HttpClient Bearer(AdminBox box, string token)
    {
        HttpClient client = box.Client(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
