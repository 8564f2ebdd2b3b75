using Appliance.Boot;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

public sealed partial class DhcpServer
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "dhcp serving {Interface}, pool {First} to {Last}, {Count} leases known")]
        public static partial void Serving(ILogger log, string @interface, Ipv4Address first, Ipv4Address last, int count);

        [LoggerMessage(EventId = 2, Message = "dhcp {Type} {Mac} xid={Xid:x8} arch={Architecture} stage={Stage} -> {Outcome}{Tail}")]
        public static partial void Transaction(
            ILogger log,
            LogLevel level,
            string type,
            string mac,
            uint xid,
            ushort? architecture,
            ClientStage stage,
            string outcome,
            string tail);

        [LoggerMessage(3, LogLevel.Debug, "dhcp {Interface}: dropped {Length} bytes: {Reason}")]
        public static partial void Malformed(ILogger log, string @interface, int length, string reason);

        [LoggerMessage(4, LogLevel.Warning, "dhcp pool {First} to {Last} is exhausted: make it larger, or wait for leases to end")]
        public static partial void PoolExhausted(ILogger log, Ipv4Address first, Ipv4Address last);

        [LoggerMessage(5, LogLevel.Warning, "dhcp {Mac} declined {Address}: a machine with a fixed address in our pool is on the wire")]
        public static partial void Declined(ILogger log, string mac, Ipv4Address address);

        [LoggerMessage(6, LogLevel.Warning, "dhcp {Address} is used by {Station} without a lease: not given out for a while")]
        public static partial void Conflict(ILogger log, Ipv4Address address, MacAddress station);

        [LoggerMessage(7, LogLevel.Warning, "dhcp {Mac} wants to boot, arch={Architecture}: {Remedy}")]
        public static partial void NoLoader(ILogger log, string mac, ushort? architecture, string remedy);

        [LoggerMessage(8, LogLevel.Debug, "dhcp {Interface}: {Reason}")]
        public static partial void SocketFailed(ILogger log, string @interface, string reason);

        [LoggerMessage(
            9,
            LogLevel.Warning,
            "dhcp {Interface}: replies are broadcast and addresses are not probed, because frames cannot be sent: {Reason}; grant CAP_NET_RAW")]
        public static partial void NoPacketSocket(ILogger log, string @interface, string reason);
    }
}
