using Appliance.Boot;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

internal sealed partial class DhcpTransactionLog
{
    private static partial class Log
    {
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

        [LoggerMessage(10, LogLevel.Information, "dhcp {Interface}: listening for other DHCP servers before anything is offered")]
        public static partial void Waiting(ILogger log, string @interface);

        [LoggerMessage(11, LogLevel.Information, "dhcp {Interface}: no other DHCP server answers: handing out {First} to {Last}")]
        public static partial void Server(ILogger log, string @interface, Ipv4Address first, Ipv4Address last);

        [LoggerMessage(
            12,
            LogLevel.Warning,
            "dhcp {Interface}: another DHCP server, {Server}, answers on this wire: handing out no addresses, only naming boot files "
            + "(proxyDHCP)")]
        public static partial void Proxy(ILogger log, string @interface, Ipv4Address server);

        [LoggerMessage(
            13,
            LogLevel.Error,
            "dhcp {Interface}: another DHCP server, {Server}, answers on this wire: offering no more addresses; disconnect it, "
            + "or set dhcp-mode = auto, or dhcp-force = yes")]
        public static partial void Silent(ILogger log, string @interface, Ipv4Address server);

        [LoggerMessage(
            14,
            LogLevel.Warning,
            "dhcp: the other server, {Server}, gives addresses such as {Offered}, which cannot reach ours, {Own}: give us one of its "
            + "network by address, or address = dhcp")]
        public static partial void Unreachable(ILogger log, Ipv4Address server, Ipv4Address offered, Ipv4Address own);

        [LoggerMessage(
            15,
            LogLevel.Warning,
            "dhcp pool {First} to {Last} runs low, {Free} addresses are left: make it larger (dhcp-pool, or its "
            + "dhcp-relay-subnet), or shorten dhcp-lease-time")]
        public static partial void PoolLow(ILogger log, Ipv4Address first, Ipv4Address last, int free);

        [LoggerMessage(
            16,
            LogLevel.Error,
            "dhcp {Mac} declines address after address, now {Address}: something on the wire answers ARP for every address (a router with "
            + "proxy ARP), or this machine's card is broken; disconnect one after the other")]
        public static partial void DeclinesAll(ILogger log, string mac, Ipv4Address address);
    }
}
