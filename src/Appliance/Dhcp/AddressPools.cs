using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// All addresses of a network that can be leased: for anyone, for machines that boot or are known, and those that are one
/// machine's own.
/// </summary>
internal sealed class AddressPools
{
    /// <summary>
    /// A fifth of the pool is only for machines that boot or are known: a flood of made-up clients must not keep the PC on the bench
    /// from its address.
    /// </summary>
    private const int HeldBackDivisor = 5;

    private readonly DhcpSubnet _subnet;
    private readonly ReservationTable _reservations;
    private readonly AddressPool _anyone;
    private readonly AddressPool _heldBack;

    /// <summary>Addresses that are one machine's own, each by itself: none of them is ever given to a newcomer.</summary>
    private readonly Dictionary<Ipv4Address, AddressPool> _own = [];

    public AddressPools(DhcpSubnet subnet, ReservationTable reservations)
    {
        int count = (int)Math.Min(subnet.Last.Value - subnet.First.Value + 1L, LeaseTable.MaximumPool);
        int heldBackCount = count / HeldBackDivisor;
        _subnet = subnet;
        _reservations = reservations;
        _anyone = new AddressPool(subnet.First, count - heldBackCount, MayGive);
        _heldBack = new AddressPool(new Ipv4Address(subnet.First.Value + (uint)_anyone.Count), heldBackCount, MayGive);
        foreach (Ipv4Address address in reservations.Addresses)
        {
            _own[address] = new AddressPool(address, 1, static _ => false);
        }
    }

    /// <summary>Addresses for newcomers.</summary>
    public int Count => _anyone.Count + _heldBack.Count;

    /// <summary>How many of them are nobody's own; goes through all of them.</summary>
    public int CountGivable() => _anyone.CountGivable() + _heldBack.CountGivable();

    /// <summary>How many of them nobody holds; goes through all of them.</summary>
    public int CountFree(TimeSpan now) => _anyone.CountFree(now) + _heldBack.CountFree(now);

    /// <summary>Whether the address is in the part that is not for everyone.</summary>
    public bool IsHeldBack(Ipv4Address address) => _heldBack.Contains(address) && !_own.ContainsKey(address);

    /// <summary>The pool that an address belongs to; false when it is none that we lease.</summary>
    public bool TryFind(Ipv4Address address, [NotNullWhen(true)] out AddressPool? pool)
    {
        pool = _own.TryGetValue(address, out AddressPool? own) ? own
            : !_subnet.IsInPool(address) ? null
            : _anyone.Contains(address) ? _anyone
            : _heldBack.Contains(address) ? _heldBack
            : null;
        return pool is not null;
    }

    /// <summary>Changes when a lease of one of the pools becomes free.</summary>
    public void SetExpiry(Lease lease, TimeSpan expires)
    {
        if (TryFind(lease.Address, out AddressPool? pool))
        {
            pool.SetExpiry(lease, expires);
        }
    }

    /// <summary>Finds an address for a newcomer; false when all that it may have are held.</summary>
    /// <param name="mayHaveAll">Whether what is held back is open to it too.</param>
    public bool TryAllocate(bool mayHaveAll, TimeSpan now, [NotNullWhen(true)] out Lease? lease) =>
        _anyone.TryAllocate(now, out lease) || (mayHaveAll && _heldBack.TryAllocate(now, out lease));

    /// <summary>Takes the address that a newcomer asks for; false when it may not have it, or it is held.</summary>
    public bool TryTake(Ipv4Address requested, bool mayHaveAll, TimeSpan now, [NotNullWhen(true)] out Lease? lease)
    {
        lease = null;
        if (!MayGive(requested) || !TryFind(requested, out AddressPool? pool)
            || (pool == _heldBack && !mayHaveAll) || pool.Find(requested)?.IsHeld(now) == true)
        {
            return false;
        }

        lease = pool.GetOrAdd(requested);
        return true;
    }

    /// <summary>Whether a newcomer may be given the address.</summary>
    private bool MayGive(Ipv4Address address) => _subnet.IsInPool(address) && !_reservations.Contains(address);
}
