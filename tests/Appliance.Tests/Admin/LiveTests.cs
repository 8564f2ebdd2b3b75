using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using System.Text.Json;
using Appliance.Admin.Live;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Microsoft.Extensions.Logging;

namespace Appliance.Tests.Admin;

/// <summary>Events, figures and the log.</summary>
public sealed class LiveTests : IAsyncLifetime
{
    private AdminBox _box = null!;

    public async Task InitializeAsync() => _box = await AdminBox.StartAsync();

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task Whoever_watches_gets_the_state_at_once_and_then_what_changes()
    {
        using HttpClient client = _box.Client("viewer");
        using var events = new StreamReader(await client.GetStreamAsync("/api/events"));
        Assert.Equal("[]", await NextAsync(events, "boots"));
        _box.Timeline.Add(BootStep.AddressOffered, SamplePc, "192.168.100.7", IPAddress.Parse("192.168.100.7"), "ipxe.efi");
        JsonElement boot = JsonDocument.Parse(await NextAsync(events, "boots")).RootElement[0];
        Assert.Equal("52:54:00:12:34:56", boot.GetProperty("mac_address").GetString());
        Assert.Equal("AddressOffered", boot.GetProperty("steps")[0].GetProperty("step").GetString());
    }

    [Fact]
    public async Task A_menu_that_changes_is_news_of_the_images()
    {
        await _box.AddImageAsync("void-live", "void.iso");
        using HttpClient client = _box.Client("viewer");
        using var events = new StreamReader(await client.GetStreamAsync("/api/events"));
        Assert.Contains("\"enabled\":true", await NextAsync(events, "images"), StringComparison.Ordinal);
        await _box.SendAsync("PUT", "/api/images?filename=void.iso", new { enabled = false });
        Assert.Contains("\"enabled\":false", await NextAsync(events, "images"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_people_can_watch()
    {
        var watching = new List<(HttpClient Client, StreamReader Events)>();
        for (int i = 0; i < 50; i++)
        {
            HttpClient client = _box.Client("viewer", AdminBox.Password, $"127.0.0.{10 + (i / 25)}");
            watching.Add((client, new StreamReader(await client.GetStreamAsync("/api/events"))));
        }

        _box.Timeline.Add(BootStep.AddressOffered, SamplePc, "192.168.100.7", IPAddress.Parse("192.168.100.7"), "ipxe.efi");
        foreach ((HttpClient client, StreamReader events) in watching)
        {
            string boots;
            do
            {
                boots = await NextAsync(events, "boots");
            }
            while (boots == "[]");

            events.Dispose();
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_boots_is_in_the_list_of_clients_with_its_verdict()
    {
        _box.Timeline.Add(BootStep.AddressGranted, SamplePc, "192.168.100.7", IPAddress.Parse("192.168.100.7"), "ipxe.efi");
        JsonElement client = (await _box.SendAsync("GET", "/api/clients")).Envelope.GetProperty("data")[0];
        Assert.True(client.GetProperty("discovered").GetBoolean());
        Assert.Equal("192.168.100.7", client.GetProperty("address").GetString());
        JsonElement boot = (await _box.SendAsync("GET", "/api/boots")).Envelope.GetProperty("data")[0];
        Assert.NotEmpty(boot.GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Figures_are_there_for_everybody_and_tell_no_names()
    {
        await _box.AddImageAsync("void-live", "secret-name.iso");
        using HttpClient client = _box.Client(null);
        Assert.Equal("OK", await client.GetStringAsync("/health"));
        string metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("plugboot_images 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("?level=warning", 2)]
    [InlineData("?level=error", 1)]
    [InlineData("?contains=TWO", 1)]
    [InlineData("?limit=1", 1)]
    [InlineData("?after=1", 2)]
    public async Task The_log_can_be_filtered(string query, int lines)
    {
        using var buffer = new Appliance.Status.LogBuffer(TimeProvider.System, "Secret");
        ILogger part = buffer.CreateLogger("Appliance.Dhcp.Part");
        Log(part, LogLevel.Information, "one");
        Log(part, LogLevel.Warning, "two");
        Log(part, LogLevel.Error, "three");
        Log(part, LogLevel.Debug, "four");
        Log(buffer.CreateLogger("Appliance.Admin.Secret"), LogLevel.Error, "five");
        await using AdminBox box = await AdminBox.StartAsync(log: buffer);
        JsonElement data = (await box.SendAsync("GET", $"/api/logs{query}")).Envelope.GetProperty("data");
        Assert.Equal(lines, data.GetArrayLength());
        Assert.DoesNotContain("five", data.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?level=all")]
    public async Task A_filter_that_is_none_is_refused(string query) => Assert.Equal(400, (await _box.SendAsync("GET", $"/api/logs{query}")).Status);

    [Fact]
    public async Task A_viewer_that_does_not_read_is_ended_and_never_left_with_an_old_state()
    {
        int state = 0;
        var feed = new LiveFeed(new Dictionary<string, Func<byte[]>> { ["boots"] = () => Encoding.ASCII.GetBytes($"{state++}") }, TimeProvider.System);
        System.Threading.Channels.ChannelReader<string> slow = feed.Subscribe();
        for (int i = 0; i < 40; i++)
        {
            feed.Unsubscribe(feed.Subscribe());
        }

        var read = new List<string>();
        await foreach (string message in slow.ReadAllAsync().WithCancellation(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token))
        {
            read.Add(message);
        }

        Assert.Equal(32, read.Count);
    }

    private static NetbootClient SamplePc { get; } = new()
    {
        Mac = PhysicalAddress.Parse("525400123456"),
        Stage = ClientStage.Pxe,
        Firmware = ClientFirmware.UefiX64,
    };

    private static void Log(ILogger log, LogLevel level, string text) => log.Log(level, default, text, null, static (state, _) => state);

    /// <summary>The data of the next event of that name.</summary>
    private static async Task<string> NextAsync(StreamReader events, string name)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await events.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line == $"event: {name}")
            {
                string data = (await events.ReadLineAsync(deadline.Token))!;
                return data["data: ".Length..];
            }
        }

        throw new EndOfStreamException();
    }
}
