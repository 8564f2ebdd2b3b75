using System.Collections.Concurrent;
using System.Net;

namespace Appliance.Boot;

/// <summary>
/// What is known about the clients on the wire, by address: the DHCP server tells it, and the menu asks it. Bounded;
/// when it is full the newcomer is simply unknown, and gets a menu that finds out for itself.
/// </summary>
public sealed class BootClients
{
    /// <summary>More addresses than a pool of the default size has, and small in memory.</summary>
    private const int MaxClients = 4096;

    private readonly ConcurrentDictionary<IPAddress, NetbootClient> _clients = new();

    /// <summary>
    /// Remembers who got an address. A message that does not tell the firmware (the installed system's, on the same PC)
    /// leaves what is known.
    /// </summary>
    public void Remember(IPAddress address, NetbootClient client)
    {
        if (client.Stage is ClientStage.None || client.Firmware is ClientFirmware.Unknown)
        {
            if (_clients.TryGetValue(address, out NetbootClient? known) && !known.Mac.Equals(client.Mac))
            {
                _clients.TryRemove(address, out _);
            }
        }
        else if (_clients.Count < MaxClients || _clients.ContainsKey(address))
        {
            _clients[address] = client;
        }
    }

    /// <summary>The client that has the address, or null.</summary>
    public NetbootClient? Find(IPAddress address) => _clients.GetValueOrDefault(address);
}
