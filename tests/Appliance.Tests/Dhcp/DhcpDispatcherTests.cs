using System.Net;
using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Tests.Catalog;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>What is answered in which role. What leaves the socket: <see cref="DhcpServerTests"/> and the journeys.</summary>
public sealed class DhcpDispatcherTests : IDisposable
{
    private static readonly Ipv4Address Office = new(0xc0a86402);
    private static readonly (DhcpOptionCode, byte[]) Boots = (DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003016"u8.ToArray());

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-dispatcher-").FullName;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ManualTime _time = new();
    private readonly MessageLog _log = new();
    private readonly DhcpCounters _counters = new();
    private readonly List<DhcpTransaction> _seen = [];
    private LeaseStore? _store;

    public void Dispose()
    {
        _store?.Dispose();
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void D_16_a_discover_of_the_first_second_is_held_and_answered_when_nobody_else_did()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        Discover(dispatcher, 1);
        Discover(dispatcher, 1);
        Discover(dispatcher, 2);
        Assert.Equal((3, 0), (_counters[DhcpOutcome.Held], _counters[DhcpOutcome.Offer]));

        _time.Advance(ForeignServerWatch.QuietWindow);
        dispatcher.Tick();

        Assert.Equal(2, _counters[DhcpOutcome.Offer]);
        dispatcher.Tick();
        Assert.Equal(2, _counters[DhcpOutcome.Offer]);
    }

    [Fact]
    public void D_16_what_was_held_is_left_to_the_other_server_or_told_its_file_when_one_answers()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        Discover(dispatcher, 1);
        Discover(dispatcher, 2, Boots);

        dispatcher.ForeignServer(Office, new Ipv4Address(0xc0a864d2));

        Assert.Equal((0, 1, 1), (_counters[DhcpOutcome.Offer], _counters[DhcpOutcome.NotBooting], _counters[DhcpOutcome.ProxyOffer]));
        Assert.Contains(_log.Lines, static line => line.Text.Contains("192.168.100.2, answers on this wire", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, static line => line.Text.Contains("cannot reach", StringComparison.Ordinal));
    }

    [Fact]
    public void D_16_no_more_than_64_stations_are_held()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        for (int client = 0; client < 1000; client++)
        {
            Discover(dispatcher, client);
        }

        _time.Advance(ForeignServerWatch.QuietWindow);
        dispatcher.Tick();

        Assert.Equal(64, _counters[DhcpOutcome.Offer]);
    }

    [Fact]
    public void D_16_a_machine_with_a_lease_does_not_wait_when_its_link_was_off_for_a_moment()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        _time.Advance(ForeignServerWatch.QuietWindow);
        Discover(dispatcher, 1);
        Reboot(dispatcher, 1, "192.168.100.100");
        Assert.Equal(1, _counters[DhcpOutcome.Ack]);

        dispatcher.LinkChanged();
        Discover(dispatcher, 1);
        Discover(dispatcher, 2);

