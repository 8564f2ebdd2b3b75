using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Sends IPv4 fragments to the daemon's ports that overlap, leave gaps, reach beyond the longest datagram or never end, and
/// IGMP of no kind, repeatable by its seed. The kernel puts together or drops them: the daemon must not notice.
/// </summary>
internal static class FragmentFlood
{
    private const int HeaderLength = 20;
    private const int MaxPayload = 1400;

    /// <summary>So few datagrams at one time that their fragments meet.</summary>
    private const int Datagrams = 16;

    private const int MoreFragments = 0x2000;

    /// <summary>Offsets are 13 bits, in units of eight bytes (RFC 791 §3.1).</summary>
    private const int LastOffset = 0x1fff;

    private const byte Igmp = 2;
    private const byte Udp = 17;

    private static readonly int[] Ports = [67, 68, 69, 2049, 4011];

    /// <summary>Sends them all; returns the exit status.</summary>
    public static int Run(int seed, int count)
    {
        var random = new Random(seed);
        var server = new IPEndPoint(IPAddress.Parse(Wire.ServerAddress), 0);

        // raw(7): with this protocol the header is ours but for its length and checksum.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
        for (int sent = 0; sent < count; sent++)
        {
            socket.SendTo(Packet(random), server);
        }

        Console.WriteLine($"{count} fragments of seed {seed} were sent");
        return 0;
    }

    private static byte[] Packet(Random random)
    {
        byte[] packet = new byte[HeaderLength + 8 + random.Next(MaxPayload)];
        random.NextBytes(packet.AsSpan(HeaderLength));
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(1 + random.Next(Datagrams)));
        int offset = random.Next(4) switch { 0 => 0, 1 => LastOffset - random.Next(64), _ => random.Next(64) };
        int flags = random.Next(4) == 0 ? 0 : MoreFragments;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)(flags | offset));
        packet[8] = 64;
        packet[9] = random.Next(8) == 0 ? Igmp : Udp;
        IPAddress.Parse(Wire.HostileAddress).GetAddressBytes().CopyTo(packet, 12);
        IPAddress.Parse(Wire.ServerAddress).GetAddressBytes().CopyTo(packet, 16);

        // The head of a UDP datagram, which counts in the first fragment; its length says anything.
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(HeaderLength + 2), (ushort)Ports[random.Next(Ports.Length)]);
        return packet;
    }
}
