using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.E2E;

/// <summary>
/// Plays DHCP clients on the clients' interface, one after another, and prints what each got. Knows the servers apart,
/// which the usual tools do not tell, and takes no answer that does not come from the server that it names.
/// </summary>
/// <param name="Strangers">
/// Addresses that newcomers claim to have had (INIT-REBOOT); empty: newcomers ask for any address.
/// </param>
/// <param name="First">Number of the first client, which makes its hardware address.</param>
/// <param name="Count">Clients that ask for any address.</param>
/// <param name="AtOnce">Whether all of them ask at the same moment, as UEFI firmware does.</param>
internal sealed record DhcpClients(int First, int Count, bool AtOnce, IPAddress[] Strangers)
{
    public const byte Discover = 1;
    public const byte Offer = 2;
    public const byte Request = 3;
    public const byte Ack = 5;
    private const byte Nak = 6;

    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    /// <summary>Time for one answer, and how often it is asked for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1000);
    private const int Tries = 3;

    /// <summary>How long firmware waits for an acknowledgement, about, before it asks again: a busy disk may need some of it.</summary>
    private static readonly TimeSpan FirmwarePatience = TimeSpan.FromSeconds(4);

    /// <summary>Arguments that make this program play clients that ask for any address.</summary>
    public static string[] ObtainArguments(int first, int count) =>
        ["leases", "obtain", first.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture)];

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out DhcpClients? clients)
    {
        clients = arguments switch
        {
            ["obtain", var first, var count] => new DhcpClients(Number(first), Number(count), AtOnce: false, []),
            ["boot", var first, var count] => new DhcpClients(Number(first), Number(count), AtOnce: true, []),
            ["claim", var first, .. var addresses] => new DhcpClients(Number(first), 0, AtOnce: false, [.. addresses.Select(IPAddress.Parse)]),
            _ => null,
        };
        return clients is not null;
    }

    /// <summary>
    /// Prints "MAC ADDRESS SERVER" or "MAC none" for each that obtains, "ADDRESS FILE MILLISECONDS" for each that boots and got
    /// both, "ADDRESS ack|nak|silence" for each that claims.
    /// </summary>
    public int Run()
    {
        using Socket socket = OpenSocket();
        if (AtOnce)
        {
            BootAtOnce(socket);
            return 0;
        }

        for (int client = First; client < First + Count; client++)
        {
            Console.WriteLine($"{Convert.ToHexStringLower(Mac(client))} {Obtain(socket, client)}");
        }

        for (int client = 0; client < Strangers.Length; client++)
        {
            byte[] address = Strangers[client].GetAddressBytes();
            (byte type, _) = Exchange(socket, First + client, Request, [50, 4, .. address], Ack, Nak);
            Console.WriteLine($"{Strangers[client]} {type switch { Ack => "ack", Nak => "nak", _ => "silence" }}");
        }

        return 0;
    }

    /// <summary>A client's port on the clients' interface.</summary>
    public static Socket OpenSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(SolSocket, SoBindToDevice, "eth0\0"u8);
        socket.EnableBroadcast = true;
        socket.Bind(new IPEndPoint(IPAddress.Any, 68));
        return socket;
    }

    /// <summary>All ask before the first answer is read, and nobody asks twice: firmware would wait for four seconds.</summary>
    private void BootAtOnce(Socket socket)
    {
        byte[] buffer = new byte[1500];
        int left = Count;
        long began = Stopwatch.GetTimestamp();
        for (int client = First; client < First + Count; client++)
        {
            Send(socket, Message(client, Discover, client, FirmwareOptions));
        }

        while (left > 0 && socket.Poll(FirmwarePatience, SelectMode.SelectRead))
        {
            byte[] answer = buffer[..socket.Receive(buffer)];
            int client = BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(4));
            if (Option(answer, 53) is [Offer])
            {
                byte[] options = [50, 4, .. answer[16..20], 54, 4, .. Option(answer, 54), .. FirmwareOptions];
                Send(socket, Message(client, Request, client, options));
            }
            else if (Option(answer, 53) is [Ack])
            {
                left--;
                string file = Encoding.ASCII.GetString(answer.AsSpan(108, 128)).TrimEnd('\0');
                Console.WriteLine($"{new IPAddress(answer[16..20])} {file} {(int)Stopwatch.GetElapsedTime(began).TotalMilliseconds}");
            }
        }
    }

    /// <summary>Options 60 and 93 of UEFI on x86-64.</summary>
    private static byte[] FirmwareOptions => [60, 32, .. "PXEClient:Arch:00007:UNDI:003016"u8, 93, 2, 0, 7];

    public static void Send(Socket socket, byte[] message) => socket.SendTo(message, new IPEndPoint(IPAddress.Broadcast, 67));

    private static string Obtain(Socket socket, int client)
    {
        (byte type, byte[] offer) = Exchange(socket, client, Discover, [], Offer);
        if (type == 0)
        {
            return "none";
        }

        byte[] server = Option(offer, 54);
        (type, byte[] ack) = Exchange(socket, client, Request, [50, 4, .. offer[16..20], 54, 4, .. server], Ack, Nak);
        return type == Ack ? $"{new IPAddress(ack[16..20])} {new IPAddress(server)}" : "none";
    }

    /// <summary>Sends and waits for an answer of one of the types; type 0 when none comes.</summary>
    public static (byte Type, byte[] Message) Exchange(Socket socket, int client, byte type, byte[] options, params byte[] answers)
    {
        int xid = Random.Shared.Next();
        byte[] message = Message(client, type, xid, options);
        byte[] buffer = new byte[1500];
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            Send(socket, message);
            long began = Stopwatch.GetTimestamp();
            for (TimeSpan left = Patience; left > TimeSpan.Zero; left = Patience - Stopwatch.GetElapsedTime(began))
            {
                if (!socket.Poll(left, SelectMode.SelectRead))
                {
                    break;
                }

                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                byte[] answer = buffer[..socket.ReceiveFrom(buffer, ref from)];
                if (answer.Length > 240 && IsFromItsServer(answer, (IPEndPoint)from) && BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(4)) == xid
                    && Option(answer, 53) is [var got] && answers.Contains(got) && !IsOfProxy(answer, got))
                {
                    return (got, answer);
                }
            }
        }

        return (0, []);
    }

    /// <summary>RFC 2131 §4.1: from the server port, and from the address that option 54 names.</summary>
    private static bool IsFromItsServer(byte[] answer, IPEndPoint from) =>
        from.Port == 67 && Option(answer, 54).AsSpan().SequenceEqual(from.Address.GetAddressBytes());

    /// <summary>An offer without an address is a proxy's, and not for us.</summary>
    private static bool IsOfProxy(byte[] answer, byte type) => type == Offer && answer.AsSpan(16, 4).SequenceEqual(new byte[4]);

    /// <summary>RFC 2131 §2, with the broadcast flag: the kernel hands on what is for everyone.</summary>
    public static byte[] Message(int client, byte type, int xid, byte[] options)
    {
        byte[] message = [.. new byte[236], 99, 130, 83, 99, 53, 1, type, .. options, 255, .. new byte[60]];
        message[0] = 1;
        message[1] = 1;
        message[2] = 6;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), xid);
        message[10] = 0x80;
        Mac(client).CopyTo(message, 28);
        return message;
    }

    private static byte[] Mac(int client) => [0x02, 0x70, 0x62, (byte)(client >> 16), (byte)(client >> 8), (byte)client];

    public static byte[] Option(byte[] message, byte wanted)
    {
        for (int at = 240; at + 1 < message.Length && message[at] != 255; at += message[at] == 0 ? 1 : 2 + message[at + 1])
        {
            if (message[at] == wanted)
            {
                return message[(at + 2)..(at + 2 + message[at + 1])];
            }
        }

        return [];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
