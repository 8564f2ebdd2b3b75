using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;

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
    private readonly ConcurrentDictionary<PhysicalAddress, NetbootClient> _machines = new();

    /// <summary>
    /// Remembers who got an address. A message that does not tell the firmware (an installer's or the installed system's, on
    /// the same PC) leaves what is known, also where that system calls itself otherwise and so gets another address.
    /// </summary>
    public void Remember(IPAddress address, NetbootClient client)
    {
        if (client.Stage is ClientStage.None || client.Firmware is ClientFirmware.Unknown)
        {
            if (_machines.TryGetValue(client.Mac, out NetbootClient? machine))
            {
                Remember(_clients, address, machine);
            }
            else
            {
                _clients.TryRemove(address, out _);
            }
        }
        else
        {
            Remember(_clients, address, client);
            Remember(_machines, client.Mac, client);
        }
    }

    private static void Remember<T>(ConcurrentDictionary<T, NetbootClient> known, T key, NetbootClient client)
        where T : notnull
    {
        if (known.Count < MaxClients || known.ContainsKey(key))
        {
            known[key] = client;
        }
    }

    /// <summary>The client that has the address, or null.</summary>
    public NetbootClient? Find(IPAddress address) => _clients.GetValueOrDefault(address);
}
