using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Formats.Link;

namespace Appliance.Interop;

/// <summary>Gives an interface its addresses (netdevice(7)). Needs CAP_NET_ADMIN.</summary>
internal static partial class InterfaceAddress
{
    // linux/sockios.h
    private const uint SetAddress = 0x8916;
    private const uint SetMask = 0x891c;

    /// <summary><c>struct ifreq { char name[16]; struct sockaddr_in address; }</c>, with room for its longest form.</summary>
    private const int RequestLength = 40;
    private const int NameLength = 16;
    private const int AddressAt = NameLength + 4;
    private const ushort Ipv4Family = 2;

    // asm-generic/errno-base.h
    private const int Eexist = 17;

    /// <summary>Sets address and mask, in place of the interface's first address.</summary>
    /// <exception cref="Win32Exception">Not permitted, or the interface is gone.</exception>
    public static void Set(string interfaceName, Ipv4Address address, uint mask)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Run(socket, SetAddress, interfaceName, address);
        Run(socket, SetMask, interfaceName, new Ipv4Address(mask));
    }

    /// <summary>Adds an IPv6 address; does nothing where the interface has it.</summary>
    /// <param name="index">The interface's number.</param>
    /// <exception cref="Win32Exception">Not permitted, IPv6 is switched off there, or the interface is gone.</exception>
    /// <exception cref="SocketException">The kernel has no IPv6.</exception>
    public static void Add(int index, IPAddress address, int prefixLength)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);

        // struct in6_ifreq { struct in6_addr address; uint32_t prefix_length; int index; } (linux/ipv6.h)
        const int addressLength = 16;
        Span<byte> request = stackalloc byte[addressLength + sizeof(uint) + sizeof(int)];
        address.TryWriteBytes(request, out _);
        MemoryMarshal.Write(request[addressLength..], (uint)prefixLength);
        MemoryMarshal.Write(request[(addressLength + sizeof(uint))..], index);
        if (IoCtl(socket.SafeHandle, SetAddress, request) != 0 && Marshal.GetLastPInvokeError() is var error and not Eexist)
        {
            throw new Win32Exception(error);
        }
    }

    private static void Run(Socket socket, uint code, string interfaceName, Ipv4Address value)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        Encoding.ASCII.GetBytes(interfaceName.AsSpan(0, Math.Min(interfaceName.Length, NameLength - 1)), request);
        MemoryMarshal.Write(request[NameLength..], Ipv4Family);
        value.Write(request[AddressAt..]);
        if (IoCtl(socket.SafeHandle, code, request) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(SafeSocketHandle socket, nuint code, Span<byte> request);
}
