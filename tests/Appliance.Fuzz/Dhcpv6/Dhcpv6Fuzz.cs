using System.Net;
using Appliance.Boot;
using Appliance.Dhcp.Ipv6;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Fuzz.Dhcpv6;

/// <summary>Damaged messages over IPv6 and the answers to them (V-01).</summary>
public sealed class Dhcpv6Fuzz
{
    private const int Cases = 20_000;
    private const int MaximumReply = 1232;

    private static readonly MacAddress Station = MacAddress.Read([2, 0, 0, 0, 0, 1]);

    private static readonly byte[] Server = Dhcpv6Responder.IdentifierOf(Station);

    private static readonly Dhcpv6Request[] Requests =
    [
        new(Dhcpv6MessageType.Solicit) { VendorClass = "PXEClient:Arch:00007:UNDI:003016", Architectures = [7] },
        new(Dhcpv6MessageType.Request) { VendorClass = "HTTPClient:Arch:00016:UNDI:003001", Architectures = [16], ServerIdentifier = Server },
        new(Dhcpv6MessageType.Renew) { ServerIdentifier = Server, Associations = [(1, ["fd00::1", "fd00::2"]), (2, ["fd00::3"])] },
        new(Dhcpv6MessageType.Confirm) { Associations = [(1, ["fd00::1"])] },
        new(Dhcpv6MessageType.Rebind) { UserClass = "iPXE" },
        new(Dhcpv6MessageType.Release) { ServerIdentifier = Server },
        new(Dhcpv6MessageType.InformationRequest) { Associations = [], UserClass = "iPXE" },
    ];

    [Fact]
    public void Damaged_messages_are_answered_with_whole_ones_or_not_at_all()
    {
        var options = new ApplianceOptions { Network = new NetworkOptions { Ipv6Prefix = IPAddress.Parse("fd00::") } };
        var policy = new BootPolicy(options, static _ => true, TimeProvider.System, options.Network.Ipv6Address);
        var responder = new Dhcpv6Responder(options, policy, Station);
        byte[] reply = new byte[MaximumReply];
        var mutator = new ByteMutator([.. Requests.Select(static request => request.ToBytes())]);
        FuzzCases.Run(Cases, seed =>
        {
            bool parsed = Dhcpv6Message.TryParse(mutator.Mutate(seed), out Dhcpv6Message message, out string? reason);
            Assert.Equal(parsed, reason is null);
            if (parsed)
            {
                NetbootClient client = NetbootClient.From(message, MacAddress.None);
                AssertIsAnswer(message, reply.AsSpan(0, responder.Respond(message, client, reply).Length));
            }
        });
    }

    private static void AssertIsAnswer(in Dhcpv6Message message, ReadOnlySpan<byte> reply)
    {
        if (!reply.IsEmpty)
        {
            Assert.True(Dhcpv6Message.TryParse(reply, out Dhcpv6Message answer, out string? reason), reason);
            Assert.Equal(message.TransactionId, answer.TransactionId);
            Assert.Equal(Server, answer.ServerIdentifier);
            Assert.True(answer.Type is Dhcpv6MessageType.Advertise or Dhcpv6MessageType.Reply);
        }
    }
}
