using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Nfs;
using Appliance.Nfs;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Tests.Nfs;

/// <summary>The server's ports, connections and limits.</summary>
public sealed class NfsServerTests(NfsServerFixture fixture) : IClassFixture<NfsServerFixture>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_port_mapper_tells_the_port_of_each_program(bool isStream)
    {
        using var client = new RpcClient(fixture.Server.PortmapEndPoint!, isStream);
        uint nfsPort = (uint)fixture.Server.LocalEndPoint.Port;
        Assert.Equal(nfsPort, PortOf(NfsProtocol.ProgramNumber, 3, PortmapMapping.Tcp));
        Assert.Equal(nfsPort, PortOf(MountProtocol.ProgramNumber, 3, PortmapMapping.Udp));
        Assert.Equal(0u, PortOf(NfsProtocol.ProgramNumber, 2, PortmapMapping.Tcp));
        Assert.Equal(0u, PortOf(NfsProtocol.ProgramNumber + 1, 3, PortmapMapping.Tcp));

        var dump = new Reply(client.Call(PortmapMapping.ProgramNumber, 2, (uint)PortmapProcedure.Dump));
        int entries = 0;
        for (; dump.UInt32() == 1; entries++)
        {
            _ = (dump.UInt64(), dump.UInt64());
        }

        Assert.Equal(6, entries);

        uint PortOf(uint program, uint version, uint protocol) => new Reply(client.Call(
            PortmapMapping.ProgramNumber, 2, (uint)PortmapProcedure.GetPort,
            (ref XdrWriter writer) => new PortmapMapping(program, version, protocol, 0).Write(ref writer))).UInt32();
    }

    [Fact]
    public void Everything_works_over_udp_with_shorter_reads()
    {
        using var client = new RpcClient(fixture.Server.LocalEndPoint, isStream: false);
        (MountStatus status, byte[] root) = client.Mount(NfsServerFixture.Export);
        Assert.Equal(MountStatus.Ok, status);
        byte[] big = client.Walk(root, "big.bin");
        (byte[] data, bool isEnd) = NfsProcedureTests.Read(client, big, 1000, 1048576);
        Assert.Equal(fixture.Big[1000..(1000 + 8192)], data);
        Assert.False(isEnd);
        Reply info = client.Nfs(NfsProcedure.FsInfo, root);
        info.Status();
        info.OptionalAttributes();
        Assert.Equal(8192u, info.UInt32());
    }

    [Theory]
    [InlineData(100003, 4, 2)]
    [InlineData(100003, 2, 2)]
    [InlineData(100005, 1, 2)]
    [InlineData(100227, 3, 1)]
    [InlineData(100000, 4, 2)]
    public void Other_programs_and_versions_are_told_so(uint program, uint version, uint status)
    {
        using var client = new RpcClient(fixture.Server.LocalEndPoint);
        byte[] reply = client.CallForReply(client.Message(program, version, 0));
        Assert.Equal(status, new Reply(reply[20..]).UInt32());
    }

    [Fact]
    public void Unknown_procedures_and_arguments_that_end_early_are_told_so()
    {
        using var client = new RpcClient(fixture.Server.LocalEndPoint);
        Assert.Equal(3u, new Reply(client.CallForReply(client.Message(NfsProtocol.ProgramNumber, 3, 22))[20..]).UInt32());
        for (uint procedure = 1; procedure <= 21; procedure++)
        {
            bool changes = procedure is 2 or (>= 7 and <= 15);
            byte[] reply = client.CallForReply(client.Message(NfsProtocol.ProgramNumber, 3, procedure));
            Assert.Equal(changes ? 0u : 4u, new Reply(reply[20..]).UInt32());
        }
    }

    [Fact]
    public async Task A_handle_is_good_after_a_restart_and_stale_when_the_image_is_another()
    {
        await using var other = new OneServer(fixture);
        byte[] handle;
        using (var before = new RpcClient(fixture.Server.LocalEndPoint))
        {
            handle = before.Walk(before.Mount(NfsServerFixture.Export).Handle, "sub", "hello.txt");
        }

        using var client = new RpcClient(other.Server.LocalEndPoint);
        Assert.Equal("hello"u8.ToArray(), NfsProcedureTests.Read(client, handle, 0, 100).Data);
        byte[] otherImage = [.. handle];
        otherImage[^1] ^= 1;
        byte[] noNode = [.. handle];
        noNode[4] = 0xff;
        byte[] foreign = [.. handle];
        foreign[0] ^= 1;
        Assert.Equal(NfsStatus.Stale, client.Nfs(NfsProcedure.GetAttr, otherImage).Status());
        Assert.Equal(NfsStatus.Stale, client.Nfs(NfsProcedure.GetAttr, noNode).Status());
        Assert.Equal(NfsStatus.BadHandle, client.Nfs(NfsProcedure.GetAttr, foreign).Status());
        Assert.Equal(NfsStatus.BadHandle, client.Nfs(NfsProcedure.GetAttr, []).Status());
    }

    [Fact]
    public void Calls_that_are_sent_together_are_answered_in_their_order()
    {
        using var client = new RpcClient(fixture.Server.LocalEndPoint);
        byte[] big = client.Walk(client.Mount(NfsServerFixture.Export).Handle, "big.bin");
        const int Calls = 40;
        for (int i = 0; i < Calls; i++)
        {
            client.Send(client.Message(NfsProtocol.ProgramNumber, 3, (uint)NfsProcedure.Read, (ref XdrWriter writer) =>
            {
                writer.WriteOpaque(big);
                writer.WriteUInt64((ulong)i * 50_001);
                writer.WriteUInt32(50_001);
            }));
        }

        for (int i = 0; i < Calls; i++)
        {
            byte[] reply = client.Receive()!;
            Assert.Equal(fixture.Big[(i * 50_001)..((i + 1) * 50_001)], reply[(24 + 104)..^3]);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\x80\xff\xff\xff")]
    public void A_stream_of_something_else_is_ended_and_counted(string text)
    {
        long before = fixture.Server.DroppedMessages;
        using var client = new RpcClient(fixture.Server.LocalEndPoint);
        client.SendRaw(System.Text.Encoding.Latin1.GetBytes(text));
        Assert.Null(client.Receive());
        Assert.True(fixture.Server.DroppedMessages > before);
    }

    [Fact]
    public void A_record_that_is_no_call_is_counted_and_the_next_is_answered()
    {
        long before = fixture.Server.DroppedMessages;
        using var client = new RpcClient(fixture.Server.LocalEndPoint);
        client.Send([1, 2, 3]);
        Assert.Empty(client.Call(NfsProtocol.ProgramNumber, 3, 0));
        Assert.True(fixture.Server.DroppedMessages > before);
    }

    [Fact]
    public async Task A_client_with_too_many_connections_loses_the_one_that_waited_longest()
    {
        await using var one = new OneServer(fixture, new NfsOptions { Port = 0, PortmapPort = 0, MaxConnectionsPerClient = 3 });
        var clients = new List<RpcClient>();
        for (int i = 0; i < 4; i++)
        {
            clients.Add(new RpcClient(one.Server.LocalEndPoint));
            clients[i].Call(NfsProtocol.ProgramNumber, 3, 0);
        }

        Assert.Null(clients[0].Receive());
        foreach (RpcClient client in clients[1..])
        {
            Assert.Empty(client.Call(NfsProtocol.ProgramNumber, 3, 0));
        }

        await UntilAsync(() => one.Server.OpenConnections == 3);
        clients.ForEach(static client => client.Dispose());
        await UntilAsync(() => one.Server.OpenConnections == 0);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_a_taken_port_mapper_is_not_needed()
    {
        int taken = fixture.Server.LocalEndPoint.Port;
        NfsServer server = fixture.NewServer(new NfsOptions { Port = taken, PortmapPort = 0 });
        StartException error = await Assert.ThrowsAsync<StartException>(() => server.RunAsync(CancellationToken.None));
        Assert.StartsWith($"the NFS server cannot use TCP port {taken}: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("or change nfs-port", error.Message, StringComparison.Ordinal);

        await using var one = new OneServer(fixture, new NfsOptions { Port = 0, PortmapPort = taken });
        Assert.Null(one.Server.PortmapEndPoint);
        using var client = new RpcClient(one.Server.LocalEndPoint);
        Assert.Equal(MountStatus.Ok, client.Mount(NfsServerFixture.Export).Status);
    }

    [Fact]
    public async Task A_server_that_is_stopped_ends_its_connections()
    {
        await using var one = new OneServer(fixture);
        using var client = new RpcClient(one.Server.LocalEndPoint);
        client.Call(NfsProtocol.ProgramNumber, 3, 0);
        await one.StopAsync();
        Assert.Null(client.Receive());
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => late.Connect(one.Server.LocalEndPoint));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private sealed class OneServer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public OneServer(NfsServerFixture fixture, NfsOptions? options = null)
        {
            Server = fixture.NewServer(options);
            _running = Server.RunAsync(_stop.Token);
        }

        public NfsServer Server { get; }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(Deadline);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
