using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Tests.Shared;

namespace Appliance.Formats.Tests.Dhcp;

/// <summary>Conformance D-01 to D-03.</summary>
public sealed class DhcpMessageTests
{
    public static TheoryData<string> CaptureNames => Captures.Names;

    [Theory]
    [MemberData(nameof(CaptureNames))]
    public void Every_captured_message_is_read_as_wireshark_reads_it(string name)
    {
        string dump = Captures.ReadDump(name);

        Assert.True(DhcpMessage.TryParse(Captures.Read(name), out DhcpMessage message, out _));

        Assert.True(message.IsRequest);
        Assert.Contains($"Transaction ID: 0x{message.Xid:x8}\n", dump, StringComparison.Ordinal);
        Assert.Contains($"Client MAC address: {message.Mac}\n", dump, StringComparison.Ordinal);
        Assert.Contains($"DHCP: {message.Type} ({(int)message.Type})\n", dump, StringComparison.Ordinal);
        Assert.Contains($"Bootp flags: 0x{(message.IsBroadcast ? "8000, Broadcast flag (Broadcast)" : "0000 (Unicast)")}\n", dump, StringComparison.Ordinal);
        Assert.Contains($"Client IP address: {message.Ciaddr}\n", dump, StringComparison.Ordinal);
        for (int code = 1; code < 255; code++)
        {
            bool present = message.TryGetOption((DhcpOptionCode)code, out ReadOnlySpan<byte> value);
            Assert.Equal(dump.Contains($"    Option: ({code}) ", StringComparison.Ordinal), present);
            Assert.True(value.Length <= 255);
        }
    }

    [Theory]
    [MemberData(nameof(CaptureNames))]
    public void Every_truncation_of_a_captured_message_is_refused_or_read_within_its_bounds(string name)
    {
        byte[] whole = Captures.Read(name);
        for (int length = 0; length < whole.Length; length++)
        {
            bool parsed = DhcpMessage.TryParse(whole.AsSpan(0, length), out DhcpMessage message, out string? reason);

            Assert.Equal(parsed, reason is null);
            if (length < DhcpMessage.MinimumLength)
            {
                Assert.False(parsed);
            }

            if (parsed)
            {
                Exercise(message);
            }
        }
    }

    [Fact]
    public void Mutated_and_random_datagrams_never_throw()
    {
        var random = new Random(20_131_211);
        byte[][] seeds = [.. Captures.AllNames.Select(Captures.Read)];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] datagram = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (int change = random.Next(1, 12); change > 0; change--)
            {
                datagram[random.Next(random.Next(2) == 0 ? 44 : datagram.Length)] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                random.NextBytes(datagram.AsSpan(240));
            }

