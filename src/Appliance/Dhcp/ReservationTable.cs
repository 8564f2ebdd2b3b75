using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>
/// Which addresses are whose own. A machine is known by its hardware address or by its identifier (option 61): ROM, iPXE and
/// operating system of one machine send three identifiers from one hardware address.
/// </summary>
public sealed class ReservationTable
{
    private readonly Dictionary<byte[], DhcpReservation> _byIdentifier = new(ByteComparer.Instance);
    private readonly Dictionary<byte[], DhcpReservation>.AlternateLookup<ReadOnlySpan<byte>> _byIdentifierBytes;
    private readonly Dictionary<MacAddress, DhcpReservation> _byChaddr = [];
    private readonly Dictionary<Ipv4Address, DhcpReservation> _byAddress = [];

    /// <param name="reservations">Those of one subnet; checked when they were read.</param>
    public ReservationTable(IEnumerable<DhcpReservation> reservations)
    {
        _byIdentifierBytes = _byIdentifier.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (DhcpReservation reservation in reservations)
        {
            _byAddress[DhcpSubnet.From(reservation.Address)] = reservation;
            if (reservation.Chaddr is { } chaddr)
            {
                _byChaddr[MacAddress.Read(chaddr.AsSpan())] = reservation;
            }
            else if (reservation.ClientIdentifier is { } identifier)
            {
                _byIdentifier[[.. identifier]] = reservation;
            }
        }
    }

    /// <summary>All addresses that are somebody's own.</summary>
    public IEnumerable<Ipv4Address> Addresses => _byAddress.Keys;

    public bool Contains(Ipv4Address address) => _byAddress.ContainsKey(address);

    /// <summary>The reservation of a client: by its identifier, which is more particular, before its hardware address.</summary>
    public bool TryFind(ClientIdentity client, [NotNullWhen(true)] out DhcpReservation? reservation) =>
        _byIdentifierBytes.TryGetValue(client.Bytes, out reservation)
        || (!client.Chaddr.IsNone && _byChaddr.TryGetValue(client.Chaddr, out reservation));

    /// <summary>Whether the address is another's own.</summary>
    public bool IsForAnother(Ipv4Address address, ClientIdentity client) =>
        _byAddress.TryGetValue(address, out DhcpReservation? owner) && !(TryFind(client, out DhcpReservation? own) && own == owner);
}
