using System.Globalization;
using Appliance.E2E;

// `dotnet Appliance.E2E.dll flood|leases ...`: the test starts itself again inside the clients' network namespace.
if (args is ["flood", .. var rest] && PacketFlood.TryParse(rest, out PacketFlood? flood))
{
    return flood.Run();
}

if (args is ["flood", "fragments", var seed, var count])
{
    return FragmentFlood.Run(int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
}

if (args is ["leases", .. var wishes] && DhcpClients.TryParse(wishes, out DhcpClients? clients))
{
    return clients.Run();
}

if (args is ["leases", .. var steps] && DhcpStory.TryParse(steps, out DhcpStory? story))
{
    return story.Run();
}

Console.Error.WriteLine(
    "This assembly holds tests: run `make test`. Else: flood dhcp|tftp SEED COUNT SERVER-PROCESS-ID, "
    + "flood fragments SEED COUNT, "
    + "leases obtain|boot FIRST COUNT, leases claim FIRST ADDRESS..., leases story NUMBER ARCHITECTURE STEP...");
return 2;
