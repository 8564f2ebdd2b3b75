namespace Appliance.Formats.Dhcp;

/// <summary>Values of option 53 (RFC 2132 §9.6). Others exist (lease query, force renew); none of them is for us.</summary>
public enum DhcpMessageType : byte
{
    /// <summary>No option 53: BOOTP (RFC 951), not DHCP.</summary>
    None = 0,
    Discover = 1,
    Offer = 2,
    Request = 3,
    Decline = 4,
    Ack = 5,
    Nak = 6,
    Release = 7,
    Inform = 8,
}
