using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;
using Appliance.Status;
using Appliance.Tftp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Tftp;

/// <summary>The server on real loopback sockets.</summary>
public sealed class TftpServerTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] Content = RandomBytes(300_001);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<BootFetch> _fetches = [];
    private readonly ConcurrentQueue<string> _opened = [];
    private readonly TftpServer _server;
    private Task _running = Task.CompletedTask;

    public TftpServerTests()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback, PrefixLength = 8 },
            Tftp = new TftpOptions { Port = 0 },
        };
        _server = new TftpServer(options, Open, TimeProvider.System, NullLogger<TftpServer>.Instance, (in BootFetch fetch) => _fetches.Enqueue(fetch));
    }

    public Task InitializeAsync()
    {
        _running = _server.RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public void Dispose() => _stop.Dispose();

    [Theory]
    [InlineData("octet\0")]
    [InlineData("octet\0blksize\01468\0")]
    [InlineData("octet\0blksize\01432\0tsize\00\0")]
    [InlineData("octet\0tsize\00\0blksize\01468\0windowsize\04\0")]
    [InlineData("octet\0blksize\01468\0windowsize\064\0")]
    [InlineData("octet\0blksize\08\0windowsize\064\0timeout\01\0")]
    [InlineData("octet\0blksize\08\0timeout\0255\0tsize\00\0windowsize\01\0")]
    [InlineData("netascii\0")]
    public void A_file_arrives_as_it_is(string modeAndOptions)
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        byte[] content = modeAndOptions.StartsWith("netascii", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes("no line ends") : Content;
        Assert.Equal(content, client.Fetch(content == Content ? "content" : "text", modeAndOptions));
    }

    /// <summary>1448: the largest block that one Ethernet frame takes behind the headers of IPv6.</summary>
    [Theory]
    [InlineData("octet\0")]
    [InlineData("octet\0blksize\01448\0windowsize\064\0")]
    [InlineData("octet\0blksize\01468\0windowsize\04\0")]
    public async Task A_file_arrives_over_ipv6_in_frames_that_are_whole(string modeAndOptions)
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Ipv6Prefix = IPAddress.Parse("::") },
            Tftp = new TftpOptions { Port = 0 },
        };
        var server = new TftpServer(
            options, Open, TimeProvider.System, NullLogger<TftpServer>.Instance, null, options.Network.Ipv6Address);
        Task running = server.RunAsync(_stop.Token);
        using var client = new TftpClient(server.LocalEndPoint);

        Assert.Equal(Content, client.Fetch("content", modeAndOptions));
        client.Request("content", modeAndOptions);
        byte[] first = client.Receive();
        Assert.True(first[1] == 3 || !Encoding.ASCII.GetString(first).Contains("1468", StringComparison.Ordinal));
        await _stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Each_transfer_is_told_to_the_observer()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Fetch("content", "octet\0blksize\01468\0");
        WaitFor(() => _fetches.Count == 1);
        Assert.Equal(
            new BootFetch(IPAddress.Loopback, BootProtocol.Tftp, "/content", 0, Content.Length, Content.Length, BootFetchOutcome.Complete),
            _fetches.Single());
    }

    [Fact]
    public void T_01_a_wrong_tid_gets_error_5_and_the_transfer_goes_on()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0");
        byte[] first = client.Receive();
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        stranger.Client.ReceiveTimeout = 5000;

        stranger.Send([0, 4, 0, 1], client.Transfer);

        IPEndPoint? from = null;
        Assert.Equal([0, 5, 0, 5], stranger.Receive(ref from)[..4]);
        Assert.Equal(client.Transfer, from);
        client.Ack(1);
        Assert.Equal([0, 3, 0, 2], client.Receive()[..4]);
        Assert.Equal([0, 3, 0, 1], first[..4]);
    }

    [Fact]
    public void T_01_each_transfer_has_a_port_of_its_own()
    {
        using var a = new TftpClient(_server.LocalEndPoint);
        using var b = new TftpClient(_server.LocalEndPoint);
        a.Request("content", "octet\0");
        b.Request("content", "octet\0");
        a.Receive();
        b.Receive();
        Assert.NotEqual(a.Transfer, b.Transfer);
        Assert.NotEqual(_server.LocalEndPoint, a.Transfer);
    }

    [Theory]
    [InlineData("\0\u0002content\0octet\0", 2)]
    [InlineData("\0\u0002../x\0netascii\0", 2)]
    [InlineData("\0\u0001content\0mail\0", 4)]
    [InlineData("\0\u0001content\0binary\0", 4)]
    [InlineData("\0\u0001missing\0octet\0", 1)]
    public void T_01_what_is_not_served_gets_its_error(string request, int code)
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Send(Encoding.Latin1.GetBytes(request));
        Assert.Equal([0, 5, 0, (byte)code], client.Receive()[..4]);
    }

    [Fact]
    public void T_05_a_repeated_request_is_answered_by_the_same_transfer()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0blksize\01468\0");
        byte[] first = client.Receive();
        IPEndPoint transfer = client.Transfer;
        client.Request("content", "octet\0blksize\01468\0");
        Assert.Equal(first, client.Receive());
        Assert.Equal(transfer, client.Transfer);
        Assert.Equal(1, _server.ActiveTransfers);
    }

    [Fact]
    public void A_new_request_from_the_same_port_takes_the_place_of_the_old_transfer()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0blksize\01468\0");
        client.Receive();
        IPEndPoint old = client.Transfer;
        client.Request("text", "octet\0");
        byte[] packet;
        do
        {
            packet = client.Receive();
        }
        while (client.Transfer.Equals(old));
        Assert.Equal("no line ends", Encoding.ASCII.GetString(packet.AsSpan(4)));
        WaitFor(() => _server.ActiveTransfers == 1);
    }

    [Fact]
    public void T_08_a_size_probe_is_no_failure()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0tsize\00\0blksize\01468\0windowsize\04\0");
        Assert.Equal("\0\u0006blksize\01468\0tsize\0300001\0windowsize\04\0", Encoding.Latin1.GetString(client.Receive()));
        client.SendToTransfer(Encoding.Latin1.GetBytes("\0\u0005\0\u0008User aborted the transfer\0"));
        WaitFor(() => _fetches.Count == 1);
        Assert.Equal(BootFetchOutcome.Probe, _fetches.Single().Outcome);
        WaitFor(() => _server.ActiveTransfers == 0);
    }

    [Fact]
    public void T_02_a_client_that_leaves_without_acknowledging_the_last_block_has_the_file()
    {
        using (var client = new TftpClient(_server.LocalEndPoint))
        {
            client.Request("text", "octet\0");
            client.Receive();
        }

        WaitFor(() => _fetches.Count == 1);
        BootFetch fetch = _fetches.Single();
        Assert.Equal((BootFetchOutcome.Complete, "no line ends".Length), (fetch.Outcome, fetch.Bytes));
    }

    [Fact]
    public void T_02_a_client_that_leaves_before_the_last_block_has_given_up()
    {
        using (var client = new TftpClient(_server.LocalEndPoint))
        {
            client.Request("content", "octet\0");
            client.Receive();
            client.Ack(1);
        }

        WaitFor(() => _fetches.Count == 1);
        Assert.Equal(BootFetchOutcome.Aborted, _fetches.Single().Outcome);
    }

    [Theory]
    [InlineData("\0\u0004\0\0")]
    [InlineData("\0\u0005\0\0error\0")]
    [InlineData("\0\u0003\0\u0001data")]
    [InlineData("\0\u0006blksize\08\0")]
    [InlineData("")]
    [InlineData("garbage")]
    public void T_09_what_is_no_request_gets_no_answer(string datagram)
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Send(Encoding.Latin1.GetBytes(datagram));
        client.Request("missing", "octet\0");
        Assert.Equal([0, 5, 0, 1], client.Receive()[..4]);
        WaitFor(() => _server.DroppedPackets == 1);
    }

    [Fact]
    public void V_03_hostile_names_reach_no_file()
    {
        string[] names =
        [
            "../../etc/passwd", "/../../../etc/passwd", "..\\..\\etc\\passwd", "....//....//etc/passwd", "/etc/passwd", "a/../../b",
            "content/../../x", "content\u0001", "%2e%2e/etc/passwd", ".", "..", "/", "", new string('a', 400), "\u00c0\u00ae\u00c0\u00ae/x",
        ];
        foreach (string name in names)
        {
            foreach (string mode in new[] { "octet", "netascii" })
            {
                foreach (byte opcode in new byte[] { 1, 2 })
                {
                    using var client = new TftpClient(_server.LocalEndPoint);
                    client.Send([0, opcode, .. Encoding.Latin1.GetBytes($"{name}\0{mode}\0")]);
                    Assert.Equal([0, 5, 0, opcode], client.Receive()[..4]);
                }
            }
        }

        Assert.DoesNotContain(_opened, static path => path.Contains("..") && !path.Contains("...."));
    }

    [Fact]
    public void V_04_a_forged_request_gets_three_packets_at_most()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0timeout\01\0");
        WaitFor(() => _server.ActiveTransfers == 1);
        WaitFor(() => _server.ActiveTransfers == 0);
        Assert.InRange(client.CountWaiting(), 1, TftpTransfer.MaxUnansweredSends);
    }

    [Fact]
    public void T_09_a_client_whose_port_is_closed_is_let_go_at_once()
    {
        using (var client = new TftpClient(_server.LocalEndPoint))
        {
            client.Request("content", "octet\0");
            client.Receive();
        }

        WaitFor(() => _server.ActiveTransfers == 0);
    }

    [Fact]
    public void T_11_a_client_has_four_transfers_at_most_and_room_again_when_one_ends()
    {
        TftpClient[] clients = [.. Enumerable.Range(0, 5).Select(_ => new TftpClient(_server.LocalEndPoint))];
        foreach (TftpClient client in clients)
        {
            client.Request("content", "octet\0blksize\01468\0");
        }

        byte[][] answers = [.. clients.Select(static client => client.Receive())];
        Assert.Equal(4, answers.Count(static answer => answer[1] == 6));
        Assert.Equal([0, 5, 0, 0], answers[4][..4]);
        clients[0].SendToTransfer([0, 5, 0, 0, 0]);
        WaitFor(() => _server.ActiveTransfers == 3);
        Assert.Equal(Content, clients[4].Fetch("content", "octet\0blksize\01468\0"));
        Array.ForEach(clients, static client => client.Dispose());
    }

    [Fact]
    public void V_19_service_goes_on_after_a_flood_of_requests()
    {
        using var flood = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] request = Encoding.Latin1.GetBytes("\0\u0001content\0octet\0windowsize\064\0");
        for (int i = 0; i < 2000; i++)
        {
            flood.SendTo(request, _server.LocalEndPoint);
        }

        flood.Dispose();
        WaitFor(() => _server.ActiveTransfers == 0);
        using var client = new TftpClient(_server.LocalEndPoint);
        Assert.Equal(Content, client.Fetch("content", "octet\0"));
    }

    [Fact]
    public void V_19_requests_that_nobody_answered_make_room_after_a_second_and_transfers_that_run_do_not()
    {
        TftpClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => new TftpClient(_server.LocalEndPoint))];
        foreach (TftpClient client in clients)
        {
            // Without tsize, so that each keeps its transfer for longer than this test waits.
            client.Request("content", "octet\0blksize\01468\0");
            client.Receive();
        }

        clients[0].Ack(0);
        clients[0].Receive();
        using var late = new TftpClient(_server.LocalEndPoint);
        WaitFor(() =>
        {
            late.Request("content", "octet\0blksize\0512\0");
            return late.Receive()[1] == 6;
        });

        clients[0].Ack(1);
        byte[] packet;
        do
        {
            packet = clients[0].Receive();
        }
        while (packet[3] == 1);
        Assert.Equal([0, 3, 0, 2], packet[..4]);
        Array.ForEach(clients, static client => client.Dispose());
    }

    [Fact]
    public void A_medium_that_cannot_be_read_is_an_error_to_the_client()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("broken", "octet\0");
        Assert.Equal([0, 5, 0, 0], client.Receive()[..4]);
        WaitFor(() => _fetches.Any(static fetch => fetch.Outcome == BootFetchOutcome.Failed));
    }

    [Fact]
    public async Task Stopping_ends_the_transfers_at_once()
    {
        using var client = new TftpClient(_server.LocalEndPoint);
        client.Request("content", "octet\0");
        client.Receive();
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(0, _server.ActiveTransfers);
    }

    [Fact]
    public void A_port_that_is_taken_is_named_with_its_remedy()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Tftp = new TftpOptions { Port = _server.LocalEndPoint.Port },
        };
        var second = new TftpServer(options, Open, TimeProvider.System, NullLogger<TftpServer>.Instance);

        StartException error = Assert.Throws<StartException>(() => { _ = second.RunAsync(CancellationToken.None); });

        Assert.Contains(_server.LocalEndPoint.Port.ToString(), error.Message);
        Assert.Contains($"(process {Environment.ProcessId}) has it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void V_04_requests_from_beyond_the_network_are_dropped()
    {
        var network = new NetworkOptions { Address = IPAddress.Parse("192.168.100.1"), PrefixLength = 24 };
        Assert.True(network.Contains(IPAddress.Parse("192.168.100.254")));
        Assert.False(network.Contains(IPAddress.Parse("192.168.101.1")));
        Assert.False(network.Contains(IPAddress.IPv6Loopback));
    }

    private Payload? Open(string path, IPAddress client, BootProtocol protocol)
    {
        _opened.Enqueue(path);
        return path switch
        {
            "/content" => Payload.FromMemory(Content, DateTimeOffset.UnixEpoch, "application/octet-stream"),
            "/text" => Payload.FromMemory("no line ends"u8.ToArray(), DateTimeOffset.UnixEpoch, "text/plain"),
            "/broken" => throw new IOException("disk"),
            _ => null,
        };
    }

    private static void WaitFor(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(15)), "The condition did not come true in time.");

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1350).NextBytes(bytes);
        return bytes;
    }
}
