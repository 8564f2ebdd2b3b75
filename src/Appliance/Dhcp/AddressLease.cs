using System.Buffers.Binary;
using System.Numerics;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>The address that somebody else's DHCP server gave this box.</summary>
/// <param name="Address">The address.</param>
/// <param name="Mask">Its network's mask.</param>
/// <param name="Server">Who gave it.</param>
/// <param name="Time">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
public sealed record AddressLease(Ipv4Address Address, uint Mask, Ipv4Address Server, TimeSpan Time)
{
    /// <summary>T1 (RFC 2131 §4.4.5): half of its time; one for ever is never renewed.</summary>
    public TimeSpan RenewAfter => Time == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Time / 2;

    /// <summary>Shorter ones are taken for this long: a server's mistake must not keep us asking.</summary>
    private const uint ShortestSeconds = 60;

    public int PrefixLength => BitOperations.PopCount(Mask);

    /// <summary>Reads an offer or acknowledgement; null when it lacks what a client needs, or its mask has holes.</summary>
    public static AddressLease? From(in DhcpMessage message)
    {
        if (message.Yiaddr.IsAny
            || !message.TryGetAddress(DhcpOptionCode.ServerIdentifier, out Ipv4Address server)
            || !message.TryGetAddress(DhcpOptionCode.SubnetMask, out Ipv4Address mask)
            || !IsMask(mask.Value))
        {
            return null;
        }

        uint seconds = message.TryGetOption(DhcpOptionCode.LeaseTime, out ReadOnlySpan<byte> time) && time.Length == sizeof(uint)
            ? Math.Max(BinaryPrimitives.ReadUInt32BigEndian(time), ShortestSeconds)
            : ShortestSeconds;
        return new AddressLease(
            message.Yiaddr, mask.Value, server, seconds == DhcpReplyOptions.Infinity ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Ones, then zeros; 8 to 30 ones, as for an address that is configured.</summary>
    private static bool IsMask(uint mask) => BitOperations.PopCount(mask) is >= 8 and <= 30 && (~mask & (~mask + 1)) == 0;
}
