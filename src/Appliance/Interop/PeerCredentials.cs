using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>Who is at the other end of a Unix socket, by the word of the kernel (unix(7), <c>SO_PEERCRED</c>).</summary>
/// <param name="ProcessId">The process that connected, or that listens.</param>
/// <param name="UserId">Its effective user.</param>
internal readonly partial record struct PeerCredentials(int ProcessId, uint UserId)
{
    // asm-generic/socket.h, the same on x86 and ARM
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;

    /// <summary><c>struct ucred { pid_t pid; uid_t uid; gid_t gid; }</c>, four bytes each.</summary>
    private const int UserIdAt = 4;
    private const int Length = 12;

    /// <summary>Whether it is root, or whom we run as.</summary>
    public bool IsTrusted => UserId == 0 || UserId == GetEffectiveUserId();

    /// <exception cref="SocketException">It is no connected Unix socket.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        // A structure of the host's kernel, in the host's byte order; every machine that is supported is little-endian.
        Span<byte> credentials = stackalloc byte[Length];
        socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, credentials);
        return new PeerCredentials(
            BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[UserIdAt..]));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
