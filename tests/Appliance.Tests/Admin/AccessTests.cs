using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Appliance.Admin;
using Appliance.Admin.Accounts;
using Appliance.Catalog;
using Appliance.Tests.Http;

namespace Appliance.Tests.Admin;

/// <summary>Who gets in: conformance V-10 (roles), V-12 (rebinding, CSRF), V-07 (smuggling), V-08 (slow clients).</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private AdminBox _box = null!;

    public async Task InitializeAsync() => _box = await AdminBox.StartAsync();

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task V_10_every_route_lets_in_exactly_the_roles_that_it_names()
    {
        _box.Plane.SignIn.Put(accounts => accounts["admin"] with { Name = "disabled", Enabled = false });
        string expired = _box.Plane.SignIn.Begin("admin");
        _box.Time.Advance(SignIn.SessionTime + TimeSpan.FromSeconds(1));
        (string Name, AccountRole? Role, Func<HttpClient> Make)[] callers =
        [
            ("nobody", null, () => _box.Client(null)),
            ("a wrong password", null, () => _box.Client("admin", "wrong horse")),
            ("a disabled admin", null, () => _box.Client("disabled")),
            ("an expired session", null, () => Bearer(expired)),
            ("viewer", AccountRole.Viewer, () => _box.Client("viewer")),
            ("operator", AccountRole.Operator, () => _box.Client("operator")),
            ("admin", AccountRole.Admin, () => _box.Client("admin")),
        ];
        var mistakes = new List<string>();
        foreach ((string name, AccountRole? role, Func<HttpClient> make) in callers)
        {
            using HttpClient client = make();
            foreach (AdminRoute route in _box.Plane.Routes.All)
            {
                // Attempts with wrong passwords must not lock this address out of the test.
                _box.Time.Advance(LoginThrottle.Forgiveness);
                using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path);
                using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                bool isIn = response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
                bool shouldBe = route.Access is Access.Anyone || (role is { } has && (int)has >= (int)route.Access);
                bool isRightRefusal = isIn || response.StatusCode == (role is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden);
                if (isIn != shouldBe || !isRightRefusal)
                {
                    mistakes.Add($"{route.Method} {route.Path} as {name}: {(int)response.StatusCode}");
                }
            }
        }

        Assert.True(_box.Plane.Routes.All.Length > 40);
        Assert.Empty(mistakes);
    }

    [Fact]
    public void V_10_only_what_must_be_open_is_open()
    {
        string[] open = [.. _box.Plane.Routes.All.Where(static route => route.Access is Access.Anyone && route.Summary != "A file of the page")
            .Select(static route => $"{route.Method} {route.Path}")];
        Assert.Equal(
            ["GET /api/auth-info", "POST /api/login", "POST /api/claim", "GET /health", "GET /metrics", "GET /api/openapi.json"], open);
        Assert.All(
            _box.Plane.Routes.All.Where(static route => route.Method != "GET" && route.Access is Access.Viewer),
            static route => Assert.Contains(route.Path, (string[])["/api/logout", "/api/password"]));
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("evil.example:8081", 421)]
    [InlineData("192.168.100.1", 421)]
    [InlineData("localhost@evil.example", 400)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("localhost", 200)]
    [InlineData("plugboot.local:8081", 200)]
    [InlineData("127.0.0.1", 200)]
    public void V_12_a_host_that_is_not_ours_gets_nothing(string host, int status)
    {
        using var client = new HttpClientSocket(_box.Plane.Server.LocalEndPoints[0]);
        client.Send($"GET /api/auth-info HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Assert.Equal(status, client.Receive().Status);
    }

    [Theory]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    public async Task V_12_a_page_of_another_origin_changes_nothing(string header)
    {
        string[] pair = header.Split(": ");
        using HttpClient client = _box.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/scan");
        request.Headers.Add(pair[0], pair[1]);
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task V_12_our_own_page_may_and_its_cookie_stays_at_home()
    {
        using HttpClient client = _box.Client(null);
        using var login = new StringContent($$"""{"username":"admin","password":"{{AdminBox.Password}}"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync("/api/login", login);
        string cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        using var scan = new HttpRequestMessage(HttpMethod.Post, "/api/scan");
        scan.Headers.Add("Cookie", cookie.Split(';')[0]);
        scan.Headers.Add("Origin", _box.Address.ToString().TrimEnd('/'));
        using HttpResponseMessage done = await client.SendAsync(scan);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
    }

    [Fact]
    public async Task V_12_a_state_change_takes_JSON_and_nothing_that_a_form_can_send()
    {
        using HttpClient client = _box.Client();
        using var form = new StringContent("""{"filename":"a.iso","boot_method":"nfs"}""", Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await client.PostAsync("/api/images/boot-method", form);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2;a\nbc\r\nab\r\n0\r\n\r\n")]
    [InlineData("X: a\0b\r\n\r\n")]
    public void V_07_a_body_with_two_lengths_or_a_bent_one_is_refused_and_the_connection_closed(string rest)
    {
        using var client = new HttpClientSocket(_box.Plane.Server.LocalEndPoints[0]);
        string admin = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{AdminBox.Password}"));
        client.Send($"POST /api/images/boot-method HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {admin}\r\nContent-Type: application/json\r\n{rest}");
        Assert.InRange(client.Receive().Status, 400, 499);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task V_08_two_thousand_slow_heads_keep_nobody_else_out()
    {
        var slow = new List<Socket>();
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(_box.Plane.Server.LocalEndPoints[0]);
                slow.Add(socket);
                await socket.SendAsync("GET /health HTTP/1.1\r\nHost: loc"u8.ToArray());
            }

            using HttpClient honest = _box.Client(null, from: "127.0.0.2");
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal("OK", await honest.GetStringAsync("/health"));
            }
        }
        finally
        {
            slow.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Every_answer_forbids_foreign_scripts_frames_and_caches()
    {
        using HttpClient client = _box.Client(null);
        foreach (string path in (string[])["/", "/api/images", "/nothing"])
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Theory]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("GET", "/api/../etc/passwd", 404)]
    [InlineData("TRACE", "/api/images", 405)]
    [InlineData("DELETE", "/api/scan", 405)]
    public async Task What_is_not_there_is_said_in_the_envelope(string method, string path, int status)
    {
        (int actual, System.Text.Json.JsonElement envelope) = await _box.SendAsync(method, path);
        Assert.Equal(status, actual);
        Assert.False(envelope.GetProperty("success").GetBoolean());
        Assert.NotEmpty(envelope.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task A_body_longer_than_any_object_is_refused()
    {
        (int status, _) = await _box.SendAsync("PUT", "/api/theme", $$"""{"title":"{{new string('x', 70_000)}}"}""");
        Assert.Equal(413, status);
    }

    private HttpClient Bearer(string token)
    {
        HttpClient client = _box.Client(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
