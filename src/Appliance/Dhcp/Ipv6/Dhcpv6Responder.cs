using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Dhcpv6;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance.Dhcp.Ipv6;

/// <summary>
/// Answers DHCPv6 clients (RFC 8415 §18.3): addresses of the prefix, and to those that boot what they load (RFC 5970). Remembers
/// no client.
/// </summary>
/// <param name="station">Our hardware address, of which our identifier is made.</param>
internal sealed class Dhcpv6Responder(ApplianceOptions options, BootPolicy policy, MacAddress station)
{
    private readonly Ipv6Addresses _addresses = new(options.Network.Ipv6Prefix!);
    private readonly byte[] _identifier = IdentifierOf(station);
    private readonly string _tftp = $"tftp://[{options.Network.Ipv6Address}]/";
    private readonly uint _seconds = (uint)options.Dhcp.LeaseTime.TotalSeconds;

    /// <summary>Writes the answer to a message; a length of 0 when it gets none.</summary>
    /// <param name="reply">Where the answer goes; its length is the most that it can be.</param>
    public Dhcpv6Reply Respond(in Dhcpv6Message message, NetbootClient client, Span<byte> reply)
    {
        if (!IsForUs(message))
        {
            return default;
        }

        switch (message.Type)
        {
            case Dhcpv6MessageType.Solicit:
                return Assign(message, client, new Dhcpv6MessageWriter(reply, Dhcpv6MessageType.Advertise, message.TransactionId));
            case Dhcpv6MessageType.Confirm:
                return Confirm(message, NewReply(message, reply));
            case Dhcpv6MessageType.Release or Dhcpv6MessageType.Decline:
                return Acknowledge(message, NewReply(message, reply));
            case Dhcpv6MessageType.InformationRequest:
                return Inform(message, client, NewReply(message, reply));
            default:
                return Assign(message, client, NewReply(message, reply));
        }
    }

    /// <summary>DUID-LL (RFC 8415 §11.4): the board has no clock that is right when it starts, as DUID-LLT would need.</summary>
    internal static byte[] IdentifierOf(MacAddress station)
    {
        byte[] identifier = [0, 3, 0, 1, .. new byte[MacAddress.Length]];
        station.Write(identifier.AsSpan(4));
        return identifier;
    }

