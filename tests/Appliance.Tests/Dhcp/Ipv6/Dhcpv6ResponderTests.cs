using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Dhcp.Ipv6;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp.Ipv6;

/// <summary>What DHCPv6 clients are told (RFC 8415 §18.3, RFC 5970).</summary>
public sealed class Dhcpv6ResponderTests
{
    private const string Pxe = "PXEClient:Arch:00007:UNDI:003016";

    private static readonly MacAddress Station = MacAddress.Read([2, 0, 0, 0, 0, 1]);
    private static readonly byte[] Server = Dhcpv6Responder.IdentifierOf(Station);
    private static readonly byte[] Other = Dhcpv6Responder.IdentifierOf(MacAddress.Read([2, 0, 0, 0, 0, 2]));

    private static readonly ApplianceOptions Options = new()
    {
        Network = new NetworkOptions { Ipv6Prefix = IPAddress.Parse("fd5a:16c0:77e1:1::") },
    };

    private readonly Dhcpv6Responder _responder = new(
        Options, new BootPolicy(Options, Bench.IsPublished, TimeProvider.System, Options.Network.Ipv6Address), Station);

    [Theory]
    [InlineData(Pxe, 7, "tftp://[fd5a:16c0:77e1:1::1]/snponly.efi")]
    [InlineData("PXEClient:Arch:00011:UNDI:003016", 11, "tftp://[fd5a:16c0:77e1:1::1]/ipxe-arm64.efi")]
    [InlineData("HTTPClient:Arch:00016:UNDI:003001", 16, "http://[fd5a:16c0:77e1:1::1]/snponly.efi")]
    public void RFC_5970_firmware_is_told_the_loader_of_its_architecture_as_a_url(string vendorClass, ushort architecture, string url)
    {
        Answer answer = Send(new(Dhcpv6MessageType.Solicit) { VendorClass = vendorClass, Architectures = [architecture] });

        Assert.Equal(Dhcpv6MessageType.Advertise, answer.Type);
        Assert.Equal(url, answer.Url);
        Assert.Equal(vendorClass.StartsWith("HTTP", StringComparison.Ordinal), answer.IsForHttpBoot);
    }

    [Fact]
    public void IPXE_is_told_the_menu() =>
        Assert.Equal(
            "http://[fd5a:16c0:77e1:1::1]/menu.ipxe",
            Send(new(Dhcpv6MessageType.Solicit) { UserClass = "iPXE", VendorClass = Pxe, Architectures = [7] }).Url);

    [Fact]
    public void An_operating_system_gets_an_address_and_nothing_to_load()
    {
        Answer answer = Send(new(Dhcpv6MessageType.Solicit));

        Assert.Single(answer.Addresses);
        Assert.Null(answer.Url);
    }

    [Fact]
    public void A_client_gets_the_same_address_of_the_prefix_in_each_exchange_and_another_for_each_interface()
    {
        string solicited = Assert.Single(Send(new(Dhcpv6MessageType.Solicit)).Addresses);
        Answer granted = Send(new(Dhcpv6MessageType.Request) { ServerIdentifier = Server, Associations = [(1, []), (2, [])] });

        Assert.Equal(Dhcpv6MessageType.Reply, granted.Type);
        Assert.Equal(2, granted.Addresses.Distinct().Count());
        Assert.Equal(solicited, granted.Addresses[0]);
        Assert.StartsWith("fd5a:16c0:77e1:1:", solicited, StringComparison.Ordinal);
        Assert.NotEqual(
            solicited, Assert.Single(Send(new(Dhcpv6MessageType.Solicit) { ClientIdentifier = [0, 3, 0, 1, 2, 0, 0, 0, 0, 9] }).Addresses));
    }

