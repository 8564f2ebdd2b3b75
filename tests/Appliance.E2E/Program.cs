using Appliance.E2E;

// `dotnet Appliance.E2E.dll flood ...`: the test starts itself again inside the clients' network namespace.
if (args is ["flood", .. var rest] && PacketFlood.TryParse(rest, out PacketFlood? flood))
{
    return flood.Run();
}

Console.Error.WriteLine("This assembly holds tests: run `make test`. Else: flood dhcp|tftp SEED COUNT SERVER-PROCESS-ID");
return 2;
