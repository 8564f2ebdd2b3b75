using System.Net.NetworkInformation;

namespace Appliance.Catalog;

/// <summary>Ethernet addresses as the numbers that tables hold: the first byte is the highest.</summary>
internal static class EthernetNumber
{
    /// <summary>Bytes of an Ethernet address.</summary>
    public const int Length = 6;

    public static long Of(PhysicalAddress mac) => mac.GetAddressBytes().Aggregate(0L, static (number, part) => (number << 8) | part);

    public static PhysicalAddress ToAddress(long number) =>
        new([.. Enumerable.Range(1, Length).Select(part => (byte)(number >> (8 * (Length - part))))]);
}