    /// <summary>Which messages must, may not, or may name a server and a client (RFC 8415 §16).</summary>
    private bool IsForUs(in Dhcpv6Message message)
    {
        bool isToUs = message.ServerIdentifier.SequenceEqual(_identifier);
        bool isToAny = message.ServerIdentifier.IsEmpty;
        bool hasAssociation = message.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out _);
        return message.Type switch
        {
            Dhcpv6MessageType.Solicit or Dhcpv6MessageType.Confirm or Dhcpv6MessageType.Rebind => isToAny && !message.ClientIdentifier.IsEmpty,
            Dhcpv6MessageType.Request or Dhcpv6MessageType.Renew or Dhcpv6MessageType.Release or Dhcpv6MessageType.Decline =>
                isToUs && !message.ClientIdentifier.IsEmpty,
            Dhcpv6MessageType.InformationRequest => (isToAny || isToUs) && !hasAssociation,
            _ => false,
        };
    }

    private Dhcpv6Reply Assign(in Dhcpv6Message message, NetbootClient client, Dhcpv6MessageWriter writer)
    {
        AddIdentifiers(ref writer, message);
        bool endsOthers = message.Type is Dhcpv6MessageType.Renew or Dhcpv6MessageType.Rebind;
        Span<byte> address = stackalloc byte[Ipv6Addresses.Length];
        IPAddress? first = null;
        Dhcpv6OptionReader asked = message.Options;
        while (asked.TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value))
        {
            if (code == Dhcpv6OptionCode.IdentityAssociation && IdentityAssociation.TryParse(value, out IdentityAssociation association))
            {
                _addresses.Write(address, message.ClientIdentifier, association.Id);
                writer.TryAdd(association, address, _seconds, endsOthers);
                first ??= new IPAddress(address);
            }
        }

        // Nobody comes to a server for nothing: without an address of ours this is some other server's client.
        return first is null ? default : new Dhcpv6Reply(AddBoot(ref writer, message, client, out string? url), first, url);
    }

    private Dhcpv6Reply Inform(in Dhcpv6Message message, NetbootClient client, Dhcpv6MessageWriter writer)
    {
        AddIdentifiers(ref writer, message);
        return new Dhcpv6Reply(AddBoot(ref writer, message, client, out string? url), null, url);
    }

    /// <summary>Whether its addresses still fit this wire (RFC 8415 §18.3.3); none that names no address.</summary>
    private Dhcpv6Reply Confirm(in Dhcpv6Message message, Dhcpv6MessageWriter writer)
    {
        bool any = false;
        bool fits = true;
        Dhcpv6OptionReader asked = message.Options;
        while (asked.TryRead(out Dhcpv6OptionCode code, out ReadOnlySpan<byte> value))
        {
            if (code == Dhcpv6OptionCode.IdentityAssociation && IdentityAssociation.TryParse(value, out IdentityAssociation association))
            {
                Dhcpv6OptionReader held = association.Options;
                while (IdentityAssociation.TryReadAddress(ref held, out ReadOnlySpan<byte> address))
                {
                    any = true;
                    fits &= _addresses.Contains(address);
                }
            }
        }

        AddIdentifiers(ref writer, message);
        writer.TryAdd(fits ? Dhcpv6Status.Success : Dhcpv6Status.NotOnLink);
        return any ? new Dhcpv6Reply(writer.Length, null, null) : default;
    }

    private Dhcpv6Reply Acknowledge(in Dhcpv6Message message, Dhcpv6MessageWriter writer)
    {
        AddIdentifiers(ref writer, message);
        writer.TryAdd(Dhcpv6Status.Success);
        return new Dhcpv6Reply(writer.Length, null, null);
    }

    private static Dhcpv6MessageWriter NewReply(in Dhcpv6Message message, Span<byte> reply) =>
        new(reply, Dhcpv6MessageType.Reply, message.TransactionId);

    private void AddIdentifiers(ref Dhcpv6MessageWriter writer, in Dhcpv6Message message)
    {
        if (!message.ClientIdentifier.IsEmpty)
        {
            writer.TryAdd(Dhcpv6OptionCode.ClientIdentifier, message.ClientIdentifier);
        }

        writer.TryAdd(Dhcpv6OptionCode.ServerIdentifier, _identifier);
    }

    /// <summary>
    /// Adds what the client loads; returns the message's length. HTTP boot takes an offer only with its own class in it (edk2
    /// HttpBootDhcp6.c); to PXE firmware the class would mean a boot server that it has to ask first (PxeBcDhcp6.c).
    /// </summary>
    private int AddBoot(ref Dhcpv6MessageWriter writer, in Dhcpv6Message message, NetbootClient client, out string? url)
    {
        BootFile? file = policy.BootFileFor(client);
        url = file is null ? null : UrlOf(file);
        if (message.Type == Dhcpv6MessageType.Request)
        {
            policy.Granted(client, file);
        }

        if (url is not null)
        {
            writer.TryAdd(Dhcpv6OptionCode.BootFileUrl, Encoding.ASCII.GetBytes(url));
            if (client.Stage == ClientStage.HttpBoot)
            {
                writer.TryAdd(Dhcpv6OptionCode.VendorClass, HttpClientClass);
            }
        }

        return writer.Length;
    }

    /// <summary>Intel's enterprise number, 343, under which UEFI has its classes (UEFI 2.10 §24.7.3.1), and the class.</summary>
    private static ReadOnlySpan<byte> HttpClientClass => "\0\0\u0001\u0057\0\u000aHTTPClient"u8;

    private string UrlOf(BootFile file) => file.Name.Contains("://", StringComparison.Ordinal) ? file.Name : _tftp + file.Name;
}

/// <summary>An answer.</summary>
/// <param name="Length">Its length; 0 for none.</param>
/// <param name="Address">The address that it gives, or null.</param>
/// <param name="Url">What it tells the client to load, or null.</param>
internal readonly record struct Dhcpv6Reply(int Length, IPAddress? Address, string? Url);