    [Theory]
    [InlineData(Dhcpv6MessageType.Renew)]
    [InlineData(Dhcpv6MessageType.Rebind)]
    public void RFC_8415_section_18_3_4_an_address_that_is_not_the_clients_ends(Dhcpv6MessageType type)
    {
        Answer answer = Send(new(type)
        {
            ServerIdentifier = type == Dhcpv6MessageType.Renew ? Server : null,
            Associations = [(1, ["2001:db8::5"])],
        });

        Assert.Equal(2, answer.Addresses.Count);
        Assert.Equal((uint)Options.Dhcp.LeaseTime.TotalSeconds, answer.Lifetimes[0]);
        Assert.Equal("2001:db8::5", answer.Addresses[1]);
        Assert.Equal(0u, answer.Lifetimes[1]);
    }

    [Theory]
    [InlineData("fd5a:16c0:77e1:1::77", Dhcpv6Status.Success)]
    [InlineData("fd5a:16c0:77e1:2::77", Dhcpv6Status.NotOnLink)]
    public void RFC_8415_section_18_3_3_a_client_that_was_moved_is_told_whether_its_address_fits(string address, Dhcpv6Status expected) =>
        Assert.Equal(expected, Send(new(Dhcpv6MessageType.Confirm) { Associations = [(1, [address])] }).Status);

    [Theory]
    [InlineData(Dhcpv6MessageType.Release)]
    [InlineData(Dhcpv6MessageType.Decline)]
    public void RFC_8415_section_18_3_7_what_a_client_gives_back_is_taken(Dhcpv6MessageType type) =>
        Assert.Equal(Dhcpv6Status.Success, Send(new(type) { ServerIdentifier = Server }).Status);

    [Fact]
    public void Who_asks_for_information_alone_is_told_what_to_load_and_given_no_address()
    {
        Answer answer = Send(new(Dhcpv6MessageType.InformationRequest) { ClientIdentifier = null, Associations = [], VendorClass = Pxe, Architectures = [7] });

        Assert.Equal(Dhcpv6MessageType.Reply, answer.Type);
        Assert.Empty(answer.Addresses);
        Assert.Equal("tftp://[fd5a:16c0:77e1:1::1]/snponly.efi", answer.Url);
    }

    public static TheoryData<string, byte[]> NotForUs => new()
    {
        { "solicit to a server", new Dhcpv6Request(Dhcpv6MessageType.Solicit) { ServerIdentifier = Server }.ToBytes() },
        { "solicit of nobody", new Dhcpv6Request(Dhcpv6MessageType.Solicit) { ClientIdentifier = null }.ToBytes() },
        { "solicit for nothing", new Dhcpv6Request(Dhcpv6MessageType.Solicit) { Associations = [] }.ToBytes() },
        { "request to another", new Dhcpv6Request(Dhcpv6MessageType.Request) { ServerIdentifier = Other }.ToBytes() },
        { "request to all", new Dhcpv6Request(Dhcpv6MessageType.Request).ToBytes() },
        { "renew to another", new Dhcpv6Request(Dhcpv6MessageType.Renew) { ServerIdentifier = Other }.ToBytes() },
        { "rebind to a server", new Dhcpv6Request(Dhcpv6MessageType.Rebind) { ServerIdentifier = Server }.ToBytes() },
        { "confirm without an address", new Dhcpv6Request(Dhcpv6MessageType.Confirm).ToBytes() },
        { "release to all", new Dhcpv6Request(Dhcpv6MessageType.Release).ToBytes() },
        { "information with an association", new Dhcpv6Request(Dhcpv6MessageType.InformationRequest).ToBytes() },
        { "a server's reply", new Dhcpv6Request(Dhcpv6MessageType.Reply) { ServerIdentifier = Server }.ToBytes() },
    };

    [Theory]
    [MemberData(nameof(NotForUs))]
    public void RFC_8415_section_16_what_is_not_for_this_server_gets_no_answer(string what, byte[] message)
    {
        Assert.True(Dhcpv6Message.TryParse(message, out Dhcpv6Message parsed, out _), what);
        Assert.Equal(0, _responder.Respond(parsed, NetbootClient.From(parsed, MacAddress.None), new byte[1232]).Length);
    }

