using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Nfs;
using Appliance.Options;

namespace Appliance.Nfs;

/// <summary>
/// Answers calls that come as datagrams on one port. Several receivers take turns, so that a read which waits for the
/// medium keeps no other client waiting.
/// </summary>
internal sealed class RpcDatagrams(Socket socket, NetworkOptions network, RpcDispatcher dispatcher, TimeProvider time, ILogger log)
{
    /// <summary>Receivers. 4: more than a card can read at one time.</summary>
    public const int Receivers = 4;

    /// <summary>Longest call that is looked at. 2 KiB: handles, a path, credentials; writes are cut off, which is as good.</summary>
    private const int MaxCall = 2048;

    /// <summary>Pause after a failed receive, so that an error that stays does not spin.</summary>
    private static readonly TimeSpan ReceiveErrorPause = TimeSpan.FromMilliseconds(500);

    private readonly RpcCaller[] _callers =
        [.. Enumerable.Range(0, Receivers).Select(_ => new RpcCaller(new IPEndPoint(IPAddress.None, 0), isStream: false, time))];

    /// <summary>Answers until cancelled: one task for each receiver. The socket is the caller's.</summary>
    public IEnumerable<Task> Run(CancellationToken cancellationToken) =>
        _callers.Select(caller => ReceiveAsync(caller, cancellationToken));

    public void CloseIdleFiles()
    {
        foreach (RpcCaller caller in _callers)
        {
            caller.File.CloseIfIdle();
        }
    }

    private async Task ReceiveAsync(RpcCaller caller, CancellationToken cancellationToken)
    {
        byte[] call = new byte[MaxCall];
        byte[] reply = new byte[caller.ReplyLength];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(call, SocketFlags.None, sender, cancellationToken);
                caller.Client = (IPEndPoint)caller.Client.Create(sender);
                Answer(call.AsSpan(0, length), sender, caller, reply);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException failure)
            {
                log.ReceiveFailed(failure.Message);
                await Task.Delay(ReceiveErrorPause, time, CancellationToken.None);
            }
        }

        caller.File.Dispose();
    }

    private void Answer(ReadOnlySpan<byte> message, SocketAddress sender, RpcCaller caller, byte[] reply)
    {
        // Replies are longer than calls: a forged address elsewhere must not be flooded by us.
        if (!network.Contains(caller.Client.Address) || caller.Client.Port == 0)
        {
            dispatcher.Drop(caller.Client, "not from our network");
            return;
        }

        RpcAnswer answer = dispatcher.Answer(message, caller, reply);
        caller.File.Release();
        if (answer.Length == 0)
        {
            return;
        }

        try
        {
            socket.SendTo(reply.AsSpan(0, answer.Length), SocketFlags.None, sender);
        }
        catch (SocketException failure)
        {
            log.SendFailed(caller.Client, failure.Message);
        }
    }
}
