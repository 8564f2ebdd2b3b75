using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Admin.Images;

namespace Appliance.Tests.Admin;

/// <summary>Well-known images: what came with the program, and what the owner adds.</summary>
public sealed class CatalogueTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(200_000);

    private FileServer _server = null!;
    private AdminBox _box = null!;

    private static string Sum => Convert.ToHexStringLower(SHA256.HashData(Content));

    private string OwnFile => Path.Combine(_box.Options.Storage.Media, ImageCatalogue.OwnFile);

    public async Task InitializeAsync()
    {
        _server = FileServer.Start();
        _box = await AdminBox.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _box.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_newest_release_of_the_list_is_fetched_and_compared_with_it()
    {
        string old = new('0', 64);
        _server.Files["/tools/SUMS"] = Encoding.ASCII.GetBytes($"{old}  bench-9.1.iso\n{Sum}  ./iso/bench-10.0.iso\n{old}  bench-10.0.iso.torrent\n{old}  edu-bench-11.iso\n");
        _server.Files["/iso/bench-10.0.iso"] = Content;
        Own(new { id = "bench", name = "Bench", group = "tools", sums = _server.Url("/tools/SUMS"), file = "bench-*.iso", folder = _server.Url("/iso/") });
        Assert.Equal(202, (await _box.SendAsync("POST", "/api/catalogue/download", new { id = "bench" })).Status);
        string target = Path.Combine(_box.Isos, "tools/bench-10.0.iso");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await _box.SendAsync("GET", "/api/downloads")).Envelope.GetProperty("data").GetRawText().Contains("completed", StringComparison.Ordinal))
        {
            await Task.Delay(10, deadline.Token);
        }

        Assert.Equal(Content, await File.ReadAllBytesAsync(target));
    }

    [Fact]
    public async Task A_list_without_such_a_file_is_named()
    {
        _server.Files["/SUMS"] = Encoding.ASCII.GetBytes($"{Sum}  other.iso\n");
        Own(new { id = "bench", name = "Bench", group = "tools", sums = _server.Url("/SUMS"), file = "bench-*.iso" });
        (int status, JsonElement envelope) = await _box.SendAsync("POST", "/api/catalogue/download", new { id = "bench" });
        Assert.Equal(500, status);
        Assert.Contains("/SUMS names no one bench-*.iso", envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(404, (await _box.SendAsync("POST", "/api/catalogue/download", new { id = "none" })).Status);
    }

    [Theory]
    [InlineData("[{")]
    [InlineData("""[{ "id": "a", "name": "A", "group": "", "sums": "file:///etc/passwd", "file": "a.iso" }]""")]
    [InlineData("""[{ "id": "a", "name": "A", "group": "", "sums": "http://a/SUMS", "file": "a.txt" }]""")]
    [InlineData("""[{ "id": "a", "name": "A", "group": "", "sums": "http://a/SUMS", "file": "a.iso", "folder": "http://a/b" }]""")]
    [InlineData("""[{ "id": "a", "name": "A", "sums": "http://a/SUMS", "file": "a.iso" }]""")]
    [InlineData("""[{ "id": "a", "name": "A", "group": "", "sums": "http://a/SUMS", "file": "a.iso", "color": "red" }]""")]
    public async Task A_mistake_in_the_owners_file_is_said_and_the_shipped_entries_stay(string json)
    {
        await File.WriteAllTextAsync(OwnFile, json);
        JsonElement envelope = (await _box.SendAsync("GET", "/api/catalogue")).Envelope;
        Assert.Contains(ImageCatalogue.OwnFile, envelope.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("debian-netinst", Ids(envelope));
    }

    [Fact]
    public async Task An_entry_of_the_owner_takes_the_place_of_the_shipped_one()
    {
        int shipped = Ids((await _box.SendAsync("GET", "/api/catalogue")).Envelope).Count;
        Own(new { id = "arch", name = "Our Arch", group = "", sums = "http://mirror.example/SUMS", file = "archlinux-*.iso" });
        JsonElement envelope = (await _box.SendAsync("GET", "/api/catalogue")).Envelope;
        Assert.Equal(shipped, Ids(envelope).Count);
        Assert.Contains("Our Arch", envelope.GetRawText(), StringComparison.Ordinal);
    }

    private static List<string> Ids(JsonElement envelope) =>
        [.. envelope.GetProperty("data").EnumerateArray().Select(static entry => entry.GetProperty("id").GetString()!)];

    private void Own(object entry) => File.WriteAllText(OwnFile, JsonSerializer.Serialize(new[] { entry }));
}
