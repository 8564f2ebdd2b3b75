using System.Buffers.Binary;
using System.Net;
using Appliance.Formats.Dhcp;

namespace Appliance.Tests.Shared;

/// <summary>Builds a client's datagram, right or wrong.</summary>
internal sealed record DhcpRequest
{
    public byte Op { get; init; } = 1;

    public byte Htype { get; init; } = 1;

    public byte? Hlen { get; init; }

    public byte Hops { get; init; }

    public uint Xid { get; init; } = 0x12345678;

    public bool Broadcast { get; init; }

    public string Ciaddr { get; init; } = "0.0.0.0";

    public string Giaddr { get; init; } = "0.0.0.0";

    public byte[] Chaddr { get; init; } = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

    public byte[] Sname { get; init; } = [];

    public byte[] File { get; init; } = [];

    /// <summary>Options as they follow the cookie, the end included.</summary>
    public byte[] Options { get; init; } = [255];

    public static DhcpRequest Of(DhcpMessageType type, params (DhcpOptionCode Code, byte[] Value)[] options) =>
        new() { Options = [53, 1, (byte)type, .. Encode(options), 255] };

    /// <summary>A different machine, told apart by its number.</summary>
    public static byte[] Mac(int number) => [0x52, 0x54, 0xaa, (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    public static byte[] Address(string address) => IPAddress.Parse(address).GetAddressBytes();

    public static byte[] Encode(params (DhcpOptionCode Code, byte[] Value)[] options) =>
        [.. options.SelectMany(option => (byte[])[(byte)option.Code, (byte)option.Value.Length, .. option.Value])];

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[240 + Options.Length];
        bytes[0] = Op;
        bytes[1] = Htype;
        bytes[2] = Hlen ?? (byte)Chaddr.Length;
        bytes[3] = Hops;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Xid);
        bytes[10] = (byte)(Broadcast ? 0x80 : 0);
        Address(Ciaddr).CopyTo(bytes, 12);
        Address(Giaddr).CopyTo(bytes, 24);
        Chaddr.CopyTo(bytes, 28);
        Sname.CopyTo(bytes, 44);
        File.CopyTo(bytes, 108);
        new byte[] { 99, 130, 83, 99 }.CopyTo(bytes, 236);
        Options.CopyTo(bytes, 240);
        return bytes;
    }
}
