using System.Net.Sockets;
using Appliance.Images;
using Appliance.Interop;

namespace Appliance.Nfs;

/// <summary>Sends replies on a connection's socket: runs of files by sendfile(2), the rest by ordinary sends.</summary>
internal readonly struct RpcSender(Socket socket, CancellationToken cancellationToken)
{
    /// <summary>
    /// Bytes that are copied when the socket is full: the ordinary send waits for room, for which sendfile(2) has no
    /// asynchronous form. 16 KiB: little against the megabytes that the room then takes.
    /// </summary>
    private const int CopyLength = 16 * 1024;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends bytes of a file.</summary>
    /// <param name="buffer">For what has to be copied.</param>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="IOException">The file could not be read or has been cut short.</exception>
    public async ValueTask SendAsync(Payload payload, long offset, long count, byte[] buffer)
    {
        foreach (PayloadSegment segment in payload.Slice(offset, count))
        {
            bool canSendFile = segment.File is not null;
            for (long done = 0; done < segment.Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long sent = canSendFile
                    ? FileToSocket.Send(socket.SafeHandle, segment.File!.Handle, segment.Offset + done, segment.Length - done)
                    : 0;
                canSendFile &= sent != FileToSocket.Unsupported;
                if (sent <= 0)
                {
                    sent = await SendCopyAsync(segment, done, buffer);
                }

                done += sent;
            }
        }
    }

    private async ValueTask<int> SendCopyAsync(PayloadSegment segment, long done, byte[] buffer)
    {
        int count = (int)Math.Min(segment.Length - done, CopyLength);
        if (segment.Read(done, buffer.AsSpan(0, count)) != count)
        {
            throw new EndOfStreamException("The file has been cut short since it was opened.");
        }

        await SendAsync(buffer.AsMemory(0, count));
        return count;
    }
}
