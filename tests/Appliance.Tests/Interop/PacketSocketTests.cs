using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Formats.Link;
using Appliance.Interop;

namespace Appliance.Tests.Interop;

public sealed class PacketSocketTests
{
    [Fact]
    public void A_filter_instruction_has_the_kernels_size() => Assert.Equal(8, Unsafe.SizeOf<SocketFilterInstruction>());

    [Fact]
    public void A_packet_address_has_the_kernels_layout()
    {
        SocketAddress address = new PacketSocket.PacketEndPoint(0x01020304, 0x86dd).Serialize();

        Assert.Equal(20, address.Size);
        Span<byte> bytes = address.Buffer.Span;
        Assert.Equal(17, MemoryMarshal.Read<ushort>(bytes));
        Assert.Equal(new byte[] { 0x86, 0xdd }, bytes[2..4].ToArray());
        Assert.Equal(0x01020304, MemoryMarshal.Read<int>(bytes[4..]));
        Assert.Equal(new byte[12], bytes[8..20].ToArray());
    }

    [Fact]
    public void A_membership_request_has_the_kernels_layout()
    {
        byte[] request = new byte[PacketSocket.PacketMreqLength];

        PacketSocket.WritePacketMreq(request, 7, [0x33, 0x33, 0, 0, 0, 2]);

        Assert.Equal(16, request.Length);
        Assert.Equal(7, MemoryMarshal.Read<int>(request));
        Assert.Equal(0, MemoryMarshal.Read<ushort>(request.AsSpan(4)));
        Assert.Equal(6, MemoryMarshal.Read<ushort>(request.AsSpan(6)));
        Assert.Equal(new byte[] { 0x33, 0x33, 0, 0, 0, 2, 0, 0 }, request[8..]);
    }

    [Fact]
    public void A_filter_refuses_from_each_comparison_and_passes_after_the_last()
    {
        SocketFilterInstruction[] program = SocketFilterInstruction.WhereBytesAre([(20, 58), (54, 133)]);

        Assert.Equal(
            "3000000014000000" + "150000033a000000" + "3000000036000000" + "1500000185000000" + "06000000ffffffff" + "0600000000000000",
            Convert.ToHexStringLower(MemoryMarshal.AsBytes(program.AsSpan())));
    }

    /// <summary>As the kernel runs it: each frame is taken or not by its addresses alone.</summary>
    [Theory]
    [InlineData("525400000001", "020000000001", true)]
    [InlineData("020000000001", "525400000001", true)]
    [InlineData("ffffffffffff", "020000000001", true)]
    [InlineData("333300000002", "020000000001", true)]
    [InlineData("020000000002", "020000000001", false)]
    [InlineData("525400000002", "020000000001", false)]
    [InlineData("525500000001", "020000000001", false)]
    [InlineData("020000000001", "525400000002", false)]
    [InlineData("020000000001", "525500000001", false)]
    public void A_station_filter_takes_what_is_from_it_or_to_it_or_to_a_group(string to, string from, bool taken)
    {
        byte[] frame = Convert.FromHexString(to + from + "0800");
        uint[] program = MemoryMarshal.Cast<SocketFilterInstruction, uint>(
            SocketFilterInstruction.WhereStationIs(MacAddress.Read([0x52, 0x54, 0, 0, 0, 1]))).ToArray();

        Assert.Equal(taken ? uint.MaxValue : 0, Run(program, frame));
    }

    /// <summary>The instructions of classic BPF that our filters use (linux/filter.h): code, jumps and constant in two words.</summary>
    private static uint Run(uint[] program, byte[] frame)
    {
        uint accumulator = 0;
        for (int at = 0; ; at += 2)
        {
            (uint head, int k) = (program[at], (int)program[at + 1]);
            (int ifTrue, int ifFalse) = ((int)(head >> 16) & 0xff, (int)(head >> 24));
            switch (head & 0xffff)
            {
                case 0x30: accumulator = frame[k]; break;
                case 0x28: accumulator = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(k)); break;
                case 0x20: accumulator = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(k)); break;
                case 0x15: at += 2 * (accumulator == (uint)k ? ifTrue : ifFalse); break;
                case 0x45: at += 2 * ((accumulator & (uint)k) != 0 ? ifTrue : ifFalse); break;
                case 0x06: return (uint)k;
                default: throw new InvalidOperationException($"instruction {head & 0xffff:x}");
            }
        }
    }

    [Fact]
    public void An_interface_has_its_number_and_one_that_is_not_there_has_none() =>
        Assert.Equal((1, 0), (EthernetInterface.IndexOf("lo"), EthernetInterface.IndexOf("no-such-if")));

    [Fact]
    public void An_unknown_interface_is_not_found() => Assert.Null(EthernetInterface.Find("no-such-if"));

    [Fact]
    public void The_loopback_interface_is_found_and_takes_no_frames()
    {
        EthernetInterface loopback = EthernetInterface.Find("lo")!;

        Assert.Equal(1, loopback.Index);
        Assert.False(loopback.IsEthernet);
    }

    [Fact]
    public void A_link_local_address_is_made_of_the_mac_as_rfc_4291_does() => Assert.Equal(
        IPAddress.Parse("fe80::5054:ff:fe12:3456"),
        new IPAddress(EthernetInterface.LinkLocalOf(MacAddress.Read([0x52, 0x54, 0, 0x12, 0x34, 0x56]))));
}
