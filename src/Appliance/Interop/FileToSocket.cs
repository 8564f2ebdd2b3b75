using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Interop;

/// <summary>sendfile(2): from the page cache to a socket without a copy through our memory.</summary>
internal static partial class FileToSocket
{
    private const int Eintr = 4;
    private const int Eagain = 11;
    private const int Einval = 22;
    private const int Enosys = 38;

    /// <summary>Flags of send(2), the same on all of our architectures.</summary>
    private const int MsgNoSignal = 0x4000;
    private const int MsgMore = 0x8000;

    /// <summary>Errno values of a peer that went away.</summary>
    private const int Epipe = 32;
    private const int Econnreset = 104;
    private const int Etimedout = 110;

    /// <summary>
    /// Sends up to <paramref name="count"/> bytes of the file from <paramref name="offset"/>; may wait for the disk, and for
    /// the socket if that is a blocking one. Returns how many were sent: 0 when a non-blocking socket is full, or <see cref="Unsupported"/> when this file cannot be sent this way.
    /// </summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="EndOfStreamException">The file ends before <paramref name="offset"/>.</exception>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static long Send(SafeSocketHandle socket, SafeFileHandle file, long offset, long count)
    {
        while (true)
        {
            long at = offset;
            nint sent = SendFile(socket, file, ref at, (nuint)Math.Min(count, int.MaxValue));
            if (sent > 0)
            {
                return sent;
            }

            if (sent == 0)
            {
                throw new EndOfStreamException("The file has been cut short since it was opened.");
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Eintr:
                    break;
                case Eagain:
                    return 0;
                case Einval or Enosys:
                    return Unsupported;
                case Epipe or Econnreset or Etimedout:
                    throw new SocketException((int)SocketError.ConnectionReset);
                case int error:
                    throw new IOException(new Win32Exception(error).Message);
            }
        }
    }

    /// <summary>
    /// Sends bytes that a <see cref="Send"/> follows at once: they wait for it, so that both share a packet (MSG_MORE,
    /// send(2)). Returns how many were taken: 0 when the socket is full and non-blocking.
    /// </summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    public static int SendAhead(SafeSocketHandle socket, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            nint sent = SendBytes(socket, bytes, (nuint)bytes.Length, MsgMore | MsgNoSignal);
            if (sent >= 0)
            {
                return (int)sent;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Eintr:
                    break;
                case Eagain:
                    return 0;
                default:
                    throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
    }

    /// <summary>What <see cref="Send"/> returns for files of file systems that know no sendfile(2).</summary>
    public const long Unsupported = -1;

    // ssize_t and size_t are nint and nuint; off64_t is 64 bits everywhere.
    [LibraryImport("libc", EntryPoint = "sendfile64", SetLastError = true)]
    private static partial nint SendFile(SafeHandle socket, SafeHandle file, ref long offset, nuint count);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendBytes(SafeHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);
}
