using Appliance.Formats.Link;

namespace Appliance.Fuzz.Link;

public sealed class FrameFuzz
{
    private const int Cases = 50_000;

    [Fact]
    public void Damaged_frames_are_ARP_or_are_not()
    {
        byte[] probe = new byte[ArpPacket.Length];
        ArpPacket.WriteProbe(probe, MacAddress.Read([2, 0, 0, 0, 0, 1]), Ipv4Address.Read([192, 168, 100, 23]));
        var mutator = new ByteMutator(probe);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] frame = mutator.Mutate(seed);
            Assert.True(!ArpPacket.TryParse(frame, out _) || frame.Length >= ArpPacket.Length);
        });
    }

    [Fact]
    public void Damaged_frames_are_a_router_solicitation_or_have_a_reason()
    {
        // Ethernet, IPv6 with hop limit 255, ICMPv6 133, the sender's link-layer address.
        var mutator = new ByteMutator(Convert.FromHexString(
            "333300000002" + "525400123456" + "86dd" + "60000000" + "0010" + "3a" + "ff" + "fe80000000000000505400fffe123456"
            + "ff020000000000000000000000000002" + "8500" + "7a3c" + "00000000" + "0101525400123456"));
        FuzzCases.Run(Cases, seed =>
        {
            bool parsed = RouterSolicitation.TryParse(mutator.Mutate(seed), out RouterSolicitation solicitation, out string? reason);
            Assert.Equal(parsed, reason is null);
            Assert.Equal(parsed ? 16 : 0, solicitation.Source.Length);
        });
    }
}
