using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>Finds the lease of a client, by its identity and by its hardware address. Changed by <see cref="LeaseTable"/> only.</summary>
internal sealed class LeaseIndex
{
    private readonly Dictionary<byte[], Lease> _byIdentity = new(ByteComparer.Instance);
    private readonly Dictionary<byte[], Lease>.AlternateLookup<ReadOnlySpan<byte>> _byIdentityBytes;
    private readonly Dictionary<MacAddress, Lease> _byChaddr = [];

    public LeaseIndex() => _byIdentityBytes = _byIdentity.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>
    /// The lease that this client has or had last. One that it holds comes before one that has ended; its own identity
    /// before its hardware address, by which ROM, iPXE and operating system of one machine share an address.
    /// </summary>
    public Lease? Find(ClientIdentity client, TimeSpan now)
    {
        Lease? own = _byIdentityBytes.TryGetValue(client.Bytes, out Lease? byIdentity) ? byIdentity : null;
        Lease? sameMachine = !client.Chaddr.IsNone && _byChaddr.TryGetValue(client.Chaddr, out Lease? byChaddr) ? byChaddr : null;
        return own is not null && own.IsHeld(now) ? own
            : sameMachine is not null && sameMachine.IsHeld(now) ? sameMachine
            : own ?? sameMachine;
    }

    /// <summary>Makes the client the holder, under the identity and hardware address that it uses now.</summary>
    public void Assign(Lease lease, ClientIdentity client)
    {
        if (!client.Bytes.SequenceEqual(lease.Identity))
        {
            RemoveIdentity(lease);
            lease.Identity = client.Bytes.ToArray();
        }

        if (client.Chaddr != lease.Chaddr)
        {
            RemoveChaddr(lease);
            lease.Chaddr = client.Chaddr;
        }

        _byIdentity[lease.Identity] = lease;
        if (!lease.Chaddr.IsNone)
        {
            _byChaddr[lease.Chaddr] = lease;
        }
    }

    /// <summary>Forgets who held it.</summary>
    public void Remove(Lease lease)
    {
        RemoveIdentity(lease);
        RemoveChaddr(lease);
        lease.Identity = [];
        lease.Chaddr = MacAddress.None;
    }

    private void RemoveIdentity(Lease lease)
    {
        if (_byIdentity.TryGetValue(lease.Identity, out Lease? mapped) && mapped == lease)
        {
            _byIdentity.Remove(lease.Identity);
        }
    }

    private void RemoveChaddr(Lease lease)
    {
        if (_byChaddr.TryGetValue(lease.Chaddr, out Lease? mapped) && mapped == lease)
        {
            _byChaddr.Remove(lease.Chaddr);
        }
    }
}
