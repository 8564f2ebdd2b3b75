using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>
/// Sockets on an IPv6 address that the interface does not have yet: it is tentative until a second after its cable is in (RFC
/// 4862 §5.4), and the servers start before that.
/// </summary>
internal static class ComingAddress
{
    // linux/in6.h
    private const int Ipv6Level = 41;
    private const int Ipv6FreeBind = 78;

    /// <summary>Lets the socket be bound to it; does nothing to a socket of IPv4.</summary>
    /// <exception cref="SocketException">The kernel is older than 4.15.</exception>
    public static void Permit(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> yes = stackalloc byte[sizeof(int)];
            MemoryMarshal.Write(yes, 1);
            socket.SetRawSocketOption(Ipv6Level, Ipv6FreeBind, yes);
        }
    }
}
