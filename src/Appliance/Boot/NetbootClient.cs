using System.Buffers.Binary;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json.Serialization;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Pxe;

namespace Appliance.Boot;

/// <summary>The firmware that a client runs, as far as it decides what the client can load.</summary>
public enum ClientFirmware
{
    /// <summary>Not a network boot client, or of an architecture that we do not know.</summary>
    Unknown,

    [JsonStringEnumMemberName("bios")]
    Bios,

    [JsonStringEnumMemberName("uefi-ia32")]
    UefiIa32,

    [JsonStringEnumMemberName("uefi-x64")]
    UefiX64,

    [JsonStringEnumMemberName("uefi-arm32")]
    UefiArm32,

    [JsonStringEnumMemberName("uefi-arm64")]
    UefiArm64,
}

/// <summary>What is asking: the stage of a boot that sent a DHCP message.</summary>
public enum ClientStage
{
    /// <summary>An operating system, a printer, anything that does not ask to boot.</summary>
    None,

    /// <summary>PXE firmware (vendor class PXEClient).</summary>
    Pxe,

    /// <summary>UEFI HTTP boot firmware (vendor class HTTPClient).</summary>
    HttpBoot,

    /// <summary>iPXE (user class, or its option space).</summary>
    Ipxe,
}

/// <summary>A machine that boots from the network, as its DHCP message describes it.</summary>
public sealed partial record NetbootClient
{
    private const int UuidOptionLength = 17;
    private const byte UuidOptionType = 0;

    public required PhysicalAddress Mac { get; init; }

    public required ClientStage Stage { get; init; }

    public ClientFirmware Firmware { get; init; }

    /// <summary>
    /// First value of option 93 that we know, else its first value, or what the vendor class says; null when none of them
    /// tells (RFC 4578 §2.1).
    /// </summary>
    public ushort? Architecture { get; init; }

    /// <summary>iPXE's version (option 175.235), or null.</summary>
    public Version? IpxeVersion { get; init; }

    /// <summary>Whether iPXE says that it can fetch by HTTP (option 175.19); true when it does not describe itself.</summary>
    public bool IpxeHasHttp { get; init; } = true;

    /// <summary>SMBIOS UUID from option 97 (RFC 4578 §2.3), or null.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Reads what a message tells of the machine that sent it. What is odd in an option leaves that option out.</summary>
    public static NetbootClient From(in DhcpMessage message)
    {
        message.TryGetOption(DhcpOptionCode.VendorClass, out ReadOnlySpan<byte> vendorClass);
        bool describesItself = TryGetIpxeOptions(message, out IpxeOptions ipxe);
        ClientStage stage = describesItself || HasIpxeUserClass(message) ? ClientStage.Ipxe
            : vendorClass.StartsWith("PXEClient"u8) ? ClientStage.Pxe
            : vendorClass.StartsWith("HTTPClient"u8) ? ClientStage.HttpBoot
            : ClientStage.None;
        ushort? architecture = ReadArchitecture(message) ?? ReadArchitectureName(vendorClass);

        return new NetbootClient
        {
            Mac = new PhysicalAddress(message.Chaddr.ToArray()),
            Stage = stage,
            Architecture = architecture,
            Firmware = stage == ClientStage.None ? ClientFirmware.Unknown : FirmwareOf(architecture),
            IpxeVersion = describesItself ? ipxe.Version : null,
            IpxeHasHttp = !describesItself || ipxe.HasHttp,
            Uuid = ReadUuid(message),
        };
    }

    /// <summary>Option 175 counts only when it names a version, as every iPXE does: others use the code too.</summary>
    private static bool TryGetIpxeOptions(in DhcpMessage message, out IpxeOptions ipxe)
    {
        ipxe = default;
        return message.TryGetOption(DhcpOptionCode.Ipxe, out ReadOnlySpan<byte> value)
            && IpxeOptions.TryParse(value, out ipxe)
            && ipxe.Version is not null;
    }

    /// <summary>iPXE sends its bare name, or, when told to keep to RFC 3004 §4, with a length byte before it.</summary>
    private static bool HasIpxeUserClass(in DhcpMessage message) =>
        message.TryGetOption(DhcpOptionCode.UserClass, out ReadOnlySpan<byte> value)
        && (value.SequenceEqual("iPXE"u8) || value.IndexOf("\u0004iPXE"u8) >= 0);

    private static ushort? ReadArchitecture(in DhcpMessage message) =>
        message.TryGetOption(DhcpOptionCode.ClientSystemArchitecture, out ReadOnlySpan<byte> list) ? ReadArchitectures(list) : null;

    /// <summary>The first of a list that we know, else its first.</summary>
    private static ushort? ReadArchitectures(ReadOnlySpan<byte> list)
    {
        if (list.IsEmpty || list.Length % sizeof(ushort) != 0)
        {
            return null;
        }

        for (ReadOnlySpan<byte> rest = list; !rest.IsEmpty; rest = rest[sizeof(ushort)..])
        {
            ushort value = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (FirmwareOf(value) != ClientFirmware.Unknown)
            {
                return value;
            }
        }

        return BinaryPrimitives.ReadUInt16BigEndian(list);
    }

    /// <summary>Firmware without option 93 still tells it: "PXEClient:Arch:xxxxx:UNDI:yyyzzz" (PXE 2.1 §2.2.3).</summary>
    private static ushort? ReadArchitectureName(ReadOnlySpan<byte> vendorClass)
    {
        const int digits = 5;
        ReadOnlySpan<byte> label = ":Arch:"u8;
        int at = vendorClass.IndexOf(label);
        return at >= 0
            && vendorClass.Length >= at + label.Length + digits
            && ushort.TryParse(
                vendorClass.Slice(at + label.Length, digits), NumberStyles.None, CultureInfo.InvariantCulture, out ushort value)
            ? value
            : null;
    }

    private static ClientFirmware FirmwareOf(ushort? architecture) => (ClientSystemArchitecture?)architecture switch
    {
        ClientSystemArchitecture.Bios or ClientSystemArchitecture.HttpBios => ClientFirmware.Bios,
        ClientSystemArchitecture.UefiIa32 or ClientSystemArchitecture.HttpUefiIa32 => ClientFirmware.UefiIa32,

        // No machine runs EFI byte code alone: by 9 and 0x11 x86-64 firmware is meant.
        ClientSystemArchitecture.UefiX64 or ClientSystemArchitecture.UefiByteCode => ClientFirmware.UefiX64,
        ClientSystemArchitecture.HttpUefiX64 or ClientSystemArchitecture.HttpUefiByteCode => ClientFirmware.UefiX64,
        ClientSystemArchitecture.UefiArm32 or ClientSystemArchitecture.HttpUefiArm32 => ClientFirmware.UefiArm32,
        ClientSystemArchitecture.UefiArm64 or ClientSystemArchitecture.HttpUefiArm64 => ClientFirmware.UefiArm64,
        _ => ClientFirmware.Unknown,
    };

    private static Guid? ReadUuid(in DhcpMessage message) =>
        message.TryGetOption(DhcpOptionCode.ClientMachineIdentifier, out ReadOnlySpan<byte> value)
        && value.Length == UuidOptionLength && value[0] == UuidOptionType
            ? new Guid(value[1..])
            : null;
}
