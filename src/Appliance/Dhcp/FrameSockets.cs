using System.Net.Sockets;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>Everything that works on whole frames; all null, and one line in the log, where that is not permitted.</summary>
/// <param name="Out">Sends replies to stations without an address.</param>
/// <param name="Conflicts">Asks whether a stranger uses an address.</param>
/// <param name="Servers">Looks for other servers.</param>
internal sealed partial record FrameSockets(PacketSocket? Out, ConflictProbe? Conflicts, ForeignServerProbe? Servers) : IDisposable
{
    public static FrameSockets Open(EthernetInterface link, DhcpSubnet subnet, DhcpOptions options, ILogger log)
    {
        var none = new FrameSockets(null, null, null);
        if (!link.IsEthernet)
        {
            return none;
        }

        FrameSockets opened = none;
        try
        {
            opened = opened with { Out = PacketSocket.Open(link, PacketSocket.ReceiveNothing, []) };
            opened = opened with { Conflicts = new ConflictProbe(link, subnet) };
            return opened with { Servers = new ForeignServerProbe(link, options) };
        }
        catch (SocketException exception)
        {
            opened.Dispose();
            Log.NoPacketSocket(log, link.Name, exception.Message);
            return none;
        }
    }

    public void Dispose()
    {
        Out?.Dispose();
        Conflicts?.Dispose();
        Servers?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(
            9,
            LogLevel.Warning,
            "dhcp {Interface}: replies are broadcast, addresses not probed, other servers not seen, and dhcp-mode auto hands out none, "
            + "because frames cannot be sent: {Reason}; grant CAP_NET_RAW")]
        public static partial void NoPacketSocket(ILogger log, string @interface, string reason);
    }
}
