using System.Buffers.Binary;
using Appliance.Capture;

namespace Appliance.Tests.Capture;

public sealed class FrameRingTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(1_700_000_000) + TimeSpan.FromMicroseconds(123_456);

    [Fact]
    public void Frames_are_written_as_pcap_has_them()
    {
        var ring = new FrameRing();
        ring.Add([1, 2, 3], At);

        // magic, version 2.4, zone, accuracy, snap length 640, Ethernet; seconds, microseconds, captured, length, frame
        Assert.Equal(
            "d4c3b2a1" + "02000400" + "00000000" + "00000000" + "80020000" + "01000000" + "00f15365" + "40e20100" + "03000000" + "03000000" + "010203",
            Convert.ToHexStringLower(ring.ToPcap()));
    }

    [Theory]
    [InlineData(640, 640)]
    [InlineData(641, 640)]
    [InlineData(60_000, 640)]
    public void A_long_frame_is_cut_and_its_length_kept(int length, int captured)
    {
        var ring = new FrameRing();
        ring.Add(new byte[length], At);

        byte[] pcap = ring.ToPcap();
        Assert.Equal(24 + 16 + captured, pcap.Length);
        Assert.Equal((captured, length), (BinaryPrimitives.ReadInt32LittleEndian(pcap.AsSpan(32)), BinaryPrimitives.ReadInt32LittleEndian(pcap.AsSpan(36))));
    }

    [Fact]
    public void A_full_ring_lets_the_oldest_go()
    {
        var ring = new FrameRing(capacity: 3 * (16 + 640));
        for (byte number = 1; number <= 5; number++)
        {
            byte[] frame = new byte[640];
            frame[0] = number;
            ring.Add(frame, At);
        }

        Assert.Equal((3, 2L), (ring.Count, ring.Dropped));
        Assert.Equal(3, ring.ToPcap()[24 + 16]);
        Assert.Equal(24 + (3 * (16 + 640)), ring.ToPcap().Length);
    }

    [Fact]
    public void A_ring_without_room_for_one_frame_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new FrameRing(capacity: 655));
}
