using System.Net;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>
/// What clients can fetch, by name: a table of published names, never a path in a file system. The TFTP and HTTP servers
/// ask here and nowhere else.
/// </summary>
public sealed class BootFiles
{
    /// <summary>
    /// Opens what <paramref name="path"/> names for this client. The path is decoded once, starts with one slash, holds
    /// no empty, <c>.</c> or <c>..</c> segment and no control character (<see cref="BootPath.TryNormalize"/>). Returns
    /// null when nothing of that name is published. The caller disposes the payload.
    /// </summary>
    /// <exception cref="IOException">It is published, but the medium cannot be read.</exception>
    public Payload? TryOpen(string path, IPAddress client, BootProtocol protocol)
    {
        _ = (path, client, protocol, this);
        return null;
    }
}
