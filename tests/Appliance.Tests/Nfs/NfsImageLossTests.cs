using Appliance.Formats.Nfs;
using Appliance.Tests.Images;

namespace Appliance.Tests.Nfs;

/// <summary>The image goes away or is damaged while a client has it mounted.</summary>
public sealed class NfsImageLossTests : IAsyncLifetime, IDisposable
{
    private readonly NfsServerFixture _fixture = new();

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void An_image_that_is_cut_short_ends_the_reply_and_then_gives_an_error()
    {
        byte[] big;
        using (var client = new RpcClient(_fixture.Server.LocalEndPoint))
        {
            big = client.Walk(client.Mount(NfsServerFixture.Export).Handle, "big.bin");
            Assert.Equal(1 << 20, NfsProcedureTests.Read(client, big, 0, 1 << 20).Data.Length);
            Tool.Run("coreutils", "truncate", "--size=100000", _fixture.ImagePath);
            client.Send(client.Message(NfsProtocol.ProgramNumber, 3, (uint)NfsProcedure.Read, Arguments));
            Assert.Null(client.Receive());
        }

        using var next = new RpcClient(_fixture.Server.LocalEndPoint);
        Assert.Equal(NfsStatus.Stale, new Reply(next.Nfs(NfsProcedure.Read, Arguments)).Status());

        void Arguments(ref XdrWriter writer)
        {
            writer.WriteOpaque(big);
            writer.WriteUInt64(1 << 20);
            writer.WriteUInt32(1 << 20);
        }
    }

    [Fact]
    public async Task An_image_that_is_removed_leaves_stale_handles()
    {
        using var client = new RpcClient(_fixture.Server.LocalEndPoint);
        byte[] root = client.Mount(NfsServerFixture.Export).Handle;
        Assert.Equal(NfsStatus.Ok, client.Nfs(NfsProcedure.GetAttr, root).Status());
        File.Delete(_fixture.ImagePath);
        await _fixture.Library.ScanAsync(CancellationToken.None);
        Assert.Equal(NfsStatus.Stale, client.Nfs(NfsProcedure.GetAttr, root).Status());
        Assert.Equal(MountStatus.NoEntry, client.Mount(NfsServerFixture.Export).Status);
    }
}