            if (DhcpMessage.TryParse(datagram.AsSpan(0, random.Next(230, datagram.Length + 1)), out DhcpMessage message, out _))
            {
                Exercise(message);
            }
        }
    }

    [Theory]
    [InlineData(239, false)]
    [InlineData(240, true)]
    public void D_01_a_datagram_without_room_for_the_cookie_is_refused(int length, bool accepted)
    {
        byte[] bytes = new DhcpRequest { Options = [255] }.ToBytes();

        Assert.Equal(accepted, DhcpMessage.TryParse(bytes.AsSpan(0, length), out _, out _));
    }

    public static TheoryData<string, byte[]> Refused => new()
    {
        { "op is neither request nor reply", new DhcpRequest { Op = 0 }.ToBytes() },
        { "op is neither request nor reply", new DhcpRequest { Op = 3 }.ToBytes() },
        { "hlen exceeds 16", new DhcpRequest { Htype = 32, Hlen = 17 }.ToBytes() },
        { "hlen does not fit htype", new DhcpRequest { Hlen = 7 }.ToBytes() },
        { "hlen does not fit htype", new DhcpRequest { Htype = 6, Hlen = 0 }.ToBytes() },
        { "chaddr is a group address", new DhcpRequest { Chaddr = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] }.ToBytes() },
        { "more than 16 hops", new DhcpRequest { Hops = 17 }.ToBytes() },
        { "no DHCP cookie", [.. new byte[] { 1, 1, 6 }, .. new byte[297]] },
        { "an option runs past its field", new DhcpRequest { Options = [53, 1, 1, 12, 5, 65] }.ToBytes() },
        { "an option runs past its field", new DhcpRequest { Options = [53, 1, 1, 12] }.ToBytes() },
        { "an option runs past its field", new DhcpRequest { Options = [52, 1, 1, 255], File = [12, 127, 65] }.ToBytes() },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void D_01_and_D_02_what_no_client_sends_is_refused_with_the_reason(string expected, byte[] datagram)
    {
        Assert.False(DhcpMessage.TryParse(datagram, out _, out string? reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void D_01_sixteen_hops_and_sixteen_bytes_of_hardware_address_are_accepted()
    {
        byte[] bytes = new DhcpRequest { Hops = 16, Htype = 32, Chaddr = new byte[16] }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.Equal(16, message.Chaddr.Length);
        Assert.True(message.Mac.IsNone);
        Assert.Equal(DhcpMessageType.None, message.Type);
    }

    [Fact]
    public void D_02_pad_is_skipped_and_nothing_counts_after_the_end()
    {
        byte[] bytes = new DhcpRequest { Options = [0, 0, 53, 1, 1, 0, 255, 12, 1, 65] }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.Equal(DhcpMessageType.Discover, message.Type);
        Assert.False(message.TryGetOption(DhcpOptionCode.HostName, out _));
    }

    [Fact]
    public void D_02_overloaded_fields_are_read_after_the_options_and_are_no_strings()
    {
        byte[] bytes = new DhcpRequest
        {
            Options = [53, 1, 1, 52, 1, 3, 12, 1, (byte)'a', 255],
            File = [12, 1, (byte)'b', 255, 12, 1, (byte)'x'],
            Sname = [12, 1, (byte)'c', 255],
        }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.True(message.TryGetOption(DhcpOptionCode.HostName, out ReadOnlySpan<byte> value));
        Assert.Equal("abc"u8.ToArray(), value.ToArray());
        Assert.True(message.File.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(255)]
    public void D_02_an_overload_of_no_known_value_overloads_nothing(byte overload)
    {
        byte[] bytes = new DhcpRequest { Options = [52, 1, overload, 255], File = "boot"u8.ToArray() }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.Equal("boot"u8.ToArray(), message.File.ToArray());
    }

    [Fact]
    public void D_02_an_overload_option_inside_an_overloaded_field_is_ignored()
    {
        byte[] bytes = new DhcpRequest { Options = [52, 1, 1, 255], File = [52, 1, 3, 255], Sname = [12, 1, 65, 255] }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.False(message.TryGetOption(DhcpOptionCode.HostName, out _));
    }

    [Fact]
    public void D_03_parts_of_one_option_are_joined_in_order()
    {
        byte[] bytes = new DhcpRequest { Options = [43, 2, 1, 2, 53, 1, 3, 43, 0, 43, 1, 3, 255] }.ToBytes();

        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out _));
        Assert.True(message.TryGetOption((DhcpOptionCode)43, out ReadOnlySpan<byte> value));
        Assert.Equal(new byte[] { 1, 2, 3 }, value.ToArray());
        Assert.Equal(DhcpMessageType.Request, message.Type);
    }

    [Theory]
    [InlineData(new byte[] { 50, 3, 1, 2, 3, 255 })]
    [InlineData(new byte[] { 50, 5, 1, 2, 3, 4, 5, 255 })]
    [InlineData(new byte[] { 255 })]
    public void An_address_option_of_the_wrong_length_is_none(byte[] options)
    {
        Assert.True(DhcpMessage.TryParse(new DhcpRequest { Options = options }.ToBytes(), out DhcpMessage message, out _));
        Assert.False(message.TryGetAddress(DhcpOptionCode.RequestedAddress, out Ipv4Address address));
        Assert.True(address.IsAny);
    }

    private static void Exercise(DhcpMessage message)
    {
        _ = (message.Type, message.Mac, message.Ciaddr, message.Yiaddr, message.Siaddr, message.Giaddr, message.Secs);
        Assert.True(message.Chaddr.Length <= 16);
        Assert.True(message.File.Length <= 128);
        Span<byte> buffer = stackalloc byte[1472];
        var writer = new DhcpMessageWriter(buffer, message);
        for (int code = 1; code < 255; code++)
        {
            if (message.TryGetOption((DhcpOptionCode)code, out ReadOnlySpan<byte> value))
            {
                writer.TryAdd((DhcpOptionCode)code, value);
            }
        }

        int length = writer.Finish();
        Assert.InRange(length, 300, 1472);
        Assert.True(DhcpMessage.TryParse(buffer[..length], out DhcpMessage reply, out string? reason), reason);
        Assert.Equal(message.Xid, reply.Xid);
    }
}
