using System.Text;
using Appliance.Formats.Nfs;
using Appliance.Nfs;

namespace Appliance.Tests.Nfs;

/// <summary>The folder beside the image that bears its name comes before what the image holds, as over HTTP (S106, S107).</summary>
public sealed class NfsManualFilesTests : IAsyncLifetime, IDisposable
{
    private readonly NfsServerFixture _fixture = new();
    private RpcClient _client = null!;

    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        _client = new RpcClient(_fixture.Server.LocalEndPoint);
    }

    public Task DisposeAsync() => _fixture.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task Files_beside_the_image_replace_those_in_it_and_come_along_with_them()
    {
        byte[] before = _client.Mount(NfsServerFixture.Export).Handle;
        await PutAsync(("SUB/Hello.txt", "mine"), ("sub/new/deeper/x", "x"), ("many", "a file now"), ("empty", ""));
        byte[] root = _client.Mount(NfsServerFixture.Export).Handle;

        Assert.Equal("mine", ReadText(root, "sub", "hello.txt"));
        Assert.Equal("x", ReadText(root, "sub", "new", "deeper", "x"));
        Assert.Equal("a file now", ReadText(root, "many"));
        Assert.Equal("", ReadText(root, "empty"));
        Assert.Equal(_fixture.Big[..5], NfsProcedureTests.Read(_client, _client.Walk(root, "big.bin"), 0, 5).Data);
        Assert.Equal([".", "..", "big.bin", "sub", "empty", "many"], Names(root));
        Assert.Equal([".", "..", "deep", "link", "Hello.txt", "new"], Names(_client.Walk(root, "sub")));
        Assert.Equal([".", "..", "deeper"], Names(_client.Walk(root, "sub", "new")));
        Assert.Equal(_client.Walk(root, "sub"), _client.Walk(root, "sub", "new", ".."));
        Assert.Equal(MountStatus.Ok, _client.Mount(NfsServerFixture.Export + "/sub/new").Status);
        Assert.Equal(MountStatus.NotDirectory, _client.Mount(NfsServerFixture.Export + "/many").Status);
        Assert.NotEqual(before, root);
        Assert.Equal(NfsStatus.Stale, _client.Nfs(NfsProcedure.GetAttr, before).Status());
    }

    /// <summary>As in a Debian disc's <c>debian -> .</c>.</summary>
    [Fact]
    public async Task Files_beside_a_linked_folder_hide_nothing_that_it_leads_to()
    {
        await PutAsync(("sub/deep/alias/Über", "mine"), ("sub/deep/alias/über.txt", "too"));
        byte[] root = _client.Mount(NfsServerFixture.Export).Handle;
        Assert.Equal("mine", ReadText(root, "sub", "ÜBER"));
        Assert.Equal("hello", ReadText(root, "sub", "hello.txt"));
        Assert.Equal([".", "..", "alias", "empty"], Names(_client.Walk(root, "sub", "deep")));
    }

    [Fact]
    public async Task Handles_outlive_the_server_while_the_files_beside_the_image_stay_as_they_are()
    {
        await PutAsync(("sub/hello.txt", "mine"));
        byte[] hello = _client.Walk(_client.Mount(NfsServerFixture.Export).Handle, "sub", "hello.txt");
        NfsServer next = _fixture.NewServer();
        using var stop = new CancellationTokenSource();
        Task running = next.RunAsync(stop.Token);
        using (var client = new RpcClient(next.LocalEndPoint))
        {
            Assert.Equal("mine", Encoding.UTF8.GetString(NfsProcedureTests.Read(client, hello, 0, 100).Data));
        }

        await stop.CancelAsync();
        await running;
    }

    private async Task PutAsync(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files)
        {
            string full = Path.Combine(Path.ChangeExtension(_fixture.ImagePath, null), path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllTextAsync(full, text);
            File.SetLastWriteTimeUtc(full, DateTime.UtcNow.AddMinutes(-1));
        }

        await _fixture.Library.ScanAsync(CancellationToken.None);
    }

    private string ReadText(byte[] root, params string[] names) =>
        Encoding.UTF8.GetString(NfsProcedureTests.Read(_client, _client.Walk(root, names), 0, 100).Data);

    private List<string> Names(byte[] directory)
    {
        Reply reply = _client.Nfs(NfsProcedure.ReadDir, directory, static (ref XdrWriter writer) =>
        {
            writer.WriteUInt64(0);
            writer.WriteUInt64(0);
            writer.WriteUInt32(4096);
        });
        Assert.Equal(NfsStatus.Ok, reply.Status());
        Assert.NotNull(reply.OptionalAttributes());
        _ = reply.UInt64();
        var names = new List<string>();
        while (reply.UInt32() == 1)
        {
            _ = reply.UInt64();
            names.Add(reply.Text());
            _ = reply.UInt64();
        }

        Assert.Equal(1u, reply.UInt32());
        return names;
    }
}
