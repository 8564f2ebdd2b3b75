using System.Buffers;
using System.Net.Sockets;
using Appliance.Images;
using Appliance.Interop;

namespace Appliance.Http;

/// <summary>
/// Sends prepared answers on a connection's socket: runs of files by sendfile(2), the rest by ordinary sends. The kernel's
/// TCP_USER_TIMEOUT ends a send that does not move.
/// </summary>
internal sealed class PayloadSender
{
    /// <summary>
    /// Most bytes that one sendfile(2) is asked for. 1 MiB: it may wait for the disk meanwhile, and an SD card of 20 MB/s
    /// then holds a pool thread for 50 ms.
    /// </summary>
    private const int SendFileLength = 1024 * 1024;

    /// <summary>
    /// Bytes that are copied when the socket is full: the ordinary send waits for room, for which sendfile(2) has no
    /// asynchronous form. 16 KiB: little against the megabytes that the room then takes.
    /// </summary>
    private const int CopyLength = 16 * 1024;

    /// <summary>Runs shorter than this are copied: two system calls would move less than one.</summary>
    private const int MinSendFileLength = 32 * 1024;

    /// <summary>
    /// How long the client may take nothing. 120 s: firmware unpacks, hashes or writes what it has meanwhile; also longer
    /// than a cable is out while somebody changes the port.
    /// </summary>
    private const int StallMilliseconds = 120_000;

    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    private readonly Socket _socket;
    private readonly CancellationToken _closed;
    private long _sent;
    private int _headLength;

    public PayloadSender(Socket socket, CancellationToken closed)
    {
        _socket = socket;
        _closed = closed;
        Span<byte> value = stackalloc byte[sizeof(int)];
        System.Runtime.InteropServices.MemoryMarshal.Write(value, StallMilliseconds);
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, value);
    }

    /// <summary>Bytes of the latest answer's body that the kernel has taken.</summary>
    public long BodyBytesSent => Math.Max(0, _sent - _headLength);

    /// <summary>Sends an answer.</summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="IOException">The file could not be read or has been cut short: the connection must be closed.</exception>
    public async ValueTask SendAsync(PreparedAnswer answer)
    {
        _sent = 0;
        _headLength = answer.HeadLength;
        await SendMemoryAsync(answer.Buffer.AsMemory(0, answer.BufferedLength));
        if (answer.Payload is { } payload && BodyBytesSent < answer.BodyLength)
        {
            foreach (PayloadSegment segment in payload.Slice(answer.Offset + BodyBytesSent, answer.BodyLength - BodyBytesSent))
            {
                await SendSegmentAsync(segment, answer.Buffer);
            }
        }
    }

    private async ValueTask SendSegmentAsync(PayloadSegment segment, byte[] buffer)
    {
        bool wholeInMemory = segment.File is null && !segment.Memory.IsEmpty;
        if (wholeInMemory)
        {
            await SendMemoryAsync(segment.Memory);
            return;
        }

        bool canSendFile = segment.File is not null && segment.Length >= MinSendFileLength;
        for (long done = 0; done < segment.Length;)
        {
            _closed.ThrowIfCancellationRequested();
            long left = segment.Length - done;
            long sent = canSendFile
                ? FileToSocket.Send(_socket.SafeHandle, segment.File!.Handle, segment.Offset + done, Math.Min(left, SendFileLength))
                : 0;
            if (sent > 0)
            {
                _sent += sent;
                done += sent;
                continue;
            }

            canSendFile &= sent != FileToSocket.Unsupported;
            int count = (int)Math.Min(left, Math.Min(buffer.Length, CopyLength));
            if (segment.Read(done, buffer.AsSpan(0, count)) != count)
            {
                throw new EndOfStreamException("The file has been cut short since it was opened.");
            }

            await SendMemoryAsync(buffer.AsMemory(0, count));
            done += count;
        }
    }

    private async ValueTask SendMemoryAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await _socket.SendAsync(bytes, SocketFlags.None, _closed);
            _sent += sent;
            bytes = bytes[sent..];
        }
    }
}
