using System.Net.Sockets;

namespace Appliance.Status;

/// <summary>
/// The daemon cannot start as it was told to. The message is one line for a person: what is wrong, where, and what to do.
/// </summary>
public sealed class StartException : Exception
{
    /// <summary>A port that cannot be had: who has it, or what is missing, and the setting that names another.</summary>
    /// <param name="server">Whose port it is, such as "the TFTP server".</param>
    /// <param name="setting">Name of the setting.</param>
    public static StartException ForPort(string server, string setting, int port, bool tcp, SocketException error)
    {
        string remedy = error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"{PortOwner.Find(port, tcp) ?? "another program"} has it; stop that program, or change {setting}",
            SocketError.AddressNotAvailable => "no interface has the address; see plugboot doctor",
            SocketError.AccessDenied => "not permitted; run as root, or with CAP_NET_BIND_SERVICE and CAP_NET_RAW as plugboot.service does",
            _ => error.Message,
        };
        return new StartException($"{server} cannot use {(tcp ? "TCP" : "UDP")} port {port}: {remedy}", error);
    }

    public StartException(string message)
        : base(message)
    {
    }

    public StartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
