using System.Net;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>
/// Opens what a normalised path names for this client, or returns null when nothing of that name is published
/// (<see cref="BootFiles.TryOpen"/>). The caller disposes the payload. May block on a disk that spins up; may be called
/// from several threads at a time.
/// </summary>
/// <exception cref="NotPublishedException">Nothing of that name is published; the message tells the client why.</exception>
/// <exception cref="IOException">It is published, but the medium cannot be read.</exception>
public delegate Payload? OpenBootFile(string path, IPAddress client, BootProtocol protocol);
