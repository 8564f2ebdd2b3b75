namespace Appliance.Formats.Dhcpv6;

/// <summary>
/// Options that are read or written here (RFC 8415 §21, RFC 5970 §3). None for arguments of what is loaded (60, RFC 5970
/// §3.2): no loader of ours takes any.
/// </summary>
public enum Dhcpv6OptionCode : ushort
{
    ClientIdentifier = 1,
    ServerIdentifier = 2,
    IdentityAssociation = 3,
    IdentityAssociationAddress = 5,
    StatusCode = 13,
    UserClass = 15,
    VendorClass = 16,

    /// <summary>What to load, as a URL (RFC 5970 §3.1).</summary>
    BootFileUrl = 59,

    /// <summary>A list of architectures, the most wanted first (RFC 5970 §3.3).</summary>
    ClientArchitecture = 61,
}

/// <summary>Values of <see cref="Dhcpv6OptionCode.StatusCode"/> (RFC 8415 §21.13).</summary>
public enum Dhcpv6Status : ushort
{
    Success = 0,
    NotOnLink = 4,
}
