using System.Net;
using Appliance.Boot;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>A responder with its table, policy and clock, and the messages that clients send it.</summary>
internal sealed class Bench
{
    public const string Server = "192.168.100.1";

    private readonly long _started;
    private readonly DhcpResponder _responder;
    private readonly ProxyResponder _proxy;

    public Bench(ApplianceOptions? options = null)
    {
        Options = options ?? new ApplianceOptions();
        Time = new ManualTime();
        _started = Time.GetTimestamp();
        var subnet = DhcpSubnet.From(Options);
        Scopes = new DhcpScopes(Options);
        Policy = new BootPolicy(Options, IsPublished, Time);
        _responder = new DhcpResponder(Options, Scopes, Policy);
        _proxy = new ProxyResponder(Options, subnet, Policy);
    }

    public ApplianceOptions Options { get; }

    public ManualTime Time { get; }

    public TimeSpan Now => Time.GetElapsedTime(_started);

    public DhcpScopes Scopes { get; }

    public LeaseTable Leases => Scopes.Home.Leases;

    public BootPolicy Policy { get; }

    /// <summary>The loaders that are there: no shim, so that each answer is told by its architecture alone.</summary>
    public static bool IsPublished(string loader) => loader is "undionly.kpxe" or "snponly.efi" or "ipxe-arm64.efi";

    public static Bench WithPool(string first, string last) =>
        new(new ApplianceOptions { Dhcp = new DhcpOptions { PoolStart = IPAddress.Parse(first), PoolEnd = IPAddress.Parse(last) } });

    public Answer Send(DhcpRequest request) => Send(request.ToBytes());

    public Answer Send(byte[] datagram)
    {
        byte[] buffer = new byte[1472];
        Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason), reason);
        DhcpReply reply = _responder.Respond(message, NetbootClient.From(message), Now, buffer);
        return new Answer(reply, buffer[..reply.Length]);
    }

    public Answer SendToProxy(DhcpRequest request) => SendToProxy(request.ToBytes());

    public Answer SendToProxy(byte[] datagram)
    {
        byte[] buffer = new byte[1472];
        Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason), reason);
        DhcpReply reply = _proxy.Respond(message, NetbootClient.From(message), buffer);
        return new Answer(reply, buffer[..reply.Length]);
    }

    public Answer SendToBootServer(byte[] datagram)
    {
        byte[] buffer = new byte[1472];
        Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason), reason);
        DhcpReply reply = _proxy.RespondAsBootServer(message, NetbootClient.From(message), buffer);
        return new Answer(reply, buffer[..reply.Length]);
    }

    public Answer Discover(byte[] mac, params (DhcpOptionCode, byte[])[] options) =>
        Send(DhcpRequest.Of(DhcpMessageType.Discover, options) with { Chaddr = mac });

    /// <summary>REQUEST in SELECTING.</summary>
    public Answer Select(byte[] mac, string address, params (DhcpOptionCode, byte[])[] options) => Send(
        DhcpRequest.Of(
            DhcpMessageType.Request,
            [
                (DhcpOptionCode.ServerIdentifier, DhcpRequest.Address(Server)),
                (DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address)),
                .. options,
            ]) with
        { Chaddr = mac });

    /// <summary>REQUEST in INIT-REBOOT.</summary>
    public Answer Reboot(byte[] mac, string address, params (DhcpOptionCode, byte[])[] options) => Send(
        DhcpRequest.Of(DhcpMessageType.Request, [(DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address)), .. options])
            with
        { Chaddr = mac });

    /// <summary>REQUEST in RENEWING or REBINDING, which look the same in the message.</summary>
    public Answer Renew(byte[] mac, string address) =>
        Send(DhcpRequest.Of(DhcpMessageType.Request) with { Chaddr = mac, Ciaddr = address });

    public Answer Release(byte[] mac, string address) =>
        Send(DhcpRequest.Of(DhcpMessageType.Release) with { Chaddr = mac, Ciaddr = address });

    public Answer Decline(byte[] mac, string address) => Send(
        DhcpRequest.Of(DhcpMessageType.Decline, (DhcpOptionCode.RequestedAddress, DhcpRequest.Address(address)))
            with
        { Chaddr = mac });

    /// <summary>DISCOVER and REQUEST; the address that the client then has.</summary>
    public string Obtain(byte[] mac, params (DhcpOptionCode, byte[])[] options)
    {
        string address = Discover(mac, options).Address;
        Assert.Equal(DhcpOutcome.Ack, Select(mac, address, options).Outcome);
        return address;
    }
}

/// <summary>What came back, in the form in which tests ask.</summary>
internal sealed class Answer(DhcpReply reply, byte[] datagram)
{
    public DhcpReply Reply => reply;

    public DhcpOutcome Outcome => reply.Outcome;

    public DhcpRoute Route => reply.Route;

    public string To => reply.To.ToString();

    public string Address => Message.Yiaddr.ToString();

    public DhcpMessage Message
    {
        get
        {
            Assert.True(DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason), reason);
            return message;
        }
    }

    public string File => System.Text.Encoding.ASCII.GetString(Message.File);

    public byte[]? Option(DhcpOptionCode code) => Message.TryGetOption(code, out ReadOnlySpan<byte> value) ? value.ToArray() : null;

    public uint Seconds(DhcpOptionCode code) => Ipv4Address.Read(Option(code)!).Value;

    public List<DhcpOptionCode> Codes
    {
        get
        {
            List<DhcpOptionCode> codes = [];
            var reader = new DhcpOptionReader(datagram.AsSpan(240));
            while (reader.TryRead(out DhcpOptionCode code, out _))
            {
                codes.Add(code);
            }

            return codes;
        }
    }
}
