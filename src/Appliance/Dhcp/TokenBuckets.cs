using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// Limits how often one station is answered. A table of fixed size: a flood of made-up stations costs no memory, at worst
/// two stations that share a slot start each other afresh.
/// </summary>
/// <param name="perSecond">Answers per second, after the burst.</param>
/// <param name="burst">Answers at once.</param>
internal sealed class TokenBuckets
{
    private const int SlotCount = 1024;

    private readonly double _perSecond;
    private readonly double _burst;
    private readonly Slot[] _slots = new Slot[SlotCount];

    public TokenBuckets(double perSecond, double burst)
    {
        _perSecond = perSecond;
        _burst = burst;
        Array.Fill(_slots, new Slot(MacAddress.None, burst, TimeSpan.Zero));
    }

    /// <summary>Takes one token of the station; false when it has none left.</summary>
    public bool TryTake(MacAddress station, TimeSpan now)
    {
        ref Slot slot = ref _slots[(uint)HashCode.Combine(station.Value) % SlotCount];
        double tokens = slot.Station == station
            ? Math.Min(_burst, slot.Tokens + ((now - slot.Filled).TotalSeconds * _perSecond))
            : _burst;
        bool taken = tokens >= 1;
        slot = new Slot(station, taken ? tokens - 1 : tokens, now);
        return taken;
    }

    private readonly record struct Slot(MacAddress Station, double Tokens, TimeSpan Filled);
}
