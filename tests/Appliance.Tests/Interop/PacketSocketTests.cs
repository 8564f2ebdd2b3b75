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
