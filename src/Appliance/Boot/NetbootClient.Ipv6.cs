using System.Buffers.Binary;
using System.Net.NetworkInformation;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;

namespace Appliance.Boot;

/// <summary>The same machine as it describes itself by DHCPv6 (RFC 5970 §3).</summary>
public sealed partial record NetbootClient
{
    /// <summary>Reads what a message tells of the machine that sent it.</summary>
    /// <param name="station">Its hardware address, if the message came from an address that is made of one; else none.</param>
    public static NetbootClient From(in Dhcpv6Message message, MacAddress station)
    {
        message.TryGetOption(Dhcpv6OptionCode.VendorClass, out ReadOnlySpan<byte> option);
        ReadOnlySpan<byte> vendorClass = ReadVendorClass(option);
        ClientStage stage = HasIpxeUserClass(message) ? ClientStage.Ipxe
            : vendorClass.StartsWith("PXEClient"u8) ? ClientStage.Pxe
            : vendorClass.StartsWith("HTTPClient"u8) ? ClientStage.HttpBoot
            : ClientStage.None;
        ushort? architecture = (message.TryGetOption(Dhcpv6OptionCode.ClientArchitecture, out ReadOnlySpan<byte> list) ? ReadArchitectures(list) : null)
            ?? ReadArchitectureName(vendorClass);
        byte[] mac = new byte[MacAddress.Length];
        (station.IsNone ? message.ClientMac : station).Write(mac);
        return new NetbootClient
        {
            Mac = new PhysicalAddress(mac),
            Stage = stage,
            Architecture = architecture,
            Firmware = stage == ClientStage.None ? ClientFirmware.Unknown : FirmwareOf(architecture),
        };
    }

    /// <summary>The first name behind the enterprise number (RFC 8415 §21.16); empty when there is none.</summary>
    private static ReadOnlySpan<byte> ReadVendorClass(ReadOnlySpan<byte> option)
    {
        const int enterpriseNumber = 4;
        return option.Length > enterpriseNumber ? ReadItem(option[enterpriseNumber..]) : default;
    }

    private static bool HasIpxeUserClass(in Dhcpv6Message message) =>
        message.TryGetOption(Dhcpv6OptionCode.UserClass, out ReadOnlySpan<byte> value) && ReadItem(value).SequenceEqual("iPXE"u8);

    /// <summary>An item behind its length; empty when it is cut off.</summary>
    private static ReadOnlySpan<byte> ReadItem(ReadOnlySpan<byte> items)
    {
        if (items.Length < sizeof(ushort))
        {
            return default;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(items);
        return length <= items.Length - sizeof(ushort) ? items.Slice(sizeof(ushort), length) : default;
    }
}
