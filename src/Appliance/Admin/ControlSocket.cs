using System.Net.Sockets;
using Appliance.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Appliance.Admin;

/// <summary>
/// The same API on a Unix socket, for the settings console and for commands on this machine: who connects is told by the
/// kernel, and root, or whom the daemon runs as, needs no password (docs/adr/0013).
/// </summary>
internal static class ControlSocket
{
    /// <summary>Marks the connection of somebody who may.</summary>
    private sealed record TrustedPeer;

    /// <summary>Makes room for the socket; false when it cannot be had, with the reason.</summary>
    public static bool TryPrepare(string path, out string? reason)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            reason = $"there is no folder for {path}";
            return false;
        }

        try
        {
            if (IsServed(path))
            {
                reason = $"another daemon listens on {path}: set control-socket";
                return false;
            }

            File.Delete(path); // Left by one that was killed
            using Socket trial = NewSocket();
            trial.Bind(new UnixDomainSocketEndPoint(path));
            reason = null;
            return true;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            reason = $"{path} cannot be made: {failure.Message}";
            return false;
        }
    }

    /// <summary>Lets a connection in when its peer may; false when it is to be closed.</summary>
    public static bool TryEnter(ConnectionContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is not { } connection || !PeerCredentials.Of(connection.Socket).IsTrusted)
        {
            return false;
        }

        context.Features.Set(new TrustedPeer());
        return true;
    }

    /// <summary>Whether a request came this way.</summary>
    public static bool IsPeer(HttpContext context) => context.Features.Get<TrustedPeer>() is not null;

    private static bool IsServed(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using Socket socket = NewSocket();
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
