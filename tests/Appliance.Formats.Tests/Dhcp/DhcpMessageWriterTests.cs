using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Tests.Shared;

namespace Appliance.Formats.Tests.Dhcp;

/// <summary>Conformance D-01, D-03, D-04, D-06.</summary>
public sealed class DhcpMessageWriterTests
{
    [Fact]
    public void D_06_the_header_repeats_what_the_client_must_recognise_and_nothing_else()
    {
        byte[] request = (DhcpRequest.Of(DhcpMessageType.Discover) with
        {
            Xid = 0xdeadbeef,
            Broadcast = true,
            Hops = 3,
            Giaddr = "192.0.2.9",
            File = "old"u8.ToArray(),
            Sname = "old"u8.ToArray(),
        }).ToBytes();
        request[9] = 77;

        byte[] reply = Write(request, static (ref DhcpMessageWriter writer) => writer.Yiaddr = new Ipv4Address(0xc0000207));

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.False(message.IsRequest);
        Assert.Equal(0xdeadbeef, message.Xid);
        Assert.True(message.IsBroadcast);
        Assert.Equal("192.0.2.9", message.Giaddr.ToString());
        Assert.Equal("192.0.2.7", message.Yiaddr.ToString());
        Assert.Equal("52:54:00:12:34:56", message.Mac.ToString());
        Assert.Equal(0, message.Secs);
        Assert.Equal(0, reply[3]);
        Assert.True(message.File.IsEmpty);
        Assert.Equal(0, reply[44]);
    }

    [Fact]
    public void D_01_a_short_reply_is_padded_to_300_bytes() =>
        Assert.Equal(300, Write(DhcpRequest.Of(DhcpMessageType.Discover).ToBytes(), static (ref DhcpMessageWriter _) => { }).Length);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(510)]
    [InlineData(511)]
    [InlineData(700)]
    public void D_03_an_option_of_any_length_comes_back_whole(int length)
    {
        byte[] value = [.. Enumerable.Range(0, length).Select(static number => (byte)number)];
        byte[] request = DhcpRequest.Of(DhcpMessageType.Discover, (DhcpOptionCode.MaximumMessageSize, [0x05, 0xc0])).ToBytes();

        byte[] reply = Write(request, (ref DhcpMessageWriter writer) => Assert.True(writer.TryAdd(DhcpOptionCode.BootFileName, value)));

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.True(message.TryGetOption(DhcpOptionCode.BootFileName, out ReadOnlySpan<byte> read));
        Assert.Equal(value, read.ToArray());
    }

    [Theory]
    [InlineData(null, 548)]
    [InlineData(0, 548)]
    [InlineData(575, 548)]
    [InlineData(576, 548)]
    [InlineData(600, 572)]
    [InlineData(1472, 1444)]
    [InlineData(65280, 1472)]
    public void D_04_a_reply_is_no_longer_than_the_client_or_the_wire_takes(int? told, int expected)
    {
        byte[] request = told is { } size
            ? DhcpRequest.Of(DhcpMessageType.Discover, (DhcpOptionCode.MaximumMessageSize, [(byte)(size >> 8), (byte)size])).ToBytes()
            : DhcpRequest.Of(DhcpMessageType.Discover).ToBytes();

        byte[] reply = Write(request, static (ref DhcpMessageWriter writer) =>
        {
            while (writer.TryAdd(DhcpOptionCode.Message, 1))
            {
            }
        });

        Assert.InRange(reply.Length, expected - 2, expected);
    }

    [Fact]
    public void D_06_the_relays_option_is_last_and_has_its_room_even_in_a_full_reply()
    {
        byte[] relay = [1, 4, 0xca, 0xfe, 0xba, 0xbe];
        byte[] request = DhcpRequest.Of(DhcpMessageType.Discover, (DhcpOptionCode.RelayAgentInformation, relay)).ToBytes();

        byte[] reply = Write(request, static (ref DhcpMessageWriter writer) =>
        {
            while (writer.TryAdd(DhcpOptionCode.Message, 1))
            {
            }
        });

        Assert.True(reply.Length <= 548);
        Assert.Equal([82, 6, .. relay, 255], reply[^9..]);
    }

    [Fact]
    public void D_06_a_relays_option_that_leaves_no_room_is_not_repeated()
    {
        (DhcpOptionCode, byte[])[] parts = [.. Enumerable.Repeat((DhcpOptionCode.RelayAgentInformation, new byte[250]), 2)];

        byte[] reply = Write(DhcpRequest.Of(DhcpMessageType.Discover, parts).ToBytes(), static (ref DhcpMessageWriter _) => { });

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.False(message.TryGetOption(DhcpOptionCode.RelayAgentInformation, out _));
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    public void A_file_name_fits_its_field_only_with_its_nul(int length, bool fits)
    {
        byte[] name = [.. Enumerable.Repeat((byte)'n', length)];

        byte[] reply = Write(
            DhcpRequest.Of(DhcpMessageType.Discover).ToBytes(),
            (ref DhcpMessageWriter writer) => Assert.Equal(fits, writer.TrySetFile(name)));

        Assert.True(DhcpMessage.TryParse(reply, out DhcpMessage message, out _));
        Assert.Equal(fits ? length : 0, message.File.Length);
    }

    private delegate void Fill(ref DhcpMessageWriter writer);

    private static byte[] Write(byte[] request, Fill fill)
    {
        Assert.True(DhcpMessage.TryParse(request, out DhcpMessage message, out _));
        byte[] buffer = new byte[1472];
        Array.Fill(buffer, (byte)0xcc);
        var writer = new DhcpMessageWriter(buffer, message);
        fill(ref writer);
        return buffer[..writer.Finish()];
    }
}
