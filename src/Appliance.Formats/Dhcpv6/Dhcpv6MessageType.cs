namespace Appliance.Formats.Dhcpv6;

/// <summary>Types of messages (RFC 8415 §7.3), as far as clients and servers exchange them without a relay.</summary>
public enum Dhcpv6MessageType : byte
{
    Solicit = 1,
    Advertise = 2,
    Request = 3,
    Confirm = 4,
    Renew = 5,
    Rebind = 6,
    Reply = 7,
    Release = 8,
    Decline = 9,
    Reconfigure = 10,
    InformationRequest = 11,
}
