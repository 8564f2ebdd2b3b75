using System.Net;
using System.Net.Sockets;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// Port 4011 (PXE 2.1 §2.3), where firmware asks for its boot file once it has an address from another server. Answers
/// only while the server is a proxy.
/// </summary>
internal sealed class BootServer : IDisposable
{
    /// <summary>What fits one packet; longer ones are no client's.</summary>
    private const int MaximumDatagram = 1472;

    private readonly Socket _socket;

    /// <exception cref="StartException">The port cannot be bound.</exception>
    public BootServer(string interfaceName, DhcpOptions options) =>
        _socket = DhcpSocket.Bind(interfaceName, options.BootServerPort, "the boot server", "dhcp-boot-server-port");

    /// <summary>Serves until it is cancelled.</summary>
    public async Task RunAsync(DhcpDispatcher dispatcher, CancellationToken cancellation)
    {
        byte[] datagram = new byte[MaximumDatagram];
        byte[] reply = new byte[MaximumDatagram];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int length = await _socket.ReceiveFromAsync(datagram, SocketFlags.None, from, cancellation);
                int replyLength = dispatcher.HandleForBootServer(datagram.AsSpan(0, length), reply);
                if (replyLength > 0)
                {
                    _socket.SendTo(reply.AsSpan(0, replyLength), SocketFlags.None, from);
                }
            }
            catch (SocketException)
            {
                // Too long a datagram, an interface that is down for the moment, a full queue: the client asks again.
                await Task.Delay(DhcpSocket.RetryInterval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
