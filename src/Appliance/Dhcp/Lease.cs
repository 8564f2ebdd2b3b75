using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>What holds an address.</summary>
public enum LeaseState
{
    /// <summary>Nobody; its last holder is remembered until another takes it.</summary>
    Free,

    /// <summary>Offered, not yet requested.</summary>
    Offered,

    /// <summary>Acknowledged.</summary>
    Bound,

    /// <summary>Used by a stranger (RFC 2131 §4.3.3): nobody gets it for a while.</summary>
    Quarantined,
}

/// <summary>One address of the pool that was offered at least once. Changed by <see cref="LeaseTable"/> only.</summary>
public sealed class Lease(Ipv4Address address)
{
    public Ipv4Address Address { get; } = address;

    public LeaseState State { get; internal set; }

    /// <summary>Client identity: option 61, else htype and chaddr (RFC 2131 §4.2). Empty when quarantined.</summary>
    public byte[] Identity { get; internal set; } = [];

    /// <summary>Hardware address of the holder; none when it is not Ethernet or quarantined.</summary>
    public MacAddress Chaddr { get; internal set; }

    /// <summary>When it becomes free, on the clock that the table is called with.</summary>
    public TimeSpan Expires { get; internal set; }

    /// <summary>Whether anyone ever had it from us: then nobody who is not ours uses it.</summary>
    public bool WasBound { get; internal set; }

    /// <summary>The end that is on disk, or on its way there; zero when it is not there at all.</summary>
    public TimeSpan StoredUntil { get; internal set; }

    public bool IsHeld(TimeSpan now) => State != LeaseState.Free && Expires > now;
}