        Assert.Equal((2, 1), (_counters[DhcpOutcome.Offer], _counters[DhcpOutcome.Held]));
    }

    [Fact]
    public void D_16_beside_another_server_nobody_is_refused_and_a_renewal_is_left_alone()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        dispatcher.ForeignServer(Office, Ipv4Address.Any);

        Reboot(dispatcher, 1, "10.0.0.1");
        Reboot(dispatcher, 2, "10.0.0.1", Boots);

        Assert.Equal(0, _counters[DhcpOutcome.Nak]);
        Assert.Equal((1, 1), (_counters[DhcpOutcome.NotBooting], _counters[DhcpOutcome.Watched]));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), Assert.Single(_seen).Address);
    }

    [Fact]
    public void D_16_a_server_by_order_beside_another_answers_only_who_has_a_lease()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Server);
        Reboot(dispatcher, 1, "192.168.100.100");
        dispatcher.ForeignServer(Office, Ipv4Address.Any);

        Discover(dispatcher, 2);
        Reboot(dispatcher, 2, "10.0.0.1");
        Reboot(dispatcher, 1, "192.168.100.100");

        Assert.Equal((0, 0, 2), (_counters[DhcpOutcome.Offer], _counters[DhcpOutcome.Nak], _counters[DhcpOutcome.Ack]));
        Assert.Equal(2, _counters[DhcpOutcome.ForeignServer]);
        Assert.Contains(_log.Lines, static line => line.Text.Contains("offering no more addresses", StringComparison.Ordinal));
    }

    [Fact]
    public void D_16_another_network_is_said_with_its_remedy()
    {
        Create(DhcpMode.Auto).ForeignServer(new Ipv4Address(0x0a000001), new Ipv4Address(0x0a000064));

        Assert.Contains(_log.Lines, static line => line.Text.Contains("10.0.0.100, which cannot reach ours, 192.168.100.1", StringComparison.Ordinal));
    }

    [Fact]
    public void P_03_port_4011_is_answered_only_beside_another_server()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Auto);
        byte[] request = Captures.Read("proxy-uefi-pxe-3-request-4011");
        byte[] reply = new byte[1472];

        Assert.Equal(0, dispatcher.HandleForBootServer(request, reply));
        dispatcher.ForeignServer(Office, Ipv4Address.Any);
        Assert.InRange(dispatcher.HandleForBootServer(request, reply), 300, 1472);
        Assert.Equal(0, dispatcher.HandleForBootServer([1, 2, 3], reply));
        Assert.Equal(1, _counters[DhcpOutcome.Malformed]);
    }

    [Fact]
    public async Task D_15_P_07_a_disk_that_stands_still_delays_acknowledgements_and_no_offer()
    {
        using var works = new ManualResetEventSlim();
        using var stands = new ManualResetEventSlim();
        DhcpDispatcher dispatcher = Create(DhcpMode.Server);
        _store!.TryWrite([], () =>
        {
            stands.Set();
            works.Wait(TimeSpan.FromSeconds(20));
        });
        Assert.True(stands.Wait(TimeSpan.FromSeconds(20)));

        Reboot(dispatcher, 1, "192.168.100.100");
        Discover(dispatcher, 2);

        // The socket may not broadcast, which shows what is sent and when: the offer at once, the acknowledgement not yet.
        Assert.Equal((1, 1, 1), (_counters[DhcpOutcome.Ack], _counters[DhcpOutcome.Offer], _counters[DhcpOutcome.SocketFailed]));
        works.Set();
        await Deadline.UntilAsync(() => _counters[DhcpOutcome.SocketFailed] == 2);
    }

    [Fact]
    public void D_15_a_pool_that_runs_low_is_said_once_and_again_when_it_had_recovered()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Server);
        for (int client = 0; client < 89; client++)
        {
            Discover(dispatcher, client, Boots);
        }

        Assert.Equal(0, Said("runs low"));
        Discover(dispatcher, 89, Boots);
        _time.Advance(PoolAlarm.Interval);
        Discover(dispatcher, 90, Boots);
        Discover(dispatcher, 91, Boots);
        Assert.Equal(1, Said("runs low, 9 addresses are left"));

        _time.Advance(LeaseTable.OfferTime);
        Discover(dispatcher, 0, Boots);
        _time.Advance(PoolAlarm.Interval);
        for (int client = 0; client < 91; client++)
        {
            Discover(dispatcher, client, Boots);
        }

        _time.Advance(PoolAlarm.Interval);
        Discover(dispatcher, 91, Boots);
        Assert.Equal(2, Said("runs low"));
    }

    [Fact]
    public void D_12_a_machine_that_declines_a_third_address_raises_an_alarm()
    {
        DhcpDispatcher dispatcher = Create(DhcpMode.Server);
        for (int address = 100; address < 102; address++)
        {
            Reboot(dispatcher, 1, $"192.168.100.{address}");
            Decline(dispatcher, 1, $"192.168.100.{address}");
        }

        Assert.Equal((2, 0), (Said("a machine with a fixed address in our pool"), Said("declines address after address")));
        Reboot(dispatcher, 1, "192.168.100.102");
        Decline(dispatcher, 1, "192.168.100.102");
        Assert.Equal((2, 1), (Said("a machine with a fixed address in our pool"), Said("declines address after address")));
    }

    private int Said(string words) => _log.Lines.Count(line => line.Text.Contains(words, StringComparison.Ordinal));

    private DhcpDispatcher Create(DhcpMode mode)
    {
        var options = new ApplianceOptions { Dhcp = new DhcpOptions { Mode = mode } };
        var subnet = DhcpSubnet.From(options);
        var scopes = new DhcpScopes(options);
        var policy = new BootPolicy(options, Bench.IsPublished, _time);
        EthernetInterface link = EthernetInterface.Find("lo")!;
        _store = LeaseStore.Open(_folder, _time, _log);
        var parts = new DhcpDispatcher.Parts(
            scopes,
            _store,
            new LeaseJournal(scopes, _store, new DhcpSender(_socket, null, link, subnet, options.Dhcp), _counters),
            new DhcpResponder(options, scopes, policy),
            new ProxyResponder(options, subnet, policy),
            new DhcpSender(_socket, null, link, subnet, options.Dhcp),
            new ForeignServerWatch(mode, force: false, _store.Now),
            Conflicts: null,
            Probe: null);
        return new DhcpDispatcher(parts, _counters, new DhcpTransactionLog(_log, "lo", subnet, mode, policy, _seen.Add));
    }

    private static void Discover(DhcpDispatcher dispatcher, int client, params (DhcpOptionCode, byte[])[] options) =>
        dispatcher.Handle((DhcpRequest.Of(DhcpMessageType.Discover, options) with { Chaddr = DhcpRequest.Mac(client), Broadcast = true }).ToBytes());

    private static void Reboot(DhcpDispatcher dispatcher, int client, string address, params (DhcpOptionCode, byte[])[] options) => dispatcher.Handle(
        (DhcpRequest.Of(DhcpMessageType.Request, [(DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address)), .. options])
            with
        { Chaddr = DhcpRequest.Mac(client), Broadcast = true }).ToBytes());

    private static void Decline(DhcpDispatcher dispatcher, int client, string address) => dispatcher.Handle(
        (DhcpRequest.Of(DhcpMessageType.Decline, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address)))
            with
        { Chaddr = DhcpRequest.Mac(client) }).ToBytes());
}
