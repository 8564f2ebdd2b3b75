using System.Net;

namespace Appliance.Boot;

/// <summary>How a fetch ended.</summary>
public enum BootFetchOutcome
{
    /// <summary>Every byte that was asked for has been sent (TFTP: and acknowledged).</summary>
    Complete,

    /// <summary>The client asked how long it is and fetched nothing: OVMF's TFTP size probe, HTTP HEAD.</summary>
    Probe,

    /// <summary>The client gave up or went silent.</summary>
    Aborted,

    /// <summary>Nothing of that name is published.</summary>
    NotFound,

    /// <summary>It is published, but could not be read.</summary>
    Failed,
}

/// <summary>One file, or one range of one, that a client fetched or tried to fetch: a line of its boot timeline.</summary>
/// <param name="Client">Who.</param>
/// <param name="Protocol">By which server.</param>
/// <param name="Path">What, as looked up; for a name that cannot be looked up, as sent with odd characters replaced.</param>
/// <param name="Offset">First byte asked for; 0 but for HTTP ranges.</param>
/// <param name="Bytes">Bytes of the file that the client got, as far as is known.</param>
/// <param name="Length">Bytes of the whole file; 0 when there is none.</param>
/// <param name="Outcome">How it ended.</param>
public readonly record struct BootFetch(
    IPAddress Client, BootProtocol Protocol, string Path, long Offset, long Bytes, long Length, BootFetchOutcome Outcome);

/// <summary>
/// Is told of each fetch when it ends, on the thread that served it: it must return at once, and is called by several
/// threads at a time.
/// </summary>
public delegate void BootFetchObserver(in BootFetch fetch);