    [Fact]
    public void A_chained_iPXE_is_given_the_loader_once_and_then_the_menu()
    {
        ApplianceOptions chain = Options with { Loaders = Options.Loaders with { ChainIpxe = true } };
        var policy = new BootPolicy(chain, Bench.IsPublished, TimeProvider.System, chain.Network.Ipv6Address);
        var responder = new Dhcpv6Responder(chain, policy, Station);
        var ipxe = new Dhcpv6Request(Dhcpv6MessageType.Request) { ServerIdentifier = Server, UserClass = "iPXE", VendorClass = Pxe, Architectures = [7] };

        Assert.Equal("tftp://[fd5a:16c0:77e1:1::1]/snponly.efi", Send(responder, ipxe).Url);
        Assert.Equal("http://[fd5a:16c0:77e1:1::1]/menu.ipxe", Send(responder, ipxe).Url);
    }

    [Theory]
    [InlineData("fe80::5054:ff:fe12:3456", "52:54:00:12:34:56")]
    [InlineData("fe80::5054:ff:ff12:3456", "00:00:00:00:00:00")]
    [InlineData("fd00::5054:ff:fe12:3456", "00:00:00:00:00:00")]
    public void A_station_is_known_by_a_link_local_address_that_is_made_of_its_hardware_address(string address, string expected) =>
        Assert.Equal(expected, Ipv6Addresses.StationOf(IPAddress.Parse(address)).ToString());

    private Answer Send(Dhcpv6Request request) => Send(_responder, request);

    private static Answer Send(Dhcpv6Responder responder, Dhcpv6Request request)
    {
        byte[] buffer = new byte[1232];
        Assert.True(Dhcpv6Message.TryParse(request.ToBytes(), out Dhcpv6Message message, out string? reason), reason);
        Dhcpv6Reply reply = responder.Respond(message, NetbootClient.From(message, MacAddress.None), buffer);
        Assert.True(Dhcpv6Message.TryParse(buffer.AsSpan(0, reply.Length), out Dhcpv6Message answer, out reason), reason);
        Assert.Equal(message.TransactionId, answer.TransactionId);
        Assert.Equal(Server, answer.ServerIdentifier);
        Assert.Equal(message.ClientIdentifier, answer.ClientIdentifier);
        return new Answer(answer);
    }

    /// <summary>What an answer says.</summary>
    private sealed class Answer
    {
        public Answer(in Dhcpv6Message message)
        {
            Type = message.Type;
            Url = message.TryGetOption(Dhcpv6OptionCode.BootFileUrl, out ReadOnlySpan<byte> url) ? Encoding.ASCII.GetString(url) : null;
            IsForHttpBoot = message.TryGetOption(Dhcpv6OptionCode.VendorClass, out ReadOnlySpan<byte> vendorClass)
                && vendorClass.SequenceEqual("\0\0\u0001\u0057\0\u000aHTTPClient"u8);
            Status = message.TryGetOption(Dhcpv6OptionCode.StatusCode, out ReadOnlySpan<byte> status) ? (Dhcpv6Status)status[1] : null;
            Dhcpv6OptionReader options = message.Options;
            while (options.TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value))
            {
                if (code == Dhcpv6OptionCode.IdentityAssociation)
                {
                    AddAddresses(new Dhcpv6OptionReader(value[IdentityAssociation.HeaderLength..]));
                }
            }
        }

        public Dhcpv6MessageType Type { get; }

        public string? Url { get; }

        public bool IsForHttpBoot { get; }

        public Dhcpv6Status? Status { get; }

        public List<string> Addresses { get; } = [];

        public List<uint> Lifetimes { get; } = [];

        private void AddAddresses(Dhcpv6OptionReader options)
        {
            while (options.TryRead(out _, out ReadOnlySpan<byte> value))
            {
                Addresses.Add(new IPAddress(value[..16]).ToString());
                Lifetimes.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(value[20..]));
            }
        }
    }
}
