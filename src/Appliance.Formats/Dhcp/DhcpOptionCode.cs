namespace Appliance.Formats.Dhcp;

/// <summary>Option codes that this product reads or writes (IANA "BOOTP Vendor Extensions and DHCP Options").</summary>
public enum DhcpOptionCode : byte
{
    /// <summary>One byte of nothing (RFC 2132 §3.1).</summary>
    Pad = 0,
    SubnetMask = 1,
    Router = 3,
    DomainNameServer = 6,
    HostName = 12,
    DomainName = 15,
    BroadcastAddress = 28,

    /// <summary>Encapsulated options of a vendor: here always PXE's (PXE 2.1, table 2-1).</summary>
    VendorOptions = 43,
    RequestedAddress = 50,
    LeaseTime = 51,

    /// <summary>Says that <c>file</c> (1), <c>sname</c> (2) or both (3) hold options (RFC 2132 §9.3).</summary>
    Overload = 52,
    MessageType = 53,
    ServerIdentifier = 54,
    ParameterRequestList = 55,
    Message = 56,
    MaximumMessageSize = 57,
    RenewalTime = 58,
    RebindingTime = 59,
    VendorClass = 60,
    ClientIdentifier = 61,
    TftpServerName = 66,
    BootFileName = 67,

    /// <summary>User class (RFC 3004); iPXE puts its bare name there, without the length bytes.</summary>
    UserClass = 77,

    /// <summary>What a relay knows of the client; "echoed back unchanged" and last (RFC 3046 §2.2).</summary>
    RelayAgentInformation = 82,

    /// <summary>RFC 4578 §2.1.</summary>
    ClientSystemArchitecture = 93,

    /// <summary>SMBIOS UUID (RFC 4578 §2.3).</summary>
    ClientMachineIdentifier = 97,

    /// <summary>RFC 3442.</summary>
    ClasslessStaticRoute = 121,

    /// <summary>iPXE's encapsulated options.</summary>
    Ipxe = 175,

    /// <summary>No more options in this field (RFC 2132 §3.2).</summary>
    End = 255,
}
