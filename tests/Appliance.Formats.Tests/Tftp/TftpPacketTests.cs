using System.Text;
using Appliance.Formats.Tftp;

namespace Appliance.Formats.Tests.Tftp;

public class TftpPacketTests
{
    [Fact]
    public void Option_ack_equals_what_dnsmasq_sent_to_ipxe()
    {
        byte[] captured = Encoding.Latin1.GetBytes("\0\u0006blksize\01432\0tsize\0108847\0");
        byte[] written = new byte[TftpPacket.MaxOptionAckLength];

        int length = TftpPacket.WriteOptionAck(written, 1432, null, 108847, null);

        Assert.Equal(captured, written[..length]);
    }

    [Fact]
    public void Option_ack_with_the_largest_numbers_fits_its_room()
    {
        byte[] written = new byte[TftpPacket.MaxOptionAckLength];
        int length = TftpPacket.WriteOptionAck(written, int.MaxValue, int.MaxValue, long.MaxValue, int.MaxValue);
        Assert.True(length <= TftpPacket.MaxOptionAckLength);
        Assert.Equal(0, written[length - 1]);
    }

    [Fact]
    public void Error_of_ovmf_is_read()
    {
        byte[] captured = Encoding.Latin1.GetBytes("\0\u0005\0\u0008User aborted the transfer\0");

        Assert.True(TftpPacket.TryParseError(captured, out TftpErrorCode code, out ReadOnlySpan<byte> text));

        Assert.Equal(TftpErrorCode.OptionNegotiation, code);
        Assert.Equal("User aborted the transfer", Encoding.ASCII.GetString(text));
    }

    [Fact]
    public void Error_is_read_back_as_written()
    {
        byte[] packet = new byte[200];
        int length = TftpPacket.WriteError(packet, TftpErrorCode.FileNotFound, "File not found");

        Assert.True(TftpPacket.TryParseError(packet.AsSpan(0, length), out TftpErrorCode code, out ReadOnlySpan<byte> text));

        Assert.Equal(TftpErrorCode.FileNotFound, code);
        Assert.Equal("File not found", Encoding.ASCII.GetString(text));
    }

    [Fact]
    public void Error_text_is_cut_and_cleaned()
    {
        byte[] packet = new byte[TftpPacket.HeaderLength + TftpPacket.MaxErrorText + 1];
        int length = TftpPacket.WriteError(packet, TftpErrorCode.NotDefined, "é\n" + new string('x', 500));
        Assert.Equal(packet.Length, length);
        Assert.Equal((byte)'?', packet[4]);
        Assert.Equal((byte)'?', packet[5]);
        Assert.Equal(0, packet[length - 1]);
    }

    [Fact]
    public void Ack_is_read_and_its_padding_ignored()
    {
        Assert.True(TftpPacket.TryParseAck([0, 4, 0x12, 0x34], out ushort block));
        Assert.Equal(0x1234, block);
        Assert.True(TftpPacket.TryParseAck([0, 4, 0x12, 0x34, 0, 0, 0], out _));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 4 })]
    [InlineData(new byte[] { 0, 4, 1 })]
    [InlineData(new byte[] { 0, 3, 0, 1 })]
    [InlineData(new byte[] { 4, 0, 0, 1 })]
    public void What_is_no_ack_is_refused(byte[] packet) => Assert.False(TftpPacket.TryParseAck(packet, out _));

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 5 })]
    [InlineData(new byte[] { 0, 5, 0 })]
    [InlineData(new byte[] { 0, 4, 0, 1 })]
    public void What_is_no_error_is_refused(byte[] packet) => Assert.False(TftpPacket.TryParseError(packet, out _, out _));

    [Fact]
    public void Data_header_carries_the_block_number()
    {
        byte[] packet = new byte[4];
        Assert.Equal(4, TftpPacket.WriteDataHeader(packet, 0xfffe));
        Assert.Equal([0, 3, 0xff, 0xfe], packet);
    }
}
