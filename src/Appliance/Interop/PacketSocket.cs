using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Appliance.Formats.Link;

namespace Appliance.Interop;

/// <summary>
/// Whole Ethernet frames in and out of one interface (packet(7)), for stations that have no address yet, and for protocols
/// that the kernel may have switched off. Needs CAP_NET_RAW.
/// </summary>
public sealed class PacketSocket : IDisposable
{
    /// <summary>For a socket that only sends: no frame of any kind is handed up.</summary>
    public const ushort ReceiveNothing = 0;

    /// <summary>Frames of every type, ours too (ETH_P_ALL).</summary>
    public const ushort ReceiveAll = 3;

    // linux/if_packet.h, asm-generic/socket.h, linux/if_ether.h
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;
    private const int SolPacket = 263;
    private const int PacketAddMembership = 1;
    private const ushort PacketMrMulticast = 0;

    private readonly Socket _socket;

    private PacketSocket(Socket socket) => _socket = socket;

    /// <summary>Opens a socket on the interface.</summary>
    /// <param name="etherType">Frames of this type are received, or <see cref="ReceiveNothing"/>.</param>
    /// <param name="filter">Which of them; empty for all.</param>
    /// <exception cref="SocketException">Not permitted, or the interface is gone.</exception>
    public static PacketSocket Open(EthernetInterface link, ushort etherType, ReadOnlySpan<SocketFilterInstruction> filter)
    {
        var socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);
        try
        {
            if (!filter.IsEmpty)
            {
                AttachFilter(socket, filter);
            }

            // Only the bind names a type: before it the socket receives nothing, so that no frame misses the filter.
            socket.Bind(new PacketEndPoint(link.Index, etherType));
            socket.Blocking = false;
            return new PacketSocket(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets frames to a multicast address through the card's filter (PACKET_ADD_MEMBERSHIP).</summary>
    /// <exception cref="SocketException">The interface is gone.</exception>
    public void Join(EthernetInterface link, ReadOnlySpan<byte> group)
    {
        Span<byte> request = stackalloc byte[PacketMreqLength];
        WritePacketMreq(request, link.Index, group);
        _socket.SetRawSocketOption(SolPacket, PacketAddMembership, request);
    }

    /// <summary>Sends one frame.</summary>
    /// <exception cref="SocketException">The interface is down or its queue is full; the frame is lost.</exception>
    public void Send(ReadOnlySpan<byte> frame) => _socket.Send(frame);

    /// <summary>Receives one frame; what does not fit is cut off.</summary>
    /// <exception cref="SocketException">The interface is down.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> frame, CancellationToken cancellation) =>
        _socket.ReceiveAsync(frame, SocketFlags.None, cancellation);

    public void Dispose() => _socket.Dispose();

    internal const int PacketMreqLength = 16;

    /// <summary><c>struct packet_mreq { int ifindex; unsigned short type, alen; unsigned char address[8]; }</c></summary>
    internal static void WritePacketMreq(Span<byte> request, int index, ReadOnlySpan<byte> group)
    {
        MemoryMarshal.Write(request, index);
        MemoryMarshal.Write(request[4..], PacketMrMulticast);
        MemoryMarshal.Write(request[6..], (ushort)group.Length);
        group.CopyTo(request[8..]);
    }

    /// <summary><c>struct sock_fprog { unsigned short len; struct sock_filter *filter; }</c>, padded to two pointers.</summary>
    private static void AttachFilter(Socket socket, ReadOnlySpan<SocketFilterInstruction> filter)
    {
        SocketFilterInstruction[] program = GC.AllocateUninitializedArray<SocketFilterInstruction>(filter.Length, pinned: true);
        filter.CopyTo(program);
        Span<byte> request = stackalloc byte[2 * nint.Size];
        request.Clear();
        MemoryMarshal.Write(request, (ushort)program.Length);
        MemoryMarshal.Write(request[nint.Size..], Marshal.UnsafeAddrOfPinnedArrayElement(program, 0));
        socket.SetRawSocketOption(SolSocket, SoAttachFilter, request);
        GC.KeepAlive(program);
    }

    /// <summary>
    /// <c>struct sockaddr_ll { unsigned short family; __be16 protocol; int ifindex; unsigned short hatype; unsigned char
    /// pkttype, halen, addr[8]; }</c>
    /// </summary>
    internal sealed class PacketEndPoint(int index, ushort etherType) : EndPoint
    {
        public const int Length = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Length);
            Span<byte> bytes = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], etherType);
            MemoryMarshal.Write(bytes[4..], index);
            return address;
        }
    }
}

/// <summary><c>struct sock_filter { __u16 code; __u8 jt, jf; __u32 k; }</c>: one instruction of a classic BPF program.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct SocketFilterInstruction
{
    private const ushort LoadByte = 0x30;
    private const ushort LoadHalf = 0x28;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfBitSet = 0x45;
    private const ushort ReturnConstant = 0x06;

    private readonly ushort _code;
    private readonly byte _ifTrue;
    private readonly byte _ifFalse;
    private readonly uint _k;

    private SocketFilterInstruction(ushort code, uint k, byte ifFalse = 0, byte ifTrue = 0)
    {
        _code = code;
        _ifTrue = ifTrue;
        _ifFalse = ifFalse;
        _k = k;
    }

    /// <summary>A program that lets frames pass in which each of the bytes has its value.</summary>
    /// <param name="bytes">Offsets in the frame, and the values there.</param>
    public static SocketFilterInstruction[] WhereBytesAre(ReadOnlySpan<(int Offset, byte Value)> bytes)
    {
        var program = new SocketFilterInstruction[(2 * bytes.Length) + 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            int refuse = program.Length - 1;
            int next = (2 * i) + 2;
            program[next - 2] = new SocketFilterInstruction(LoadByte, (uint)bytes[i].Offset);
            program[next - 1] = new SocketFilterInstruction(JumpIfEqual, bytes[i].Value, (byte)(refuse - next));
        }

        program[^2] = new SocketFilterInstruction(ReturnConstant, uint.MaxValue);
        program[^1] = new SocketFilterInstruction(ReturnConstant, 0);
        return program;
    }

    /// <summary>A program that lets Ethernet frames pass that are from the station, or to it, or to a group.</summary>
    public static SocketFilterInstruction[] WhereStationIs(MacAddress station)
    {
        const int destination = 0;
        const int source = MacAddress.Length;
        const int lowHalf = 4;
        uint high = (uint)(station.Value >> 16);
        uint low = (ushort)station.Value;

        // Jumps count from the instruction behind: the last but one lets pass, the last refuses.
        return
        [
            new(LoadByte, destination),
            new(JumpIfBitSet, 1, ifTrue: 8),
            new(LoadWord, destination),
            new(JumpIfEqual, high, ifFalse: 2),
            new(LoadHalf, destination + lowHalf),
            new(JumpIfEqual, low, ifTrue: 4),
            new(LoadWord, source),
            new(JumpIfEqual, high, ifFalse: 3),
            new(LoadHalf, source + lowHalf),
            new(JumpIfEqual, low, ifFalse: 1),
            new(ReturnConstant, uint.MaxValue),
            new(ReturnConstant, 0),
        ];
    }
}
