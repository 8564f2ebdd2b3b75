using System.Net;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Dhcp;

namespace Appliance;

/// <summary>
/// Passes on what the servers tell: who has which address, each step to the timeline, and whose loader has come to a menu.
/// </summary>
internal sealed class BootWatch
{
    private readonly BootClients _clients;
    private readonly BootTimeline _timeline;
    private readonly LoaderChain _chain;

    public BootWatch(BootClients clients, BootTimeline timeline, LoaderChain chain)
    {
        (_clients, _timeline, _chain) = (clients, timeline, chain);
        chain.Moved += (client, failed, next) => timeline.Add(
            BootStep.LoaderChanged, client,
            $"{failed} did not come up {LoaderChain.ManyAskings - 1} times: it is given {next} now, and from now on", bootFile: next);
    }

    /// <summary>Called on the servers' threads when a fetch ends: keeps them for microseconds.</summary>
    public void See(in BootFetch fetch)
    {
        _timeline.Add(fetch);
        if (fetch.Outcome is BootFetchOutcome.Complete && BootFileKind.IsMachineMenu(fetch.Path) && _clients.Find(fetch.Client) is { } client)
        {
            _chain.Reached(client.Mac);
        }
    }

    /// <summary>Called on the DHCP server's loop: keeps it for microseconds.</summary>
    public void See(DhcpTransaction seen)
    {
        bool hasAddress = !seen.Address.Equals(IPAddress.Any);
        if (hasAddress && seen.Outcome is DhcpOutcome.Offer or DhcpOutcome.Ack or DhcpOutcome.Watched)
        {
            _clients.Remember(seen.Address, seen.Client);
        }

        BootStep? step = seen.Outcome switch
        {
            DhcpOutcome.Offer or DhcpOutcome.ProxyOffer => BootStep.AddressOffered,
            DhcpOutcome.Ack or DhcpOutcome.Watched when hasAddress => BootStep.AddressGranted,
            DhcpOutcome.Nak => BootStep.AddressRefused,
            DhcpOutcome.PoolExhausted => BootStep.AddressAsked,
            DhcpOutcome.OtherServer => BootStep.OtherServerChosen,
            _ => null,
        };
        if (step is not null)
        {
            _timeline.Add(step.Value, seen.Client, (seen.OtherServer ?? seen.Address).ToString(), hasAddress ? seen.Address : null, seen.BootFile);
        }

        if (seen.Remedy is not null)
        {
            _timeline.Add(BootStep.NoLoader, seen.Client, seen.Remedy);
        }
    }
}
