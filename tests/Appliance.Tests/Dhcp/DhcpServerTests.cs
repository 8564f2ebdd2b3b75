using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Options;
using Appliance.Status;
using Appliance.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Dhcp;

/// <summary>The loop on a real socket. The clients renew, so that replies go to an address of the loopback network.</summary>
public sealed class DhcpServerTests : IDisposable
{
    private const string ClientAddress = "127.0.1.5";

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<DhcpTransaction> _seen = [];
    private readonly string _state = Directory.CreateTempSubdirectory("plugboot-dhcp-").FullName;

    public DhcpServerTests()
    {
        _client.Bind(new IPEndPoint(IPAddress.Parse(ClientAddress), 0));
        _client.ReceiveTimeout = 10_000;
    }

    public void Dispose()
    {
        _client.Dispose();
        _stop.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task D_11_a_granted_lease_is_known_after_a_restart()
    {
        DhcpServer server = Server();
        Task running = server.RunAsync(_stop.Token);
        Exchange(server, DhcpRequest.Mac(1));
        await StopAsync(running);

        using var stopAgain = new CancellationTokenSource();
        DhcpServer again = Server();
        Task runningAgain = again.RunAsync(stopAgain.Token);
        byte[] reply = Exchange(again, DhcpRequest.Mac(1));
        SendRenewal(again, DhcpRequest.Mac(2));

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.Equal(DhcpMessageType.Ack, message.Type);
        await Deadline.UntilAsync(() => again.Counters[DhcpOutcome.Nak] == 1);
        await stopAgain.CancelAsync();
        await runningAgain.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Without_a_state_folder_clients_are_served_all_the_same()
    {
        await File.WriteAllTextAsync(Path.Combine(_state, "file"), "");
        DhcpServer server = Server(state: Path.Combine(_state, "file"));
        Task running = server.RunAsync(_stop.Token);

        Exchange(server);

        await StopAsync(running);
        Assert.Equal(1, server.Counters[DhcpOutcome.Ack]);
    }

    [Fact]
    public async Task A_renewing_client_is_answered_and_the_observer_told()
    {
        DhcpServer server = Server();
        Task running = server.RunAsync(_stop.Token);

        byte[] reply = Exchange(server);

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.Equal(DhcpMessageType.Ack, message.Type);
        Assert.Equal(ClientAddress, message.Yiaddr.ToString());
        await StopAsync(running);
        DhcpTransaction transaction = Assert.Single(_seen);
        Assert.Equal((DhcpMessageType.Request, DhcpOutcome.Ack), (transaction.Request, transaction.Outcome));
        Assert.Equal(IPAddress.Parse(ClientAddress), transaction.Address);
        Assert.Equal(1, server.Counters[DhcpOutcome.Ack]);
    }

    [Fact]
    public async Task What_is_no_message_of_a_client_is_counted_and_the_loop_goes_on()
    {
        DhcpServer server = Server();
        Task running = server.RunAsync(_stop.Token);
        var random = new Random(67);
        for (int round = 0; round < 50; round++)
        {
            byte[] garbage = new byte[random.Next(0, 600)];
            random.NextBytes(garbage);
            Send(server, garbage);
        }

        Send(server, (DhcpRequest.Of(DhcpMessageType.Offer) with { Op = 2 }).ToBytes());
        Exchange(server);

        await StopAsync(running);
        Assert.Equal(50, server.Counters[DhcpOutcome.Malformed]);
        Assert.Equal(1, server.Counters[DhcpOutcome.NotARequest]);
    }

    [Fact]
    public async Task D_15_a_station_that_asks_without_end_is_answered_forty_times_and_others_still_are()
    {
        DhcpServer server = Server();
        Task running = server.RunAsync(_stop.Token);
        for (int round = 0; round < 60; round++)
        {
            Send(server, DhcpRequest.Of(DhcpMessageType.Inform).ToBytes());
        }

        Exchange(server, DhcpRequest.Mac(1));

        await StopAsync(running);
        Assert.Equal(40, server.Counters[DhcpOutcome.NoAddress]);
        Assert.Equal(20, server.Counters[DhcpOutcome.RateLimited]);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_its_owner_and_remedy()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Any, 0));
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;

        StartException failure =
            await Assert.ThrowsAsync<StartException>(() => Server(port: port).RunAsync(_stop.Token));

        Assert.Contains($"UDP port {port}:", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"(process {Environment.ProcessId}) has it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interface_that_is_not_there_is_named()
    {
        StartException failure =
            await Assert.ThrowsAsync<StartException>(() => Server("no-such-if").RunAsync(_stop.Token));

        Assert.Contains("no-such-if", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Router_advertisements_need_an_ethernet_interface_and_are_off_without()
    {
        var advertiser = new RouterAdvertiser("lo", new ManualTime(), NullLogger<RouterAdvertiser>.Instance);

        await advertiser.RunAsync(_stop.Token);

        Assert.Equal(0, advertiser.Answered);
    }

    private DhcpServer Server(string interfaceName = "lo", int port = 0, string? state = null)
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback, PrefixLength = 8 },
            Dhcp = new DhcpOptions
            {
                Mode = DhcpMode.Server,
                ServerPort = port,
                ClientPort = ((IPEndPoint)_client.LocalEndPoint!).Port,
                PoolStart = IPAddress.Parse("127.0.1.1"),
                PoolEnd = IPAddress.Parse("127.0.1.200"),
            },
            Storage = new StorageOptions { State = state ?? _state },
        };
        var time = new ManualTime();
        return new DhcpServer(
            options, interfaceName, new BootPolicy(options, Bench.IsPublished, time), time, NullLogger<DhcpServer>.Instance, _seen.Add);
    }

    private void Send(DhcpServer server, byte[] datagram) =>
        _client.SendTo(datagram, new IPEndPoint(IPAddress.Loopback, server.Port));

    private byte[] Exchange(DhcpServer server, byte[]? mac = null)
    {
        SendRenewal(server, mac ?? DhcpRequest.Mac(9));
        byte[] reply = new byte[1500];
        return reply[.._client.Receive(reply)];
    }

    private void SendRenewal(DhcpServer server, byte[] mac) => Send(
        server, (DhcpRequest.Of(DhcpMessageType.Request) with { Ciaddr = ClientAddress, Chaddr = mac }).ToBytes());

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
