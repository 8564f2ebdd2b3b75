using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Who has which address. In memory and bounded by the pool; one owner, the server's loop. Time is given by the caller, on
/// a clock that never jumps: the boards have no battery-backed one, and no lease may end when the time of day arrives.
/// </summary>
public sealed class LeaseTable
{
    /// <summary>How long an offered address is kept for its client. 60 s: OVMF takes 5 s to request, slow ROMs 20.</summary>
    public static readonly TimeSpan OfferTime = TimeSpan.FromSeconds(60);

    /// <summary>How long an address that a stranger uses is not given out. 10 min: the bench has changed by then.</summary>
    public static readonly TimeSpan QuarantineTime = TimeSpan.FromMinutes(10);

    /// <summary>Most addresses of a pool, so that the table is bounded: 65,536 cost about 15 MB.</summary>
    public const int MaximumPool = 65_536;

    /// <summary>At most a quarter of the pool is in quarantine: a client that declines everything must not empty it.</summary>
    private const int QuarantineDivisor = 4;

    /// <summary>
    /// Machines that are remembered beyond their leases. Who was here first stays: a flood of newcomers makes nobody forgotten.
    /// </summary>
    private const int MaximumKnown = 4096;

    private readonly AddressPools _pools;
    private readonly ReservationTable _reservations;
    private readonly LeaseIndex _index = new();
    private readonly HashSet<MacAddress> _known = [];
    private readonly List<Lease> _quarantined = [];
    private readonly HashSet<Lease> _changed = [];

    /// <param name="reservations">Addresses of one machine each, in the pool or outside of it.</param>
    public LeaseTable(DhcpSubnet subnet, ReservationTable reservations)
    {
        _pools = new AddressPools(subnet, reservations);
        _reservations = reservations;
        GivableCount = _pools.CountGivable();
    }

    /// <summary>Addresses that newcomers may get, held or not.</summary>
    public int GivableCount { get; }

    /// <summary>How many of them nobody holds; goes through all of them.</summary>
    public int CountFree(TimeSpan now) => _pools.CountFree(now);

    /// <summary>
    /// Takes what must be written to disk: leases granted, given back or lost since the last call. One that was only
    /// offered is not among them; one that was renewed is when its end on disk has fallen behind by a quarter of the lease.
    /// </summary>
    public Lease[] TakeChanged()
    {
        Lease[] changed = _changed.Count == 0 ? [] : [.. _changed];
        _changed.Clear();
        return changed;
    }

    /// <summary>Takes over a lease from before a restart; one that is outside of today's pool is let go.</summary>
    /// <param name="expires">When it ends or ended; its holder is remembered in either case.</param>
    public void Restore(Ipv4Address address, ClientIdentity holder, TimeSpan expires)
    {
        if (!_pools.TryFind(address, out AddressPool? pool) || _reservations.IsForAnother(address, holder))
        {
            return;
        }

        Lease lease = pool.GetOrAdd(address);
        _index.Assign(lease, holder);
        Remember(holder);
        lease.State = LeaseState.Bound;
        lease.WasBound = true;
        lease.StoredUntil = expires;
        pool.SetExpiry(lease, expires);
    }

    /// <summary>What is configured for this client alone, or null.</summary>
    public DhcpReservation? ReservationOf(ClientIdentity client) =>
        _reservations.TryFind(client, out DhcpReservation? reservation) ? reservation : null;

    /// <summary>The lease that this client has or had last, or null; one that it holds first.</summary>
    public Lease? Find(ClientIdentity client, TimeSpan now) => _index.Find(client, now);

    /// <summary>
    /// Reserves an address in the order of RFC 2131 §4.3.1: the client's own, the one that it has or had, the one that it
    /// asks for, a new one. False when there is none.
    /// </summary>
    /// <param name="requested">Option 50, or <see cref="Ipv4Address.Any"/>.</param>
    /// <param name="boots">Whether the client boots from the network: then all of the pool is open to it.</param>
    public bool TryOffer(
        ClientIdentity client, Ipv4Address requested, bool boots, TimeSpan now, [NotNullWhen(true)] out Lease? lease)
    {
        bool mayHaveAll = MayHaveAll(client, boots);
        lease = FindOwn(client, now) ?? Find(client, now);
        if (lease is null
            && !_pools.TryTake(requested, mayHaveAll, now, out lease)
            && !_pools.TryAllocate(mayHaveAll, now, out lease))
        {
            return false;
        }

        bool isBound = lease.State == LeaseState.Bound && lease.IsHeld(now);
        _index.Assign(lease, client);
        if (!isBound)
        {
            lease.State = LeaseState.Offered;
        }

        TimeSpan reservedUntil = now + OfferTime;
        if (!isBound || lease.Expires < reservedUntil)
        {
            _pools.SetExpiry(lease, reservedUntil);
        }

        return true;
    }

