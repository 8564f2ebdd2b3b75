namespace Appliance.Status;

/// <summary>What the server is on its wire at the moment.</summary>
public enum DhcpRole
{
    /// <summary>It listens for other servers; newcomers wait for a second or some.</summary>
    Waiting,

    /// <summary>It hands out addresses and boot files.</summary>
    Server,

    /// <summary>Another server hands out addresses; it names boot files beside it (PXE 2.1 §2.2).</summary>
    Proxy,

    /// <summary>Told to be the server, it met another: it offers nothing new, and keeps its word to those who have a lease.</summary>
    Silent,
}
