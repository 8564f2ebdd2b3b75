using Appliance.Boot;
using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Options;
using Appliance.Tests.Shared;

namespace Appliance.Fuzz.Dhcp;

/// <summary>The answers to damaged datagrams: with all that a server keeps, beside another server, and on port 4011 (V-01).</summary>
public sealed class DhcpResponderFuzz
{
    private const int Cases = 5_000;
    private const int MaximumReply = 1472;

    /// <summary>Options with a structure of their own, and lengths that meet its limits: overload, relay agent, long names.</summary>
    private static readonly DhcpRequest[] Odd =
    [
        new()
        {
            Giaddr = "192.168.100.200",
            File = [67, 100, .. new byte[100], 255],
            Sname = [12, 60, .. new byte[60], 255],
            Options = [53, 1, 1, 52, 1, 3, 82, 12, 1, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8, 57, 2, 0xff, 0xff, 255],
        },
        new() { Ciaddr = "192.168.100.120", Options = [53, 1, 3, 61, 255, .. new byte[255], 61, 255, .. new byte[255], 255] },
        new() { Options = [53, 1, 4, 50, 4, 192, 168, 100, 100, 54, 4, 192, 168, 100, 1, 255] },
        new() { Ciaddr = "192.168.100.100", Options = [53, 1, 7, 61, 7, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 255] },
        new() { Ciaddr = "192.168.100.77", Options = [53, 1, 8, 55, 255, .. Enumerable.Range(0, 255).Select(static code => (byte)code), 255] },
    ];

    [Fact]
    public void Damaged_datagrams_are_answered_with_whole_messages_or_not_at_all()
    {
        var options = new ApplianceOptions();
        var scopes = new DhcpScopes(options);
        var policy = new BootPolicy(options, static _ => true, TimeProvider.System);
        var responder = new DhcpResponder(options, scopes, policy);
        var proxy = new ProxyResponder(options, DhcpSubnet.From(options), policy);
        byte[] reply = new byte[MaximumReply];
        var mutator = new ByteMutator([.. Captures.AllNames.Select(Captures.Read), .. Odd.Select(static request => request.ToBytes())]);
        FuzzCases.Run(Cases, seed =>
        {
            if (DhcpMessage.TryParse(mutator.Mutate(seed), out DhcpMessage message, out _))
            {
                NetbootClient client = NetbootClient.From(message);
                AssertIsMessage(responder.Respond(message, client, TimeSpan.FromMilliseconds(seed), reply), reply);
                AssertIsMessage(proxy.Respond(message, client, reply), reply);
                AssertIsMessage(proxy.RespondAsBootServer(message, client, reply), reply);
                Assert.InRange(AddressLease.From(message)?.PrefixLength ?? 8, 8, 30);
            }
        });
    }

    private static void AssertIsMessage(DhcpReply answer, byte[] reply)
    {
        Assert.InRange(answer.Length, 0, MaximumReply);
        if (answer.Length > 0)
        {
            Assert.True(DhcpMessage.TryParse(reply.AsSpan(0, answer.Length), out DhcpMessage message, out string? reason), reason);
            Assert.False(message.IsRequest);
        }
    }
}
