using System.Collections.Immutable;
using System.Net;

namespace Appliance.Options;

/// <summary>An option that the user adds to replies, as bytes.</summary>
/// <param name="Code">Its code (RFC 2132 and IANA's list).</param>
/// <param name="Value">What it holds.</param>
public sealed record DhcpCustomOption(byte Code, ImmutableArray<byte> Value);

/// <summary>An address that is one machine's own, in the pool or outside of it.</summary>
/// <param name="Chaddr">Hardware address by which the machine is known; null when it is known by its identifier.</param>
/// <param name="ClientIdentifier">Option 61; null when it is known by its hardware address.</param>
/// <param name="Address">Its address.</param>
/// <param name="Options">Options for it alone; they win over those for all.</param>
public sealed record DhcpReservation(
    ImmutableArray<byte>? Chaddr, ImmutableArray<byte>? ClientIdentifier, IPAddress Address, ImmutableArray<DhcpCustomOption> Options);

/// <summary>A network behind a relay agent (RFC 1542 §4), and what is handed out there.</summary>
/// <param name="Network">Its network address.</param>
/// <param name="PrefixLength">Bits of the network part.</param>
/// <param name="PoolStart">First address handed out.</param>
/// <param name="PoolEnd">Last address handed out.</param>
/// <param name="Router">Default router told to its clients, without which they would not reach us.</param>
public sealed record DhcpRelaySubnet(IPAddress Network, int PrefixLength, IPAddress PoolStart, IPAddress PoolEnd, IPAddress Router);
