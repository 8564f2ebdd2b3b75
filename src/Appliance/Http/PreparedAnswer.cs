using Appliance.Images;

namespace Appliance.Http;

/// <summary>
/// An answer that is ready to be sent: its head and as much of the body as one send may carry are in a rented buffer, the
/// rest of the body is still in the payload.
/// </summary>
/// <param name="Buffer">Rented; whoever sends it gives it back.</param>
/// <param name="HeadLength">Bytes of <paramref name="Buffer"/> that are the head.</param>
/// <param name="BufferedLength">Bytes of <paramref name="Buffer"/> in use: the head and the start of the body.</param>
/// <param name="Path">What was asked for.</param>
/// <param name="Payload">Where the body comes from; null when the buffer holds all. Whoever sends it disposes it.</param>
/// <param name="Status">The answer's status code.</param>
/// <param name="Offset">Where the body starts in the payload, in bytes.</param>
/// <param name="BodyLength">Bytes of the body that are sent, buffered or not; 0 for HEAD.</param>
/// <param name="IsHead">Whether the request was a HEAD.</param>
/// <param name="KeepAlive">Whether another request may follow.</param>
internal readonly record struct PreparedAnswer(
    byte[] Buffer,
    int HeadLength,
    int BufferedLength,
    string Path,
    Payload? Payload,
    int Status,
    long Offset,
    long BodyLength,
    bool IsHead,
    bool KeepAlive);
