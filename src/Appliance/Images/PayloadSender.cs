using System.Net.Sockets;
using Appliance.Interop;

namespace Appliance.Images;

/// <summary>
/// Sends payloads on a connection's socket, for every server that has one: runs of files by sendfile(2), the rest by
/// ordinary sends.
/// </summary>
/// <param name="closed">Cancelled when the connection is to end.</param>
internal sealed class PayloadSender(Socket socket, CancellationToken closed)
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

    /// <summary>Runs shorter than this are copied: that is cheaper than what sendfile(2) does for each page.</summary>
    private const int MinSendFileLength = 8 * 1024;

    /// <summary>Whether the socket is a blocking one and the caller has a thread of its own, which waits for room.</summary>
    public bool IsBlocking { get; init; }

    /// <summary>Bytes that the kernel has taken in all.</summary>
    public long BytesSent { get; private set; }

    /// <param name="moreFollows">Whether they wait for the bytes that follow at once, to share their packet.</param>
    /// <exception cref="SocketException">The peer is gone.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows = false)
    {
        if (moreFollows)
        {
            int sent = FileToSocket.SendAhead(socket.SafeHandle, bytes.Span);
            BytesSent += sent;
            bytes = bytes[sent..];
        }

        while (!bytes.IsEmpty)
        {
            int sent = IsBlocking ? socket.Send(bytes.Span) : await socket.SendAsync(bytes, SocketFlags.None, closed);
            BytesSent += sent;
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends a part of a payload.</summary>
    /// <param name="buffer">For what has to be copied.</param>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="IOException">The file could not be read or has been cut short: the connection must be closed.</exception>
    public async ValueTask SendAsync(Payload payload, long offset, long count, byte[] buffer)
    {
        foreach (PayloadSegment segment in payload.Slice(offset, count))
        {
            bool wholeInMemory = segment.File is null && !segment.Memory.IsEmpty;
            if (wholeInMemory)
            {
                await SendAsync(segment.Memory);
            }
            else
            {
                await SendSegmentAsync(segment, buffer);
            }
        }
    }

    private async ValueTask SendSegmentAsync(PayloadSegment segment, byte[] buffer)
    {
        bool canSendFile = segment.File is not null && segment.Length >= MinSendFileLength;
        for (long done = 0; done < segment.Length;)
        {
            closed.ThrowIfCancellationRequested();
            long left = segment.Length - done;
            long sent = canSendFile
                ? FileToSocket.Send(socket.SafeHandle, segment.File!.Handle, segment.Offset + done, Math.Min(left, SendFileLength))
                : 0;
            if (sent > 0)
            {
                BytesSent += sent;
                done += sent;
                continue;
            }

            canSendFile &= sent != FileToSocket.Unsupported;
            int count = (int)Math.Min(left, Math.Min(buffer.Length, CopyLength));
            if (segment.Read(done, buffer.AsSpan(0, count)) != count)
            {
                throw new EndOfStreamException("The file has been cut short since it was opened.");
            }

            await SendAsync(buffer.AsMemory(0, count));
            done += count;
        }
    }
}
