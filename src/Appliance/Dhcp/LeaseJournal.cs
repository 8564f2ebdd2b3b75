using System.Net.Sockets;
using Appliance.Catalog;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// Sees to it that no acknowledgement leaves before its lease is on disk: what is promised survives a power cut. The
/// server's loop goes on meanwhile; the acknowledgement is sent by the thread that has written the lease.
/// </summary>
/// <param name="sender">Used by that thread only.</param>
internal sealed class LeaseJournal(DhcpScopes scopes, LeaseStore store, DhcpSender sender, DhcpCounters counters)
{
    /// <summary>Gives the tables what was on disk.</summary>
    public void Restore()
    {
        foreach (LeaseRecord lease in store.Loaded)
        {
            var address = new Ipv4Address(lease.Address);
            scopes.Find(address)?.Leases.Restore(
                address, new ClientIdentity(lease.Identity, new MacAddress(lease.Chaddr)), lease.Expires);
        }
    }

    /// <summary>Writes what the last message has changed. True when its reply may be sent at once.</summary>
    /// <param name="datagram">The reply; when it has to wait, a copy is sent later, unless so many wait that it is dropped.</param>
    public bool Record(in DhcpReply reply, MacAddress station, ReadOnlySpan<byte> datagram)
    {
        Lease[] changed = [.. scopes.All.SelectMany(static scope => scope.Leases.TakeChanged())];
        bool isGrant = reply is { Outcome: DhcpOutcome.Ack, Length: > 0 };

        // A grant that changes nothing may repeat one that is still on its way to the disk.
        if (!isGrant || (changed.Length == 0 && store.IsIdle))
        {
            Write(changed, null);
            return true;
        }

        DhcpReply held = reply;
        byte[] copy = datagram.ToArray();
        Write(changed, () => Send(held, station, copy));
        return false;
    }

    private void Write(Lease[] changed, Action? committed)
    {
        if (changed.Length == 0 && committed is null)
        {
            return;
        }

        LeaseRecord[] records = [.. changed.Select(static lease =>
            new LeaseRecord(lease.Address.Value, lease.Identity, lease.Chaddr.Value, lease.StoredUntil))];
        if (!store.TryWrite(records, committed))
        {
            // The disk stands still. The client asks again, and its lease is then written like a new one.
            counters.Count(DhcpOutcome.DiskBusy);
            foreach (Lease lease in changed)
            {
                lease.StoredUntil = default;
            }
        }
    }

    private void Send(in DhcpReply reply, MacAddress station, byte[] datagram)
    {
        try
        {
            datagram.CopyTo(sender.Buffer);
            sender.Send(reply, station);
        }
        catch (SocketException)
        {
            // The interface is down for the moment, or its queue is full: the client asks again.
            counters.Count(DhcpOutcome.SocketFailed);
        }
    }
}
