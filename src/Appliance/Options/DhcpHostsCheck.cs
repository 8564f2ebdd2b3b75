using System.Net;

namespace Appliance.Options;

/// <summary>Checks machines and networks of the DHCP server against each other.</summary>
internal static class DhcpHostsCheck
{
    /// <summary>Adds a message for each address or machine that is named twice or lies nowhere, and for networks that overlap.</summary>
    public static void Validate(ApplianceOptions options, List<string> mistakes)
    {
        (uint Network, int Prefix, string Name)[] networks =
        [
            (SettingText.ToUInt32(options.Network.Address) & Mask(options.Network.PrefixLength), options.Network.PrefixLength, "address"),
            .. options.Dhcp.RelaySubnets.Select(static subnet =>
                (SettingText.ToUInt32(subnet.Network), subnet.PrefixLength, $"dhcp-relay-subnet {subnet.Network}/{subnet.PrefixLength}")),
        ];
        for (int i = 1; i < networks.Length; i++)
        {
            int overlap = Array.FindIndex(networks, 0, i, other => Overlap(other.Network, other.Prefix, networks[i].Network, networks[i].Prefix));
            if (overlap >= 0)
            {
                mistakes.Add($"{networks[i].Name}: overlaps with the network of {networks[overlap].Name}; each network is named once");
            }
        }

        var named = new HashSet<string>();
        foreach (DhcpReservation reservation in options.Dhcp.Reservations)
        {
            string machine = reservation.Chaddr is { } chaddr
                ? Convert.ToHexStringLower(chaddr.AsSpan())
                : "id:" + Convert.ToHexStringLower(reservation.ClientIdentifier!.Value.AsSpan());
            if (!named.Add(machine) | !named.Add(reservation.Address.ToString()))
            {
                mistakes.Add($"dhcp-host: {machine} or {reservation.Address} is named twice; a machine has one address, and an address one machine");
            }

            if (!IsUsable(reservation.Address, options.Network.Address, networks))
            {
                mistakes.Add($"dhcp-host: {reservation.Address} is no address for a machine in any network that is served; change it, or address");
            }
        }
    }

    private static bool IsUsable(IPAddress address, IPAddress own, (uint Network, int Prefix, string Name)[] networks)
    {
        uint value = SettingText.ToUInt32(address);
        return !address.Equals(own) && networks.Any(network =>
            (value & Mask(network.Prefix)) == network.Network && value != network.Network && value != (network.Network | ~Mask(network.Prefix)));
    }

    private static bool Overlap(uint left, int leftPrefix, uint right, int rightPrefix) =>
        ((left ^ right) & Mask(Math.Min(leftPrefix, rightPrefix))) == 0;

    private static uint Mask(int prefix) => uint.MaxValue << (32 - prefix);
}
