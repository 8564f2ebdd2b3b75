namespace Appliance.Catalog;

/// <summary>One address's lease, as it is kept on disk.</summary>
/// <param name="Address">IPv4 address as a number: 192.0.2.1 is 0xC0000201.</param>
/// <param name="Identity">Who holds or held it (RFC 2131 §4.2). Empty: nobody, the address is forgotten.</param>
/// <param name="Chaddr">Ethernet address as a number, first byte highest; 0: none.</param>
/// <param name="Expires">When it ends, on the clock of <see cref="LeaseStore.Now"/>; <see cref="TimeSpan.MaxValue"/>: never.</param>
public sealed record LeaseRecord(uint Address, byte[] Identity, ulong Chaddr, TimeSpan Expires);
