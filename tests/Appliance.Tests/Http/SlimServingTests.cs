using System.Net;
using System.Net.Http.Headers;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Http;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Http;

/// <summary>Slim images by HTTP: out of a library, through the sockets.</summary>
public sealed class SlimServingTests : IAsyncLifetime, IDisposable
{
    private const string NoLiveSystem =
        "it holds no live system of casper's or live-boot's kind (no squashfs in /casper or /live)";

    private readonly TestFolder _folder = new();
    private readonly byte[] _layer = new byte[2_000_003];
    private readonly HttpClient _client = new();
    private ImageLibrary _library = null!;
    private HttpBootServer _server = null!;

    public async Task InitializeAsync()
    {
        new Random(22_04).NextBytes(_layer);
        _folder.Write("ubuntu/casper/filesystem.squashfs", _layer);
        _folder.Write("ubuntu/.disk/info", "Ubuntu");
        _folder.Write("ubuntu/pool/package.deb", new byte[1_000_000]);
        _folder.Write("other/file.txt", "no live system");
        MakeImage("ubuntu", "desk top/Größe");
        MakeImage("other", "other");
        _folder.Write("isos/raw.img", new byte[4096]);
        _folder.Write("isos/broken.iso", new byte[4096]);
        foreach (string image in new[] { "raw.img", "broken.iso" })
        {
            File.SetLastWriteTimeUtc(_folder[$"isos/{image}"], DateTime.UtcNow.AddMinutes(-1));
        }

        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [0] },
            Storage = new StorageOptions { Media = _folder.Path, Loaders = _folder["loaders"] },
        };
        _library = new ImageLibrary(options.Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await _library.ScanAsync(CancellationToken.None);
        var menus = new BootMenus(new BootServices("http://127.0.0.1"), new ProfileFiles("/none"), new MenuOptions(), TimeProvider.System);
        var files = new BootFiles(_library, new LoaderFiles(options.Storage), menus, new BootClients());
        _server = new HttpBootServer(options, files.TryOpen, NullLoggerFactory.Instance);
        await _server.StartAsync(CancellationToken.None);
        _client.BaseAddress = new Uri($"http://{_server.LocalEndPoints[0]}");
    }

    public async Task DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _server.StopAsync(limit.Token);
        await _server.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _library.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_whole_is_an_image_of_the_live_system_alone()
    {
        using HttpResponseMessage answer = await _client.GetAsync("/slim/desk%20top/Gr%C3%B6%C3%9Fe.iso");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/vnd.efi-iso", answer.Content.Headers.ContentType?.ToString());
        string slim = _folder.Write("slim.iso", await answer.Content.ReadAsByteArrayAsync());
        ImageTree tree = TreeListing.ReadTree(slim);
        Assert.Equal(["/.disk", "/.disk/info", "/casper", "/casper/filesystem.squashfs"], TreeListing.ListTree(tree));
        TreeListing.AssertContents(_folder["ubuntu"], tree, slim);
        Assert.InRange(new FileInfo(slim).Length, _layer.Length, _layer.Length + 100_000);
    }

    [Fact]
    public async Task Head_and_every_range_agree_with_the_whole()
    {
        const string Url = "/slim/desk%20top/Gr%C3%B6%C3%9Fe.iso";
        byte[] whole = await _client.GetByteArrayAsync(Url);
        using var head = new HttpRequestMessage(HttpMethod.Head, Url);
        using HttpResponseMessage probed = await _client.SendAsync(head);
        Assert.Equal(whole.Length, probed.Content.Headers.ContentLength);
        Assert.False(probed.Headers.ETag!.IsWeak);
        Assert.Equal("bytes", Assert.Single(probed.Headers.AcceptRanges));
        (long From, long To)[] ranges =
        [
            (0, 0), (32_768, 34_815), (40_000, 900_000), (0, whole.Length - 1), (whole.Length - 5000, whole.Length - 1), (100, 100_100),
        ];
        foreach ((long from, long to) in ranges)
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, Url);
            get.Headers.Range = new RangeHeaderValue(from, to);
            get.Headers.IfRange = new RangeConditionHeaderValue(probed.Headers.ETag!);
            using HttpResponseMessage part = await _client.SendAsync(get);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(whole[(int)from..((int)to + 1)], await part.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("/slim/other.iso", "This image has no slim form: " + NoLiveSystem + ".\n")]
    [InlineData("/slim/raw.iso", "This image has no slim form: it is a raw disk.\n")]
    [InlineData("/slim/broken.iso", "This image has no slim form: it cannot be read.\n")]
    [InlineData("/slim/none.iso", "Not found\n")]
    [InlineData("/slim/other", "Not found\n")]
    [InlineData("/slim/.iso", "Not found\n")]
    public async Task What_has_no_slim_form_is_not_found_and_why(string url, string reason)
    {
        using HttpResponseMessage answer = await _client.GetAsync(url);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(reason, await answer.Content.ReadAsStringAsync());
        using var unusual = new HttpRequestMessage(HttpMethod.Get, url) { Content = new StringContent("by way of Kestrel") };
        using HttpResponseMessage same = await _client.SendAsync(unusual);
        Assert.Equal(HttpStatusCode.NotFound, same.StatusCode);
        Assert.Equal(reason, await same.Content.ReadAsStringAsync());
    }

    private void MakeImage(string source, string name)
    {
        string image = _folder[$"isos/{name}.iso"];
        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", image, _folder[source]);
        File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddMinutes(-1));
    }
}
