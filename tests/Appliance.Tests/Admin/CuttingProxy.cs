using System.Net;
using System.Net.Sockets;

namespace Appliance.Tests.Admin;

/// <summary>A cable that breaks: passes connections on, and ends one that has carried so many bytes, as often as it is told.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly IPEndPoint _target;
    private int _cuts;

    public CuttingProxy(IPEndPoint target)
    {
        _target = target;
        _listener = new LoopbackListener(PassAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{_listener.Port}/");

    /// <summary>Cuts that are left.</summary>
    public int Cuts
    {
        get => Volatile.Read(ref _cuts);
        set => Volatile.Write(ref _cuts, value);
    }

    /// <summary>Bytes from the client after which a connection is cut.</summary>
    public long CutAfter { get; set; }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task PassAsync(Socket client, CancellationToken stop)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            await server.ConnectAsync(_target);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task up = CopyAsync(client, server, over, canCut: true);
            Task down = CopyAsync(server, client, over, canCut: false);
            await Task.WhenAll(up, down);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, CancellationTokenSource over, bool canCut)
    {
        byte[] buffer = new byte[64 * 1024];
        long carried = 0;
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, over.Token)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count), over.Token);
                carried += count;
                if (canCut && carried >= CutAfter && Cuts > 0)
                {
                    Cuts--;
                    from.LingerState = to.LingerState = new LingerOption(true, 0);
                    break;
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // One end has gone, and so goes the other.
        }

        await over.CancelAsync();
    }
}
