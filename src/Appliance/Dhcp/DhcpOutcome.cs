namespace Appliance.Dhcp;

/// <summary>What became of one datagram; each is counted.</summary>
public enum DhcpOutcome
{
    /// <summary>An address was offered.</summary>
    Offer,

    /// <summary>A request was granted, or an inform answered.</summary>
    Ack,

    /// <summary>A request was refused.</summary>
    Nak,

    /// <summary>The client gave its address back.</summary>
    Released,

    /// <summary>The client found its address in use; nobody gets it for a while.</summary>
    Declined,

    /// <summary>Told what to load, beside another server's address.</summary>
    ProxyOffer,

    /// <summary>A request for the boot file alone was granted.</summary>
    ProxyAck,

    /// <summary>Not for us: a client that we told what to load takes the address of another server.</summary>
    Watched,

    /// <summary>Kept until it is known whether another server is there; only a newcomer's discover is answered then.</summary>
    Held,

    /// <summary>Dropped: another server is there, and this client has no lease of ours.</summary>
    ForeignServer,

    /// <summary>Dropped: another server is there, and this client does not boot from the network.</summary>
    NotBooting,

    /// <summary>Dropped: it boots, another server gives it its address, and we have no loader for it.</summary>
    NoLoader,

    /// <summary>Dropped: not a DHCP message.</summary>
    Malformed,

    /// <summary>Dropped: a server's message, not a client's.</summary>
    NotARequest,

    /// <summary>Dropped: the station asks too often.</summary>
    RateLimited,

    /// <summary>Dropped: came through a relay on a wire that is not served.</summary>
    UnknownRelay,

    /// <summary>Dropped: has neither client identifier nor hardware address.</summary>
    NoIdentity,

    /// <summary>Dropped: BOOTP, without option 53.</summary>
    Bootp,

    /// <summary>Dropped: a type that servers do not answer.</summary>
    UnexpectedType,

    /// <summary>Dropped: the client took another server's offer.</summary>
    OtherServer,

    /// <summary>Dropped: names no address where one must be, or one of another wire.</summary>
    NoAddress,

    /// <summary>Dropped: about an address that is not the client's.</summary>
    NotHolder,

    /// <summary>Dropped: every address is taken.</summary>
    PoolExhausted,

    /// <summary>Not sent: so many leases wait for the disk that this one cannot; counted beside the outcome of the message.</summary>
    DiskBusy,

    /// <summary>Receiving failed, or the reply or probe could not be sent; counted beside the outcome of the message.</summary>
    SocketFailed,
}
