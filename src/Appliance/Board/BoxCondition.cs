namespace Appliance.Board;

/// <summary>How the box does, for a light. What stands first is shown where several hold.</summary>
internal enum BoxCondition
{
    /// <summary>It goes off: the power may be cut when the light is dark.</summary>
    Shutdown,

    /// <summary>An update is being written: the power must stay.</summary>
    Updating,

    /// <summary>Something has failed since power-on; the log and the console say what.</summary>
    Error,

    /// <summary>Told to hand out addresses, it met another server that does.</summary>
    ForeignServer,

    /// <summary>The medium of images is missing, or full.</summary>
    Storage,

    /// <summary>A PC loads something, slower than 1 MB/s, slower than 10 MB/s, or faster.</summary>
    BootingSlowly,
    Booting,
    BootingFast,

    /// <summary>It listens for other DHCP servers.</summary>
    Starting,

    /// <summary>Ready, beside another DHCP server or with no DHCP of its own.</summary>
    ReadyProxy,

    /// <summary>Ready, and hands out addresses.</summary>
    ReadyServer,
}
