using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// A run of addresses, and the order in which they are given to newcomers: first those that nobody had, in order, then
/// the one that has been free for longest, so that a machine that comes back finds its own.
/// </summary>
internal sealed class AddressPool
{
    private static readonly Comparer<Lease> ByExpiry = Comparer<Lease>.Create(static (left, right) =>
        left.Expires != right.Expires
            ? left.Expires.CompareTo(right.Expires)
            : left.Address.CompareTo(right.Address));

    private readonly Func<Ipv4Address, bool> _mayGive;
    private readonly Ipv4Address _first;
    private readonly Lease?[] _leases;
    private readonly SortedSet<Lease> _byExpiry = new(ByExpiry);
    private int _next;

    /// <param name="mayGive">Which of the addresses newcomers may get.</param>
    public AddressPool(Ipv4Address first, int count, Func<Ipv4Address, bool> mayGive)
    {
        _mayGive = mayGive;
        _first = first;
        _leases = new Lease?[count];
    }

    public int Count => _leases.Length;

    /// <summary>How many of them newcomers may get at all; goes through all of them.</summary>
    public int CountGivable() => Enumerable.Range(0, Count).Count(i => _mayGive(new Ipv4Address(_first.Value + (uint)i)));

    public bool Contains(Ipv4Address address) => address.Value - _first.Value < (uint)_leases.Length;

    /// <summary>The lease of an address, or null when it was never offered.</summary>
    public Lease? Find(Ipv4Address address) => _leases[address.Value - _first.Value];

    /// <summary>The lease of an address, made when there is none.</summary>
    public Lease GetOrAdd(Ipv4Address address)
    {
        ref Lease? lease = ref _leases[address.Value - _first.Value];
        if (lease is null)
        {
            lease = new Lease(address);
            _byExpiry.Add(lease);
        }

        return lease;
    }

    /// <summary>Changes when the lease becomes free; the only way to change it, because the order depends on it.</summary>
    public void SetExpiry(Lease lease, TimeSpan expires)
    {
        _byExpiry.Remove(lease);
        lease.Expires = expires;
        _byExpiry.Add(lease);
    }

    /// <summary>Finds an address for a newcomer; false when all are held.</summary>
    public bool TryAllocate(TimeSpan now, [NotNullWhen(true)] out Lease? lease)
    {
        for (; _next < _leases.Length; _next++)
        {
            var address = new Ipv4Address(_first.Value + (uint)_next);
            if (_leases[_next] is null && _mayGive(address))
            {
                lease = GetOrAdd(address);
                return true;
            }
        }

        lease = _byExpiry.Min;
        return lease is not null && !lease.IsHeld(now);
    }

    /// <summary>How many addresses newcomers could get now.</summary>
    public int CountFree(TimeSpan now)
    {
        int free = 0;
        for (int i = 0; i < _leases.Length; i++)
        {
            bool isFree = _leases[i] is not { } lease || !lease.IsHeld(now);
            free += isFree && _mayGive(new Ipv4Address(_first.Value + (uint)i)) ? 1 : 0;
        }

        return free;
    }
}
