using System.Net.Sockets;
using System.Runtime.InteropServices;
using Appliance.Images;

namespace Appliance.Http;

/// <summary>
/// Sends prepared answers on a connection's socket. The kernel's TCP_USER_TIMEOUT ends a send that does not move.
/// </summary>
internal sealed class AnswerSender
{
    /// <summary>
    /// How long the client may take nothing. 120 s: firmware unpacks, hashes or writes what it has meanwhile; also longer
    /// than a cable is out while somebody changes the port.
    /// </summary>
    private const int StallMilliseconds = 120_000;

    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    private readonly PayloadSender _sender;
    private long _bodyStart;

    public AnswerSender(Socket socket, bool blocking)
    {
        _sender = new PayloadSender(socket, CancellationToken.None) { IsBlocking = blocking };
        Span<byte> value = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(value, StallMilliseconds);
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, value);
    }

    /// <summary>Bytes of the latest answer's body that the kernel has taken.</summary>
    public long BodyBytesSent => Math.Max(0, _sender.BytesSent - _bodyStart);

    /// <summary>Sends an answer.</summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="IOException">The file could not be read or has been cut short: the connection must be closed.</exception>
    public async ValueTask SendAsync(PreparedAnswer answer)
    {
        _bodyStart = _sender.BytesSent + answer.HeadLength;
        bool moreFollows = answer.BodyLength > answer.BufferedLength - answer.HeadLength;
        await _sender.SendAsync(answer.Buffer.AsMemory(0, answer.BufferedLength), moreFollows);
        if (answer.Payload is { } payload && moreFollows)
        {
            await _sender.SendAsync(payload, answer.Offset + BodyBytesSent, answer.BodyLength - BodyBytesSent, answer.Buffer);
        }
    }
}
