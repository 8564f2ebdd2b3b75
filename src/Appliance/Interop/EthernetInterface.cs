using System.Net.NetworkInformation;
using Appliance.Formats.Link;

namespace Appliance.Interop;

/// <summary>What must be known of a network interface to send frames on it.</summary>
/// <param name="Name">Name, such as eth0.</param>
/// <param name="Index">The kernel's number of it.</param>
/// <param name="Mac">Its hardware address; none when it is not Ethernet.</param>
/// <param name="Mtu">Largest IP datagram, in bytes.</param>
/// <param name="LinkLocal">Its IPv6 link-local address, 16 bytes: the kernel's, or the one that RFC 4291 makes of the MAC.</param>
public sealed record EthernetInterface(string Name, int Index, MacAddress Mac, int Mtu, ReadOnlyMemory<byte> LinkLocal)
{
    /// <summary>Whether frames can be written for it.</summary>
    public bool IsEthernet => !Mac.IsNone;

    /// <summary>
    /// How often its link has come and gone, as the kernel counts it; null when it does not tell. A change between two
    /// looks is seen, however short it was.
    /// </summary>
    public long? ReadCarrierChanges()
    {
        try
        {
            return long.TryParse(File.ReadAllText($"/sys/class/net/{Name}/carrier_changes"), out long changes) ? changes : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The kernel's number of the interface of that name now; 0 when there is none.</summary>
    public static int IndexOf(string name) => (int)NetworkLibrary.InterfaceNameToIndex(name);

    /// <summary>Looks an interface up; null when there is none of that name.</summary>
    public static EthernetInterface? Find(string name)
    {
        try
        {
            return Array.Find(NetworkInterface.GetAllNetworkInterfaces(), candidate => candidate.Name == name) is { } found ? Read(found) : null;
        }
        catch (Exception gone) when (gone is IOException or NetworkInformationException)
        {
            // It went while it was looked at.
            return null;
        }
    }

    private static EthernetInterface Read(NetworkInterface found)
    {
        IPInterfaceProperties properties = found.GetIPProperties();
        IPv4InterfaceProperties ipv4 = properties.GetIPv4Properties();
        byte[] hardware = found.GetPhysicalAddress().GetAddressBytes();
        bool isEthernet = found.NetworkInterfaceType == NetworkInterfaceType.Ethernet && hardware.Length == MacAddress.Length;
        MacAddress mac = isEthernet ? MacAddress.Read(hardware) : MacAddress.None;
        byte[]? linkLocal = properties.UnicastAddresses
            .FirstOrDefault(static unicast => unicast.Address.IsIPv6LinkLocal)?.Address.GetAddressBytes();
        return new EthernetInterface(found.Name, ipv4.Index, mac, ipv4.Mtu, linkLocal ?? LinkLocalOf(mac));
    }

    /// <summary>fe80::/64 and the modified EUI-64 of the MAC (RFC 4291 §2.5.1 and appendix A).</summary>
    internal static byte[] LinkLocalOf(MacAddress mac)
    {
        const byte universalBit = 0x02;
        byte[] address = new byte[16];
        address[0] = 0xfe;
        address[1] = 0x80;
        mac.Write(address.AsSpan(10));
        address.AsSpan(10, 3).CopyTo(address.AsSpan(8));
        address[8] ^= universalBit;
        address[11] = 0xff;
        address[12] = 0xfe;
        return address;
    }
}
