using System.Net.NetworkInformation;

namespace Appliance.Boot;

/// <summary>The firmware that a client runs, as far as it decides what the client can load.</summary>
public enum ClientFirmware
{
    /// <summary>Not a network boot client, or of an architecture that we do not know.</summary>
    Unknown,
    Bios,
    UefiIa32,
    UefiX64,
    UefiArm32,
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
public sealed record NetbootClient
{
    public required PhysicalAddress Mac { get; init; }

    public required ClientStage Stage { get; init; }

    public ClientFirmware Firmware { get; init; }

    /// <summary>First value of option 93, or null when it sent none (RFC 4578 §2.1).</summary>
    public ushort? Architecture { get; init; }

    /// <summary>iPXE's version (option 175.235), or null.</summary>
    public Version? IpxeVersion { get; init; }

    /// <summary>Whether iPXE says that it can fetch by HTTP (option 175.19); true when it does not describe itself.</summary>
    public bool IpxeHasHttp { get; init; } = true;

    /// <summary>SMBIOS UUID from option 97 (RFC 4578 §2.3), or null.</summary>
    public Guid? Uuid { get; init; }
}
