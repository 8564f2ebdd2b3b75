namespace Appliance.Formats.Link;

/// <summary>
/// What switches a machine on over the network: six bytes of all ones, then its hardware address sixteen times (AMD, Magic
/// Packet Technology, 20213). Its card looks for that anywhere in a frame; what is around it does not matter.
/// </summary>
public static class MagicPacket
{
    public const int Length = MacAddress.Length * (1 + Repetitions);

    private const int Repetitions = 16;

    /// <summary>Writes the payload; returns its length.</summary>
    /// <param name="destination">Room for <see cref="Length"/> bytes.</param>
    public static int Write(Span<byte> destination, MacAddress station)
    {
        MacAddress.Broadcast.Write(destination);
        for (int i = 1; i <= Repetitions; i++)
        {
            station.Write(destination[(i * MacAddress.Length)..]);
        }

        return Length;
    }
}
