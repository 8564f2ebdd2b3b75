using System.Net;
using Appliance.Boot;
using Appliance.Boot.Timeline;
using Appliance.Dhcp;

namespace Appliance;

/// <summary>Passes on what the DHCP server tells: who has which address, and each step to the timeline.</summary>
internal sealed class BootWatch(BootClients clients, BootTimeline timeline)
{
    /// <summary>Called on the DHCP server's loop: keeps it for microseconds.</summary>
    public void See(DhcpTransaction seen)
    {
        bool hasAddress = !seen.Address.Equals(IPAddress.Any);
        if (hasAddress && seen.Outcome is DhcpOutcome.Offer or DhcpOutcome.Ack or DhcpOutcome.Watched)
        {
            clients.Remember(seen.Address, seen.Client);
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
            timeline.Add(step.Value, seen.Client, (seen.OtherServer ?? seen.Address).ToString(), hasAddress ? seen.Address : null, seen.BootFile);
        }

        if (seen.Remedy is not null)
        {
            timeline.Add(BootStep.NoLoader, seen.Client, seen.Remedy);
        }
    }
}
