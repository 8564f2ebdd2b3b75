using System.Net.Sockets;
using Appliance.Formats.Link;
using Appliance.Interop;

namespace Appliance.Dhcp;

/// <summary>
/// Finds a link-local address that nobody else has (RFC 3927 §2.2), for a box that must not take a fixed one on somebody else's
/// network. Needs CAP_NET_RAW.
/// </summary>
internal sealed class LinkLocalClient(EthernetInterface link, TimeProvider time)
{
    // RFC 3927 §9: PROBE_NUM, MAX_CONFLICTS, ANNOUNCE_NUM.
    private const int Probes = 3;
    private const int MaximumConflicts = 10;
    private const int Announcements = 2;

    /// <summary>Between two probes, 1 to 2 s, so that boxes that are switched on together do not stay together.</summary>
    private static readonly TimeSpan ProbeMinimum = TimeSpan.FromSeconds(1);

    /// <summary>Behind the last probe, and between announcements.</summary>
    private static readonly TimeSpan AnnounceWait = TimeSpan.FromSeconds(2);

    private readonly LinkLocalCandidates _candidates = new(link.Mac);

    /// <summary>Returns an address that is free, and has told everybody so; null when each one that was tried is taken.</summary>
    /// <exception cref="SocketException">Frames cannot be sent.</exception>
    public async Task<Ipv4Address?> ClaimAsync(CancellationToken cancellation)
    {
        using var socket = PacketSocket.Open(link, ArpPacket.EtherType, []);
        for (int conflicts = 0; conflicts < MaximumConflicts; conflicts++)
        {
            Ipv4Address candidate = _candidates[conflicts];
            if (await IsFreeAsync(socket, candidate, cancellation))
            {
                await AnnounceAsync(socket, candidate, cancellation);
                return candidate;
            }
        }

        return null;
    }

    private async Task<bool> IsFreeAsync(PacketSocket socket, Ipv4Address candidate, CancellationToken cancellation)
    {
        for (int probe = 1; probe <= Probes; probe++)
        {
            Send(socket, frame => ArpPacket.WriteProbe(frame, link.Mac, candidate));
            TimeSpan wait = probe == Probes ? AnnounceWait : ProbeMinimum * (1 + Random.Shared.NextDouble());
            if (await HearsConflictAsync(socket, candidate, wait, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    private async Task AnnounceAsync(PacketSocket socket, Ipv4Address address, CancellationToken cancellation)
    {
        for (int i = 0; i < Announcements; i++)
        {
            Send(socket, frame => ArpPacket.WriteAnnouncement(frame, link.Mac, address));
            await Task.Delay(i == 0 ? AnnounceWait : TimeSpan.Zero, time, cancellation);
        }
    }

    private static void Send(PacketSocket socket, Func<byte[], int> write)
    {
        byte[] frame = new byte[ArpPacket.Length];
        socket.Send(frame.AsSpan(0, write(frame)));
    }

    private async Task<bool> HearsConflictAsync(PacketSocket socket, Ipv4Address candidate, TimeSpan wait, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        byte[] frame = new byte[ArpPacket.Length];
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(frame, either.Token);
                if (ArpPacket.TryParse(frame.AsSpan(0, length), out ArpPacket heard) && _candidates.IsConflict(heard, candidate))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
