using Appliance.Formats.Link;

namespace Appliance.Formats.Tests.Link;

/// <summary>Datagrams read out of frames. How they are written: <see cref="FrameTests"/>.</summary>
public sealed class UdpFrameTests
{
    private static readonly UdpEnd From = new(MacAddress.Read([0x52, 0x54, 0, 0x12, 0x34, 0x56]), new Ipv4Address(0xc0a86402), 67);
    private static readonly UdpEnd To = new(MacAddress.Broadcast, Ipv4Address.Broadcast, 68);

    [Fact]
    public void What_was_written_is_read_back_without_the_padding_of_the_wire()
    {
        byte[] frame = [.. Frame("offer"u8), .. new byte[18]];

        Assert.True(UdpFrame.TryParse(frame, out UdpEnd from, out ReadOnlySpan<byte> payload));
        Assert.Equal(From, from);
        Assert.Equal("offer"u8.ToArray(), payload.ToArray());
    }

    [Fact]
    public void No_prefix_of_a_frame_is_taken_for_it()
    {
        byte[] frame = Frame("offer"u8);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(UdpFrame.TryParse(frame.AsSpan(0, length), out _, out _));
        }
    }

    [Theory]
    [InlineData(12, 0x86)] // EtherType
    [InlineData(14, 0x46)] // an IP option
    [InlineData(14, 0x65)] // version 6
    [InlineData(20, 0x20)] // more fragments
    [InlineData(21, 0x01)] // a later fragment
    [InlineData(23, 6)]    // TCP
    [InlineData(39, 7)]    // shorter than its header
    [InlineData(39, 14)]   // longer than the frame
    public void What_is_no_whole_datagram_is_refused(int offset, byte value)
    {
        byte[] frame = Frame("offer"u8);
        frame[offset] = value;

        Assert.False(UdpFrame.TryParse(frame, out _, out _));
    }

    [Fact]
    public void The_signature_names_bytes_that_every_datagram_between_the_ports_has()
    {
        byte[] frame = Frame([]);

        Assert.All(UdpFrame.Signature(67, 68), expected => Assert.Equal(expected.Value, frame[expected.Offset]));
        Assert.Contains(UdpFrame.Signature(68, 67), expected => expected.Value != frame[expected.Offset]);
    }

    private static byte[] Frame(ReadOnlySpan<byte> payload)
    {
        byte[] frame = [.. new byte[UdpFrame.HeaderLength], .. payload];
        UdpFrame.WriteHeaders(frame, From, To);
        return frame;
    }
}
