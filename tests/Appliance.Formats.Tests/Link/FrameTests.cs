using Appliance.Formats.Link;

namespace Appliance.Formats.Tests.Link;

public sealed class FrameTests
{
    private static readonly MacAddress OurMac = MacAddress.Read([0x02, 0, 0, 0, 0, 1]);
    private static readonly MacAddress TheirMac = MacAddress.Read([0x52, 0x54, 0, 0x12, 0x34, 0x56]);

    /// <summary>A solicitation that a Linux kernel sent, from its link-local address, with its link-layer address.</summary>
    private static readonly byte[] Solicitation = Convert.FromHexString(
        "333300000002525400123456" + "86dd" + "6000000000103aff" + "fe80000000000000505400fffe123456"
        + "ff020000000000000000000000000002" + "8500" + "71b5" + "00000000" + "0101525400123456");

    [Fact]
    public void A_known_header_has_its_known_checksum()
    {
        // The example of RFC 1071 §3 gives the sum ddf2; the checksum is its complement.
        var checksum = new InternetChecksum();
        checksum.Add([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);

        Assert.Equal(0x220d, checksum.Result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(301)]
    public void A_udp_frame_carries_right_lengths_and_checksums(int payload)
    {
        byte[] frame = new byte[UdpFrame.HeaderLength + payload];
        new Random(payload).NextBytes(frame);

        UdpFrame.WriteHeaders(
            frame, new UdpEnd(OurMac, new Ipv4Address(0xc0a86401), 67), new UdpEnd(TheirMac, new Ipv4Address(0xc0a86464), 68));

        Assert.Equal(TheirMac, MacAddress.Read(frame));
        Assert.Equal(OurMac, MacAddress.Read(frame.AsSpan(6)));
        Assert.Equal(28 + payload, (frame[16] << 8) | frame[17]);
        Assert.Equal(8 + payload, (frame[38] << 8) | frame[39]);
        var ip = new InternetChecksum();
        ip.Add(frame.AsSpan(14, 20));
        Assert.Equal(0, ip.Result);
        var udp = new InternetChecksum();
        udp.Add(frame.AsSpan(26, 8));
        udp.Add((uint)(17 + 8 + payload));
        udp.Add(frame.AsSpan(34));
        Assert.Equal(0, udp.Result);
    }

    [Fact]
    public void An_arp_probe_names_no_sender_address_and_is_read_back()
    {
        byte[] frame = new byte[60];

        Assert.Equal(42, ArpPacket.WriteProbe(frame, OurMac, new Ipv4Address(0xc0a86464)));

        Assert.Equal(
            "ffffffffffff" + "020000000001" + "0806" + "0001" + "0800" + "0604" + "0001" + "020000000001" + "00000000"
            + "000000000000" + "c0a86464",
            Convert.ToHexStringLower(frame.AsSpan(0, 42)));
        Assert.True(ArpPacket.TryParse(frame, out ArpPacket packet));
        Assert.Equal(new ArpPacket(OurMac, Ipv4Address.Any, new Ipv4Address(0xc0a86464)), packet);
    }

    [Fact]
    public void A_truncated_or_foreign_arp_packet_is_refused()
    {
        byte[] frame = new byte[42];
        ArpPacket.WriteProbe(frame, OurMac, Ipv4Address.Any);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(ArpPacket.TryParse(frame.AsSpan(0, length), out _));
        }

        frame[15] = 6;
        Assert.False(ArpPacket.TryParse(frame, out _));
    }

    [Fact]
    public void RFC_5227_section_2_3_an_announcement_names_its_address_as_sender_and_target()
    {
        byte[] frame = new byte[ArpPacket.Length];
        Ipv4Address own = Ipv4Address.Read([169, 254, 7, 9]);

        Assert.Equal(ArpPacket.Length, ArpPacket.WriteAnnouncement(frame, OurMac, own));

        Assert.Equal(
            "ffffffffffff" + "020000000001" + "0806" + "0001080006040001" + "020000000001" + "a9fe0709" + "000000000000" + "a9fe0709",
            Convert.ToHexStringLower(frame));
    }

    [Fact]
    public void A_solicitation_is_answered_with_lifetime_zero_to_the_station_that_asked()
    {
        Assert.True(RouterSolicitation.TryParse(Solicitation, out RouterSolicitation solicitation, out string? reason), reason);
        byte[] linkLocal = Convert.FromHexString("fe800000000000000000000000000001");
        byte[] frame = new byte[RouterAdvertisement.FrameLength];

        Assert.Equal(frame.Length, RouterAdvertisement.Write(frame, solicitation, OurMac, linkLocal));

        Assert.Equal(
            "525400123456" + "020000000001" + "86dd" + "6000000000183aff" + "fe800000000000000000000000000001"
            + "fe80000000000000505400fffe123456" + "8600",
            Convert.ToHexStringLower(frame.AsSpan(0, 56)));
        Assert.Equal("00" + "00" + "0000" + "00000000" + "00000000" + "0101" + "020000000001", Convert.ToHexStringLower(frame.AsSpan(58)));
        var checksum = new InternetChecksum();
        checksum.Add(frame.AsSpan(22));
        checksum.Add(24 + 58);
        Assert.Equal(0, checksum.Result);
    }

    [Fact]
    public void RFC_4861_section_4_6_2_a_wire_with_dhcpv6_is_told_its_prefix_and_whom_to_ask()
    {
        Assert.True(RouterSolicitation.TryParse(Solicitation, out RouterSolicitation solicitation, out string? reason), reason);
        byte[] frame = new byte[RouterAdvertisement.MaximumFrameLength];

        Assert.Equal(frame.Length, RouterAdvertisement.Write(frame, solicitation, OurMac, new byte[16], Convert.FromHexString("fd5a16c077e100010000000000000000")));

        // Managed and other configuration, lifetime 0; on the link, not for addresses of one's own making, for ever.
        Assert.Equal("00" + "c0" + "0000" + "00000000" + "00000000" + "0101" + "020000000001", Convert.ToHexStringLower(frame.AsSpan(58, 20)));
        Assert.Equal(
            "03044080" + "ffffffff" + "ffffffff" + "00000000" + "fd5a16c077e100010000000000000000", Convert.ToHexStringLower(frame.AsSpan(78)));
        Assert.Equal(56, frame[19]);
        var checksum = new InternetChecksum();
        checksum.Add(frame.AsSpan(22));
        checksum.Add(56 + 58);
        Assert.Equal(0, checksum.Result);
    }

    [Fact]
    public void A_station_without_an_address_is_answered_on_all_nodes_but_in_a_frame_of_its_own()
    {
        byte[] asked = Unspecified();
        Assert.True(RouterSolicitation.TryParse(asked, out RouterSolicitation solicitation, out string? reason), reason);
        Assert.True(solicitation.IsSourceUnspecified);
        byte[] frame = new byte[RouterAdvertisement.FrameLength];

        RouterAdvertisement.Write(frame, solicitation, OurMac, new byte[16]);

        Assert.Equal("525400123456", Convert.ToHexStringLower(frame.AsSpan(0, 6)));
        Assert.Equal("ff020000000000000000000000000001", Convert.ToHexStringLower(frame.AsSpan(38, 16)));
    }

    [Fact]
    public void Every_truncation_of_a_solicitation_is_refused()
    {
        for (int length = 0; length < Solicitation.Length; length++)
        {
            Assert.False(RouterSolicitation.TryParse(Solicitation.AsSpan(0, length), out _, out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Fact]
    public void No_single_changed_byte_of_the_packet_makes_another_valid_solicitation_but_of_a_station()
    {
        // Version, traffic class, flow label and the destination's MAC are not protected by the checksum.
        for (int at = 18; at < Solicitation.Length; at++)
        {
            byte[] changed = (byte[])Solicitation.Clone();
            changed[at] ^= 0x55;

            Assert.False(RouterSolicitation.TryParse(changed, out _, out _), $"byte {at}");
        }
    }

    [Theory]
    [InlineData(21, 64, "hop limit is not 255")]
    [InlineData(20, 17, "not a router solicitation")]
    [InlineData(55, 1, "code is not 0")]
    [InlineData(56, 0, "wrong checksum")]
    [InlineData(19, 7, "length does not fit the frame")]
    [InlineData(19, 200, "length does not fit the frame")]
    public void RFC_4861_section_6_1_1_each_check_has_its_reason(int at, byte value, string expected)
    {
        byte[] changed = (byte[])Solicitation.Clone();
        changed[at] = value;

        Assert.False(RouterSolicitation.TryParse(changed, out _, out string? reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(14, 0)]
    public void RFC_4861_section_6_1_1_an_option_of_length_zero_or_past_the_end_is_refused(byte type, byte length)
    {
        byte[] changed = (byte[])Solicitation.Clone();
        changed[62] = type;
        changed[63] = length;
        FixChecksum(changed);

        Assert.False(RouterSolicitation.TryParse(changed, out _, out string? reason));
        Assert.Equal("option of length 0 or past the end", reason);
    }

    [Fact]
    public void RFC_4861_section_6_1_1_a_station_without_an_address_must_not_tell_its_link_layer_address()
    {
        byte[] changed = (byte[])Solicitation.Clone();
        changed.AsSpan(22, 16).Clear();
        FixChecksum(changed);

        Assert.False(RouterSolicitation.TryParse(changed, out _, out string? reason));
        Assert.Equal("source link-layer address without a source", reason);
    }

    [Fact]
    public void The_signature_names_bytes_that_every_solicitation_has()
    {
        foreach ((int offset, byte value) in RouterSolicitation.Signature)
        {
            Assert.Equal(value, Solicitation[offset]);
        }
    }

    private static byte[] Unspecified()
    {
        byte[] frame = Solicitation[..^8];
        frame[19] = 8;
        frame.AsSpan(22, 16).Clear();
        FixChecksum(frame);
        return frame;
    }

    private static void FixChecksum(byte[] frame)
    {
        frame.AsSpan(56, 2).Clear();
        var checksum = new InternetChecksum();
        checksum.Add(frame.AsSpan(22));
        checksum.Add((uint)(frame.Length - 54 + 58));
        frame[56] = (byte)(checksum.Result >> 8);
        frame[57] = (byte)checksum.Result;
    }
}
