using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.E2E;

/// <summary>Plays the DHCP side of one boot, step by step, and prints the address that was granted last.</summary>
/// <param name="Client">Number of the client, which makes its hardware address.</param>
/// <param name="Architecture">What it says in option 93; 16 boots by HTTP.</param>
/// <param name="Steps">
/// <c>discover</c> asks and takes no offer, <c>other</c> takes the address of a server that is not ours, <c>grant</c> asks and
/// takes, <c>ipxe</c> goes on as iPXE.
/// </param>
internal sealed record DhcpStory(int Client, ushort Architecture, string[] Steps)
{
    private const ushort HttpX64 = 16;

    /// <summary>The other server, whose address nobody has.</summary>
    private static readonly byte[] Stranger = [10, 0, 0, 1];

    private byte[] Options => [93, 2, (byte)(Architecture >> 8), (byte)Architecture, 60, (byte)Class.Length, .. Encoding.ASCII.GetBytes(Class)];

    private string Class => string.Create(
        CultureInfo.InvariantCulture, $"{(Architecture == HttpX64 ? "HTTPClient" : "PXEClient")}:Arch:{Architecture:00000}:UNDI:003016");

    /// <summary>Arguments that make this program play the story.</summary>
    public static string[] Arguments(int client, int architecture, params string[] steps) =>
        ["story", client.ToString(CultureInfo.InvariantCulture), architecture.ToString(CultureInfo.InvariantCulture), .. steps];

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out DhcpStory? story)
    {
        story = arguments is ["story", var client, var architecture, .. var steps]
            ? new DhcpStory(int.Parse(client, CultureInfo.InvariantCulture), ushort.Parse(architecture, CultureInfo.InvariantCulture), steps)
            : null;
        return story is not null;
    }

    public int Run()
    {
        using Socket socket = DhcpClients.OpenSocket();
        byte[] options = Options;
        string granted = "none";
        foreach (string step in Steps)
        {
            switch (step)
            {
                case "ipxe":
                    options = [.. options, 77, 4, .. "iPXE"u8];
                    break;
                case "other":
                    DhcpClients.Send(socket, DhcpClients.Message(Client, DhcpClients.Request, Client, [50, 4, 10, 0, 0, 99, 54, 4, .. Stranger, .. options]));
                    break;
                case "discover":
                    DhcpClients.Exchange(socket, Client, DhcpClients.Discover, options, DhcpClients.Offer);
                    break;
                case "grant":
                    granted = Obtain(socket, options);
                    break;
                default:
                    throw new ArgumentException($"no step of a story: {step}");
            }
        }

        Console.WriteLine(granted);
        return 0;
    }

    private string Obtain(Socket socket, byte[] options)
    {
        (_, byte[] offer) = DhcpClients.Exchange(socket, Client, DhcpClients.Discover, options, DhcpClients.Offer);
        byte[] chosen = [50, 4, .. offer[16..20], 54, 4, .. DhcpClients.Option(offer, 54), .. options];
        (_, byte[] ack) = DhcpClients.Exchange(socket, Client, DhcpClients.Request, chosen, DhcpClients.Ack);
        return new IPAddress(ack[16..20]).ToString();
    }
}
