using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Images;
using Appliance.Images.Transfers;
using Appliance.Options;
using Appliance.Tests.Dhcp;
using Appliance.Tests.Images;

namespace Appliance.Tests.Admin;

/// <summary>Images that are brought over the network: conformance V-17, V-14 (names), features S92 to S94.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(3_000_000);

    private AdminBox _box = null!;

    public async Task InitializeAsync() => _box = await AdminBox.StartAsync();

    public async Task DisposeAsync() => await _box.DisposeAsync();

    [Fact]
    public async Task S94_a_form_brings_a_file_with_its_description()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Content), "file", "a.img" },
            { new StringContent("for the bench"), "description" },
            { new StringContent("false"), "public" },
        };
        using HttpClient client = _box.Client("operator");
        using HttpResponseMessage response = await client.PostAsync("/api/images/upload", form);
        JsonElement envelope = await AdminBox.EnvelopeOfAsync(response);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement image = envelope.GetProperty("data")[0];
        Assert.Equal("for the bench", image.GetProperty("description").GetString());
        Assert.False(image.GetProperty("public").GetBoolean());
        Assert.Equal(Content.Length, image.GetProperty("size").GetInt64());
        AssertStored("a.img");
    }

    [Fact]
    public async Task One_body_brings_a_file_into_a_folder()
    {
        (int status, JsonElement envelope) = await SendAsync("PUT", "filename=tools/live/a.img", Content);
        Assert.Equal(201, status);
        Assert.Equal("tools/live", envelope.GetProperty("data")[0].GetProperty("group").GetString());
        AssertStored("tools/live/a.img");
    }

    [Fact]
    public async Task Parts_make_a_whole_and_nobody_sees_it_before()
    {
        Assert.Equal(202, (await SendAsync("PATCH", $"filename=a.img&offset=0&size={Content.Length}", Content[..1_000_000])).Status);
        Assert.Empty((await _box.SendAsync("GET", "/api/images")).Envelope.GetProperty("data").EnumerateArray());
        Assert.Empty(Directory.GetFiles(_box.Isos, "*.img"));
        Assert.Equal(1_000_000, await OffsetAsync("a.img"));
        Assert.Equal(412, (await SendAsync("PATCH", $"filename=a.img&offset=2000000&size={Content.Length}", Content[2_000_000..])).Status);
        Assert.Equal(201, (await SendAsync("PATCH", $"filename=a.img&offset=1000000&size={Content.Length}&sha256={Sum}", Content[1_000_000..])).Status);
        AssertStored("a.img");
    }

    [Fact]
    public async Task V_17_an_upload_that_is_cut_off_is_gone_on_with()
    {
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(_box.Plane.Server.LocalEndPoints[0]);
            string admin = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{AdminBox.Password}"));
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"PATCH /api/images/upload?filename=a.img&offset=0&size={Content.Length} HTTP/1.1\r\nHost: localhost\r\n"
                + $"Authorization: Basic {admin}\r\nContent-Length: {Content.Length}\r\n\r\n"));
            await socket.SendAsync(Content.AsMemory(0, 1_500_000));
            await WaitAsync(async () => await OffsetAsync("a.img") == 1_500_000);
            socket.LingerState = new LingerOption(true, 0);
        }

        await WaitAsync(async () => !(await StateAsync("a.img")).GetProperty("running").GetBoolean());
        long offset = await OffsetAsync("a.img");
        Assert.Equal(1_500_000, offset);
        Assert.Equal(201, (await SendAsync("PATCH", $"filename=a.img&offset={offset}&size={Content.Length}&sha256={Sum}", Content[(int)offset..])).Status);
        AssertStored("a.img");
    }

    [Fact]
    public async Task V_17_after_a_restart_it_goes_on_from_what_is_surely_on_disk()
    {
        await SendAsync("PATCH", $"filename=a.img&offset=0&size={Content.Length}", Content[..1_000_000]);
        await _box.RestartAsync();
        Assert.Empty(Directory.GetFiles(_box.Isos, "*.img"));
        Assert.Equal(0, await OffsetAsync("a.img"));
        Assert.Equal(201, (await SendAsync("PATCH", $"filename=a.img&offset=0&size={Content.Length}", Content)).Status);
        AssertStored("a.img");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(IncomingFile.SyncStep * 2 - 1, 0)]
    [InlineData(IncomingFile.SyncStep * 2, IncomingFile.SyncStep)]
    [InlineData(IncomingFile.SyncStep * 3 - 1, IncomingFile.SyncStep)]
    public async Task V_17_what_was_flushed_before_a_restart_need_not_come_again(long length, long durable)
    {
        await using (FileStream part = File.Create(IncomingFile.PartOf(Path.Combine(_box.Isos, "a.img"))))
        {
            part.SetLength(length);
        }

        await _box.RestartAsync();
        Assert.Equal(durable, await OffsetAsync("a.img"));
        if (durable > 0)
        {
            Assert.Equal(412, (await SendAsync("PATCH", $"filename=a.img&offset={length + 1}&size={length + 2}", Content[..1])).Status);
        }

        Assert.Equal(durable + 1 < length ? 202 : 201, (await SendAsync("PATCH", $"filename=a.img&offset={durable}&size={Math.Max(length, 1)}", Content[..1])).Status);
    }

    [Fact]
    public async Task What_has_another_sum_is_deleted_and_said()
    {
        (int status, JsonElement envelope) = await SendAsync("PUT", $"filename=a.img&sha256={new string('0', 64)}", Content);
        Assert.Equal(422, status);
        Assert.Contains(Sum, envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_box.Isos));
        Assert.Equal(201, (await SendAsync("PUT", $"filename=a.img&sha256={Sum.ToUpperInvariant()}", Content)).Status);
    }

    [Fact]
    public async Task V_17_a_second_file_of_the_name_is_refused_unless_it_is_to_replace_the_first()
    {
        Assert.Equal(201, (await SendAsync("PUT", "filename=a.img", Content)).Status);
        Assert.Equal(409, (await SendAsync("PUT", "filename=a.img", Content[..100])).Status);
        AssertStored("a.img");
        Assert.Equal(201, (await SendAsync("PUT", "filename=a.img&replace=true", Content[..2_000_000])).Status);
        Assert.Equal(2_000_000, new FileInfo(Path.Combine(_box.Isos, "a.img")).Length);
    }

    [Fact]
    public async Task V_17_an_image_that_is_replaced_is_served_to_its_end_as_it_was()
    {
        Assert.Equal(201, (await SendAsync("PUT", "filename=a.img", Content)).Status);
        Assert.True(_box.Library.Current.TryFindByFile("a.img", out LibraryImage? image));
        using Payload payload = image.OpenImage()!;
        Assert.Equal(201, (await SendAsync("PUT", "filename=a.img&replace=true", new byte[Content.Length])).Status);
        byte[] read = new byte[Content.Length];
        Assert.Equal(read.Length, payload.Read(0, read));
        Assert.Equal(Content, read);
    }

    [Theory]
    [InlineData("../a.iso")]
    [InlineData("/etc/a.iso")]
    [InlineData("a/../../b.iso")]
    [InlineData("a.txt")]
    [InlineData(".iso")]
    [InlineData(".hidden.iso")]
    [InlineData("a/.b/c.iso")]
    [InlineData("a\\b.iso")]
    [InlineData("a\nb.iso")]
    [InlineData("a\0b.iso")]
    [InlineData("<script>.iso")]
    [InlineData("a:b.iso")]
    [InlineData("a /b.iso")]
    [InlineData("1/2/3/4/5/6/7/8/9.iso")]
    public async Task V_14_names_that_lead_outsidehide_or_cannot_be_stored_are_refused(string name)
    {
        (int status, JsonElement envelope) = await SendAsync("PUT", $"filename={Uri.EscapeDataString(name)}", Content[..100]);
        Assert.Equal(400, status);
        Assert.NotEmpty(envelope.GetProperty("error").GetString()!);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    [Fact]
    public void V_14_the_longest_name_fits_with_the_ending_it_has_while_it_is_incomplete()
    {
        string longest = new string('a', 249 - ".iso".Length) + ".iso";
        Assert.Equal(longest, ImageFileName.Parse(longest));
        Assert.Equal(255, Path.GetFileName(IncomingFile.PartOf($"/x/{longest}")).Length);
        Assert.Throws<UnusableNameException>(() => ImageFileName.Parse("a" + longest));
    }

    [Fact]
    public async Task A_loader_of_the_owners_is_published_at_once_and_can_be_taken_away()
    {
        using HttpClient client = _box.Client();
        using HttpResponseMessage put = await client.PutAsync("/api/bootloaders?filename=mine.efi", new ByteArrayContent(Content));
        JsonElement mine = Assert.Single((await AdminBox.EnvelopeOfAsync(put)).GetProperty("data").EnumerateArray());
        Assert.Equal("mine.efi", mine.GetProperty("filename").GetString());
        Assert.True(mine.GetProperty("own").GetBoolean());
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_box.Options.Storage.OwnLoaders, "mine.efi")));
        using HttpResponseMessage outside = await client.PutAsync("/api/bootloaders?filename=../mine.efi", new ByteArrayContent(Content));
        Assert.Equal(HttpStatusCode.BadRequest, outside.StatusCode);
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/bootloaders?filename=mine.efi")).Status);
        Assert.Equal(404, (await _box.SendAsync("DELETE", "/api/bootloaders?filename=mine.efi")).Status);
    }

    [Fact]
    public async Task V_17_a_folder_that_is_a_link_takes_nothing()
    {
        using var outside = new TestFolder();
        Directory.CreateSymbolicLink(Path.Combine(_box.Isos, "linux"), outside.Path);
        Assert.Equal(409, (await SendAsync("PUT", "filename=linux/a.img", Content)).Status);
        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task V_17_two_writers_of_one_name_do_not_mix()
    {
        var gate = new TaskCompletionSource();
        await using var slow = new GatedStream(Content, gate.Task);
        using HttpClient client = _box.Client();
        using var body = new StreamContent(slow);
        Task<HttpResponseMessage> first = client.PutAsync("/api/images/upload?filename=a.img", body);
        await WaitAsync(async () => (await StateAsync("a.img")).GetProperty("running").GetBoolean());
        Assert.Equal(423, (await SendAsync("PUT", "filename=a.img", Content)).Status);
        Assert.Equal(423, (await _box.SendAsync("DELETE", "/api/images/upload?filename=a.img")).Status);
        gate.SetResult();
        using HttpResponseMessage response = await first;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        AssertStored("a.img");
    }

    [Fact]
    public async Task V_17_what_does_not_fit_is_refused_before_its_first_byte()
    {
        using var folder = new TestFolder();
        var storage = new StorageOptions { Media = folder.Path };
        using var uploads = new Uploads(storage, new ManualTime(), new FreeSpace(static _ => new VolumeSpace(30_000_000, 100_000_000)));
        var fits = new UploadOrder("a.img") { Size = 25_000_000 };
        var tooLong = new UploadOrder("b.img") { Size = 25_000_001 };
        NoRoomException refused = await Assert.ThrowsAsync<NoRoomException>(() => uploads.ReceiveAsync(tooLong, Stream.Null, CancellationToken.None));
        Assert.Contains("25 MB are left", refused.Message, StringComparison.Ordinal);
        Assert.False((await uploads.ReceiveAsync(fits, Stream.Null, CancellationToken.None)).IsComplete);
    }

    [Fact]
    public async Task V_17_a_disk_that_is_full_says_507_and_keeps_what_was_there()
    {
        await using SmallDisk disk = SmallDisk.Mount(16);
        await using AdminBox box = await AdminBox.StartAsync(options => options with { Storage = options.Storage with { Media = disk.Path } });
        using HttpClient client = box.Client();
        using HttpResponseMessage first = await client.PutAsync("/api/images/upload?filename=a.img", new ByteArrayContent(Content));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        // Its length is not told, so that only the disk can say no.
        using var uploads = new Uploads(box.Options.Storage, box.Time);
        await Assert.ThrowsAsync<NoRoomException>(() => uploads.ReceiveAsync(new UploadOrder("b.img"), new EndlessStream(), CancellationToken.None));
        Assert.False(File.Exists(Path.Combine(box.Isos, "b.img")));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(box.Isos, "a.img")));
        (int announced, _) = await SendToAsync(box, "PATCH", "filename=c.img&offset=0&size=99000000", new byte[10]);
        Assert.Equal(507, announced);
    }

    [Fact]
    public async Task Cancelling_takes_away_what_has_come()
    {
        await SendAsync("PATCH", $"filename=a.img&offset=0&size={Content.Length}", Content[..1000]);
        Assert.Equal(200, (await _box.SendAsync("DELETE", "/api/images/upload?filename=a.img")).Status);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
        Assert.Equal(404, (await _box.SendAsync("DELETE", "/api/images/upload?filename=a.img")).Status);
    }

    [Theory]
    [InlineData("filename=a.img&offset=0")]
    [InlineData("filename=a.img&offset=-1&size=10")]
    [InlineData("filename=a.img&offset=0&size=99999999999999999999")]
    [InlineData("offset=0&size=10")]
    [InlineData("filename=a.img&filename=b.img&offset=0&size=10")]
    [InlineData("filename=a.img&offset=0&size=10&sha256=xyz")]
    public async Task A_part_withoutsideits_place_is_a_clear_error(string query) =>
        Assert.Equal(400, (await SendAsync("PATCH", query, Content[..10])).Status);

    [Fact]
    public async Task More_bytes_than_announced_are_refused()
    {
        Assert.Equal(422, (await SendAsync("PATCH", "filename=a.img&offset=0&size=10", Content[..11])).Status);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    [Fact]
    public async Task A_word_that_is_wrong_is_refused_before_the_bytes_come()
    {
        Assert.Equal(400, (await SendAsync("PUT", "filename=a.img&public=maybe", Content)).Status);
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos));
    }

    [Fact]
    public async Task A_sum_can_be_asked_for_again()
    {
        using IncomingFile file = IncomingFile.Open(_box.Isos, "a.img");
        file.BeginSum();
        await file.WriteAsync(Content, CancellationToken.None);
        Assert.Equal(Sum, await file.SumAsync(CancellationToken.None));
        Assert.Equal(Sum, await file.SumAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_loader_that_two_bring_at_once_is_busy()
    {
        using IncomingFile first = IncomingFile.Open(_box.Options.Storage.OwnLoaders, "a.efi");
        using HttpClient client = _box.Client();
        using HttpResponseMessage second = await client.PutAsync("/api/bootloaders?filename=a.efi", new ByteArrayContent(Content[..10]));
        Assert.Equal(423, (int)second.StatusCode);
    }

    [Theory]
    [InlineData("a/b/c/d/e.efi", 10)]
    [InlineData("a.efi", 0)]
    public async Task A_loader_that_nobody_could_load_is_refused(string name, int length)
    {
        using HttpClient client = _box.Client();
        using HttpResponseMessage answer = await client.PutAsync($"/api/bootloaders?filename={name}", new ByteArrayContent(Content[..length]));
        Assert.Equal(400, (int)answer.StatusCode);
    }

    private static string Sum => Convert.ToHexStringLower(SHA256.HashData(Content));

    private void AssertStored(string path)
    {
        Assert.Equal(Content, File.ReadAllBytes(Path.Combine(_box.Isos, path)));
        Assert.True(_box.Library.Current.TryFindByFile(path, out _), "it is not listed");
        Assert.Empty(Directory.GetFiles(_box.Isos, ".*", SearchOption.AllDirectories));
    }

    private Task<(int Status, JsonElement Envelope)> SendAsync(string method, string query, byte[] body) => SendToAsync(_box, method, query, body);

    private static async Task<(int Status, JsonElement Envelope)> SendToAsync(AdminBox box, string method, string query, byte[] body)
    {
        using HttpClient client = box.Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/images/upload?{query}") { Content = new ByteArrayContent(body) };
        using HttpResponseMessage response = await client.SendAsync(request);
        return ((int)response.StatusCode, await AdminBox.EnvelopeOfAsync(response));
    }

    private async Task<JsonElement> StateAsync(string name) =>
        (await _box.SendAsync("GET", $"/api/images/upload?filename={name}")).Envelope.GetProperty("data")[0];

    private async Task<long> OffsetAsync(string name) => (await StateAsync(name)).GetProperty("offset").GetInt64();

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }
}