    /// <summary>
    /// Gives the address to the client until <paramref name="expires"/>; false when it is not ours to give, or another has
    /// it, or a stranger uses it. An unknown client may take a free address: it knew us before we restarted.
    /// </summary>
    /// <param name="boots">As in <see cref="TryOffer"/>: what is held back cannot be had by claiming it either.</param>
    public bool TryBind(ClientIdentity client, Ipv4Address address, bool boots, TimeSpan expires, TimeSpan now)
    {
        if (!_pools.TryFind(address, out AddressPool? pool)
            || _reservations.IsForAnother(address, client)
            || (FindOwn(client, now) is { } own && own.Address != address))
        {
            return false;
        }

        Lease lease = pool.GetOrAdd(address);
        bool isHolder = IsHolder(lease, client);
        if (!isHolder && (lease.IsHeld(now) || (_pools.IsHeldBack(address) && !MayHaveAll(client, boots))))
        {
            return false;
        }

        Lease? other = Find(client, now);
        if (other is not null && other != lease)
        {
            Free(other, now);
        }

        bool isRenewal = lease.State == LeaseState.Bound && lease.IsHeld(now)
            && IsSame(lease, client);
        _index.Assign(lease, client);
        Remember(client);
        lease.State = LeaseState.Bound;
        lease.WasBound = true;
        pool.SetExpiry(lease, expires);

        // Half of T1 is a quarter of the lease: the client renews again before the end that is on disk.
        if (!isRenewal || expires - lease.StoredUntil >= (expires - now) / 4)
        {
            lease.StoredUntil = expires;
            _changed.Add(lease);
        }

        return true;
    }

    /// <summary>Forgets what was offered to the client: it took another server's offer. What it holds stays.</summary>
    public void WithdrawOffer(ClientIdentity client, TimeSpan now)
    {
        if (Find(client, now) is { State: LeaseState.Offered } lease)
        {
            Free(lease, now);
        }
    }

    /// <summary>The client gives its address back; false when it is not the client's (RFC 2131 §4.3.4).</summary>
    public bool TryRelease(ClientIdentity client, Ipv4Address address, TimeSpan now)
    {
        if (!TryGetHeld(client, address, now, out Lease? lease))
        {
            return false;
        }

        Free(lease, now);
        return true;
    }

    /// <summary>
    /// The client found its address in use by a stranger; false when it is not the client's (RFC 2131 §4.3.3).
    /// </summary>
    public bool TryDecline(ClientIdentity client, Ipv4Address address, TimeSpan now)
    {
        if (!TryGetHeld(client, address, now, out Lease? lease))
        {
            return false;
        }

        Quarantine(lease, now);
        return true;
    }

    /// <summary>
    /// A station was heard that uses an address. When the address is on offer to another, nobody gets it for a while;
    /// false when nothing had to change.
    /// </summary>
    public bool TryReportConflict(Ipv4Address address, MacAddress station, TimeSpan now)
    {
        if (!_pools.TryFind(address, out AddressPool? pool)
            || pool.Find(address) is not { State: LeaseState.Offered } lease
            || !lease.IsHeld(now)
            || lease.Chaddr == station)
        {
            return false;
        }

        Quarantine(lease, now);
        return true;
    }

    /// <summary>
    /// The lease of the address that is the client's own; null when it has none, or somebody else sits on it: the client then
    /// gets another one meanwhile.
    /// </summary>
    private Lease? FindOwn(ClientIdentity client, TimeSpan now)
    {
        if (!_reservations.TryFind(client, out DhcpReservation? reservation))
        {
            return null;
        }

        Ipv4Address address = DhcpSubnet.From(reservation.Address);
        Lease? lease = _pools.TryFind(address, out AddressPool? pool) ? pool.GetOrAdd(address) : null;
        return lease is not null && (!lease.IsHeld(now) || IsHolder(lease, client)) ? lease : null;
    }

    /// <summary>
    /// A client may give up what it holds under the identity and from the hardware address that it was given to, both: what is
    /// lost by mistake is lost for a machine that runs, and one of the two alone is easily made up (V-06).
    /// </summary>
    private bool TryGetHeld(ClientIdentity client, Ipv4Address address, TimeSpan now, [NotNullWhen(true)] out Lease? lease)
    {
        lease = _pools.TryFind(address, out AddressPool? pool) ? pool.Find(address) : null;
        return lease is not null && lease.IsHeld(now) && lease.State != LeaseState.Quarantined && IsSame(lease, client);
    }

    private static bool IsSame(Lease lease, ClientIdentity client) =>
        client.Bytes.SequenceEqual(lease.Identity) && client.Chaddr == lease.Chaddr;

    private static bool IsHolder(Lease lease, ClientIdentity client) =>
        lease.State != LeaseState.Quarantined
        && (client.Bytes.SequenceEqual(lease.Identity) || (!client.Chaddr.IsNone && client.Chaddr == lease.Chaddr));

    /// <summary>
    /// Whether the part of the pool that is held back is open to the client: to machines that boot, and to those that had a
    /// lease before (V-05).
    /// </summary>
    private bool MayHaveAll(ClientIdentity client, bool boots) => boots || _known.Contains(client.Chaddr);

    private void Remember(ClientIdentity client)
    {
        if (!client.Chaddr.IsNone && _known.Count < MaximumKnown)
        {
            _known.Add(client.Chaddr);
        }
    }

    private void Free(Lease lease, TimeSpan now)
    {
        lease.State = LeaseState.Free;
        _pools.SetExpiry(lease, now);
        if (lease.StoredUntil > now)
        {
            lease.StoredUntil = now;
            _changed.Add(lease);
        }
    }

    private void Quarantine(Lease lease, TimeSpan now)
    {
        _index.Remove(lease);
        if (lease.StoredUntil != default)
        {
            lease.StoredUntil = default;
            _changed.Add(lease);
        }

        _quarantined.RemoveAll(old => old.State != LeaseState.Quarantined || !old.IsHeld(now));
        if (_quarantined.Count >= Math.Max(1, _pools.Count / QuarantineDivisor))
        {
            Free(lease, now);
            return;
        }

        _quarantined.Add(lease);
        lease.State = LeaseState.Quarantined;
        _pools.SetExpiry(lease, now + QuarantineTime);
    }
}
