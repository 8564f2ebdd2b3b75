using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Sends random and mutated packets to one port of the daemon, repeatable by its seed. Goes on only when the daemon has
/// read what was sent, so that every packet counts, and a loop that has stopped is noticed.
/// </summary>
/// <param name="Protocol">"dhcp" or "tftp".</param>
/// <param name="Seed">Of the generator.</param>
/// <param name="Count">Packets to send.</param>
/// <param name="ServerProcessId">The daemon, whose socket queue is watched.</param>
internal sealed record PacketFlood(string Protocol, int Seed, int Count, int ServerProcessId)
{
    /// <summary>Packets between two looks at the queue: 50 of at most 1.5 KB fit into any socket buffer.</summary>
    private const int Burst = 50;

    /// <summary>Longest random packet, in bytes: a full Ethernet frame's worth.</summary>
    private const int MaxLength = 1472;

    private static readonly TimeSpan QueueDeadline = TimeSpan.FromSeconds(10);

    private int Port => Protocol == "dhcp" ? 67 : 69;

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out PacketFlood? flood)
    {
        flood = null;
        if (arguments is ["dhcp" or "tftp", var seed, var count, var process]
            && int.TryParse(seed, CultureInfo.InvariantCulture, out int seedValue)
            && int.TryParse(count, CultureInfo.InvariantCulture, out int countValue)
            && int.TryParse(process, CultureInfo.InvariantCulture, out int processValue))
        {
            flood = new PacketFlood(arguments[0], seedValue, countValue, processValue);
        }

        return flood is not null;
    }

    /// <summary>Sends them all. Returns the exit status: 0, or 1 when the daemon stopped reading.</summary>
    public int Run()
    {
        var random = new Random(Seed);
        byte[][] models = Protocol == "dhcp" ? DhcpModels() : TftpModels();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        // An address of its own: what is limited per client must not touch the client that checks the service.
        socket.Bind(new IPEndPoint(IPAddress.Parse(Wire.HostileAddress), 0));
        var server = new IPEndPoint(IPAddress.Parse(Wire.ServerAddress), Port);
        for (int sent = 1; sent <= Count; sent++)
        {
            byte[] packet = random.Next(4) == 0 ? RandomPacket(random) : Mutate(random, models[random.Next(models.Length)]);
            socket.SendTo(packet, server);
            if (sent % Burst == 0 && !WaitUntilRead())
            {
                Console.Error.WriteLine($"port {Port} has not been read for {QueueDeadline} after {sent} packets of seed {Seed}");
                return 1;
            }
        }

        Console.WriteLine($"{Count} packets of seed {Seed} were read on port {Port}");
        return 0;
    }

    private bool WaitUntilRead()
    {
        long start = Stopwatch.GetTimestamp();
        while (QueuedBytes() > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > QueueDeadline)
            {
                return false;
            }

            Thread.Yield();
        }

        return true;
    }

    /// <summary>Bytes that wait in the daemon's sockets on the port: proc(5), /proc/net/udp, local_address and rx_queue in hex.</summary>
    private long QueuedBytes()
    {
        // A daemon that has ended reads no more, which is what the caller must hear.
        string table = $"/proc/{ServerProcessId}/net/udp";
        if (!File.Exists(table))
        {
            return 1;
        }

        string port = ":" + Port.ToString("X4", CultureInfo.InvariantCulture);
        long bytes = 0;
        foreach (string line in File.ReadLines(table))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns[1].EndsWith(port, StringComparison.Ordinal))
            {
                bytes += long.Parse(columns[4].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return bytes;
    }

    private static byte[] RandomPacket(Random random)
    {
        byte[] packet = new byte[random.Next(MaxLength + 1)];
        random.NextBytes(packet);
        return packet;
    }

    /// <summary>One to eight changes of the kinds that break parsers: a flipped bit, a wild byte, a cut, a repeated run.</summary>
    private static byte[] Mutate(Random random, byte[] model)
    {
        var packet = new List<byte>(model);
        for (int changes = random.Next(1, 9); changes > 0 && packet.Count > 0; changes--)
        {
            int at = random.Next(packet.Count);
            int length = random.Next(1, Math.Min(64, packet.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0: packet[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: packet[at] = (byte)random.Next(256); break;
                case 2: packet[at] = 255; break;
                case 3: packet.RemoveRange(at, length); break;
                case 4: packet.InsertRange(at, packet.GetRange(at, length)); break;
                default: packet.RemoveRange(at, packet.Count - at); break;
            }
        }

        return [.. packet.Take(MaxLength)];
    }

    /// <summary>Each message type of a PXE client, with the options that have a structure of their own.</summary>
    private static byte[][] DhcpModels() =>
        [.. Enumerable.Range(1, 8).Select(static type => DhcpMessage((byte)type))];

    /// <summary>RFC 2131 §2: op to chaddr, sname, file, magic cookie, options.</summary>
    private static byte[] DhcpMessage(byte type)
    {
        byte[] head = new byte[236];
        head[0] = 1; // BOOTREQUEST
        head[1] = 1; // Ethernet
        head[2] = 6; // bytes of the hardware address
        "plugboot-flood"u8.CopyTo(head.AsSpan(28));
        return
        [
            .. head, 99, 130, 83, 99,
            53, 1, type,
            57, 2, 5, 0xc0,
            55, 8, 1, 3, 6, 43, 60, 66, 67, 175,
            97, 17, .. new byte[17],
            94, 3, 1, 3, 16,
            93, 2, 0, 7,
            52, 1, 3,
            50, 4, 192, 168, 100, 120,
            54, 4, 192, 168, 100, 1,
            61, 7, 1, 2, 3, 4, 5, 6, 7,
            77, 4, .. "iPXE"u8,
            82, 8, 1, 6, .. "port-1"u8,
            175, 12, 177, 5, 1, 0x80, 0x86, 0x10, 0x0e, 235, 3, 1, 21, 1,
            60, 32, .. "PXEClient:Arch:00007:UNDI:003016"u8,
            255,
        ];
    }

    /// <summary>RFC 1350 §5 and RFC 2347: requests with every option, and the packets that belong to transfers.</summary>
    private static byte[][] TftpModels() =>
    [
        Request(1, "ipxe-amd64.efi\0octet\0tsize\00\0blksize\01468\0windowsize\08\0timeout\03\0"),
        Request(1, "undionly.kpxe\0netascii\0"),
        Request(1, "../../etc/passwd\0octet\0blksize\065464\0"),
        Request(2, "upload\0octet\0tsize\0100\0"),
        [0, 3, 0, 1, .. new byte[512]],
        [0, 4, 0, 1],
        [0, 5, 0, 8, .. "User aborted the transfer\0"u8],
        [0, 6, .. "blksize\01468\0"u8],
    ];

    private static byte[] Request(byte opcode, string rest) => [0, opcode, .. Encoding.ASCII.GetBytes(rest)];
}
