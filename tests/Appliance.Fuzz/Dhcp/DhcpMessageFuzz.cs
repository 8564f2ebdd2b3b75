using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Pxe;
using Appliance.Tests.Shared;

namespace Appliance.Fuzz.Dhcp;

/// <summary>Damaged datagrams of real firmware (V-01).</summary>
public sealed class DhcpMessageFuzz
{
    private const int Cases = 5_000;

    [Fact]
    public void Damaged_datagrams_end_in_a_message_or_a_reason()
    {
        var mutator = new ByteMutator([.. Captures.AllNames.Select(Captures.Read)]);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] datagram = mutator.Mutate(seed);
            bool parsed = DhcpMessage.TryParse(datagram, out DhcpMessage message, out string? reason);
            Assert.Equal(parsed, reason is null);
            if (parsed)
            {
                AssertInside(message, datagram.Length);
                NetbootClient client = NetbootClient.From(message);
                Assert.NotNull(client.ToString());
            }
        });
    }

    [Fact]
    public void Damaged_options_of_iPXE_end_in_features_or_in_none()
    {
        var mutator = new ByteMutator(
            [0xb1, 5, 1, 0x1a, 0xf4, 0x10, 0, 0x13, 1, 1, 0x17, 1, 1, 0xeb, 3, 1, 21, 1], [.. IpxeOptions.NoProxyDhcp]);
        FuzzCases.Run(Cases, seed =>
        {
            if (IpxeOptions.TryParse(mutator.Mutate(seed), out IpxeOptions options))
            {
                _ = options.HasHttp;
                Assert.InRange(options.Version?.Major ?? 0, 0, byte.MaxValue);
            }
        });
    }

    private static void AssertInside(DhcpMessage message, int length)
    {
        Assert.InRange(message.Chaddr.Length, 0, 16);
        Assert.InRange(message.File.Length, 0, 128);
        Assert.True(message.File.IndexOf((byte)0) < 0);
        for (int code = 1; code < 255; code++)
        {
            if (message.TryGetOption((DhcpOptionCode)code, out ReadOnlySpan<byte> value))
            {
                Assert.InRange(value.Length, 0, length - 240 + 64 + 128);
            }
        }
    }
}
