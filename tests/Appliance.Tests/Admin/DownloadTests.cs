using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Images.Transfers;

namespace Appliance.Tests.Admin;

/// <summary>Images that the box fetches itself: features S95 to S97.</summary>
public sealed class DownloadTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(2_000_000);

    private FileServer _server = null!;
    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _server = FileServer.Start();
        _server.Files["/images/a.img"] = Content;
        _box = await AdminBox.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _box.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static string Sum => Convert.ToHexStringLower(SHA256.HashData(Content));

    [Fact]
    public async Task S96_an_image_comes_by_its_address_and_S97_says_how_far_it_is()
    {
        var gate = new TaskCompletionSource();
        _server.Gate = gate.Task;
        Assert.Equal(202, await StartAsync(new { url = _server.Url("/images/a.img").ToString(), description = "by address", sha256 = Sum }));
        Assert.Equal("downloading", (await WaitForAsync("a.img", "downloading")).GetProperty("status").GetString());
        Assert.Equal(409, await StartAsync(new { url = _server.Url("/images/a.img").ToString() }));
        gate.SetResult();
        JsonElement done = await WaitForAsync("a.img", "completed");
        Assert.Equal(Content.Length, done.GetProperty("downloaded_bytes").GetInt64());
        Assert.Equal(100, done.GetProperty("percentage").GetDouble());
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_box.Isos, "a.img")));
        await _box.SendAsync("POST", "/api/scan");
        JsonElement image = (await _box.SendAsync("GET", "/api/images?filename=a.img")).Envelope.GetProperty("data")[0];
        Assert.Equal("by address", image.GetProperty("description").GetString());
        Assert.Equal(_server.Url("/images/a.img").ToString(), image.GetProperty("source").GetString());
    }

    [Fact]
    public async Task A_connection_that_breaks_is_gone_on_with_where_it_broke()
    {
        _server.Cuts.Enqueue(500_000);
        await StartAsync(new { url = _server.Url("/images/a.img").ToString(), sha256 = Sum });
        await WaitForAsync("a.img", "completed");
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_box.Isos, "a.img")));
        Assert.Equal(2, _server.Requests.Count);
        Assert.Contains("Range: bytes=500000-", _server.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_all_again_and_nothing_is_there_twice()
    {
        _server.KnowsRanges = false;
        _server.Cuts.Enqueue(500_000);
        await StartAsync(new { url = _server.Url("/images/a.img").ToString() });
        await WaitForAsync("a.img", "completed");
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_box.Isos, "a.img")));
    }

    [Fact]
    public async Task Another_sum_deletes_it_and_says_why()
    {
        await StartAsync(new { url = _server.Url("/images/a.img").ToString(), sha256 = new string('0', 64) });
        JsonElement failed = await WaitForAsync("a.img", "error");
        Assert.Contains(Sum, failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    [Fact]
    public async Task A_restart_goes_on_with_a_download_from_what_is_surely_on_disk()
    {
        byte[] large = RandomNumberGenerator.GetBytes((int)(3 * IncomingFile.SyncStep));
        _server.Files["/images/a.img"] = large;
        _server.Cuts.Enqueue((int)((2 * IncomingFile.SyncStep) + 1000));
        _server.Cuts.Enqueue(0);
        _server.Cuts.Enqueue(0);
        await StartAsync(new { url = _server.Url("/images/a.img").ToString(), sha256 = Convert.ToHexStringLower(SHA256.HashData(large)) });
        await WaitForAsync("a.img", "downloading", 2 * IncomingFile.SyncStep);
        await _box.RestartAsync();
        _server.Cuts.Clear();
        await WaitForAsync("a.img", "completed");
        Assert.Equal(large, await File.ReadAllBytesAsync(Path.Combine(_box.Isos, "a.img")));
        Assert.Contains($"Range: bytes={IncomingFile.SyncStep}-", _server.Requests.Last(), StringComparison.Ordinal);
        Assert.Equal(["a.img"], Directory.GetFileSystemEntries(_box.Isos).Select(Path.GetFileName));
    }

    [Fact]
    public async Task After_a_restart_a_file_that_has_changed_is_fetched_anew()
    {
        byte[] large = RandomNumberGenerator.GetBytes((int)(3 * IncomingFile.SyncStep));
        _server.Files["/images/a.img"] = large;
        _server.Gate = new TaskCompletionSource().Task;
        await StartAsync(new { url = _server.Url("/images/a.img").ToString() });
        await _box.StopAsync();
        await File.WriteAllBytesAsync(IncomingFile.HiddenBeside(Path.Combine(_box.Isos, "a.img"), IncomingFile.DownloadSuffix), new byte[2 * IncomingFile.SyncStep]);
        (DownloadNote.TryFind(Path.Combine(_box.Isos, "a.img"))! with { Tag = "\"another\"" }).Save(Path.Combine(_box.Isos, "a.img"));
        _server.Gate = Task.CompletedTask;
        await _box.StartAgainAsync();
        await WaitForAsync("a.img", "completed");
        Assert.Equal(large, await File.ReadAllBytesAsync(Path.Combine(_box.Isos, "a.img")));
    }

    [Fact]
    public async Task A_note_that_a_power_cut_left_beside_a_whole_image_is_swept()
    {
        string target = Path.Combine(_box.Isos, "a.img");
        await _box.StopAsync();
        await File.WriteAllBytesAsync(target, Content);
        new DownloadNote(new DownloadSource(_server.Url("/images/a.img")), "\"one\"").Save(target);
        await File.WriteAllTextAsync(DownloadNote.PathOf(Path.Combine(_box.Isos, "b.img")), "plugboot download 1\nurl nonsense\n");
        await _box.StartAgainAsync();
        while (File.Exists(DownloadNote.PathOf(target)))
        {
            await Task.Delay(10);
        }

        Assert.Empty(_server.Requests);
        Assert.Equal(Content, await File.ReadAllBytesAsync(target));
    }

    [Theory]
    [InlineData("{0}  a.img\n", true)]
    [InlineData("SHA256 (a.img) = {0}\n", true)]
    [InlineData("{0}  other.img\n", false)]
    [InlineData("{1}  a.img\n", false)]
    public async Task A_list_of_sums_decides_whether_it_came_whole(string list, bool isRight)
    {
        _server.Files["/images/SHA256SUMS"] = Encoding.ASCII.GetBytes(string.Format(CultureInfo.InvariantCulture, list, Sum, new string('0', 64)));
        await StartAsync(new { url = _server.Url("/images/a.img").ToString(), sha256sums = _server.Url("/images/SHA256SUMS").ToString() });
        await WaitForAsync("a.img", isRight ? "completed" : "error");
        Assert.Equal(isRight ? ["a.img"] : [], Directory.GetFileSystemEntries(_box.Isos).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_the_server_does_not_have_fails_at_once()
    {
        await StartAsync(new { url = _server.Url("/images/none.iso").ToString() });
        JsonElement failed = await WaitForAsync("none.iso", "error");
        Assert.Contains("404", failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Single(_server.Requests);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        _server.Gate = new TaskCompletionSource().Task;
        await StartAsync(new { url = _server.Url("/images/a.img").ToString() });
        await WaitForAsync("a.img", "downloading");
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/downloads?filename=a.img")).Status);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
        Assert.Equal(404, (await _box.SendAsync("GET", "/api/downloads/progress?filename=a.img")).Status);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://a/b.iso")]
    [InlineData("http://name:password@a/b.iso")]
    [InlineData("http://a/b.txt")]
    [InlineData("http://a/..%2f..%2fb.iso")]
    [InlineData("http://a/")]
    [InlineData("b.iso")]
    public async Task An_address_that_is_none_of_an_image_is_refused(string url)
    {
        Assert.Equal(400, await StartAsync(new { url }));
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    private async Task<int> StartAsync(object order) => (await _box.SendAsync("POST", "/api/images/download", order)).Status;

    private async Task<JsonElement> WaitForAsync(string name, string status, long least = 0)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            JsonElement envelope = (await _box.SendAsync("GET", $"/api/downloads/progress?filename={name}")).Envelope;
            if (envelope.GetProperty("success").GetBoolean() && envelope.GetProperty("data") is var data
                && data.GetProperty("status").GetString() is var now && (now == status || now is "error" or "completed")
                && data.GetProperty("downloaded_bytes").GetInt64() >= least)
            {
                Assert.Equal(status, now);
                return data;
            }

            await Task.Delay(10, deadline.Token);
        }
    }
}
