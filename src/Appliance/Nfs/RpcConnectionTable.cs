namespace Appliance.Nfs;

/// <summary>
/// The connections that are open, and the tasks that serve them. A PC that was switched off never closes its own: when
/// there is no room, the one that has waited longest ends, which its client, if it lives, does not even notice.
/// </summary>
internal sealed class RpcConnectionTable(int maxConnections, int maxPerClient)
{
    /// <summary>Time without a call. 6 min: Linux' client ends its own connection after 5, and opens another when it needs one.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(6);

    private readonly Lock _gate = new();
    private readonly Dictionary<RpcConnection, Task> _connections = [];
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends, with its exception, when serving a connection has failed by a mistake of ours.</summary>
    public Task Failure => _failure.Task;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>
    /// Enters a connection and starts to serve it; it leaves by itself. Where there is no room, the one that has waited
    /// longest goes for it; false when none waits.
    /// </summary>
    public bool TryStart(RpcConnection connection, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            RpcConnection[] all = [.. _connections.Keys.Where(static other => !other.IsExpired)];
            RpcConnection[] own = [.. all.Where(other => other.Client.Address.Equals(connection.Client.Address))];
            RpcConnection[] rivals = own.Length >= maxPerClient ? own : all.Length >= maxConnections ? all : [];
            if (rivals.MaxBy(static rival => rival.Waiting) is { } longest)
            {
                if (longest.Waiting == TimeSpan.Zero)
                {
                    return false;
                }

                longest.Expire();
            }

            _connections.Add(connection, Task.Run(() => ServeAsync(connection, cancellationToken), CancellationToken.None));
            return true;
        }
    }

    /// <summary>Ends the connections that have waited too long, and closes files that nobody reads.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (RpcConnection connection in _connections.Keys)
            {
                connection.CloseIdleFile();
                if (connection.Waiting > IdleTimeout)
                {
                    connection.Expire();
                }
            }
        }
    }

    /// <summary>Done when every connection has ended; they must have been cancelled.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            return Task.WhenAll(_connections.Values);
        }
    }

    private async Task ServeAsync(RpcConnection connection, CancellationToken cancellationToken)
    {
        Task serving = connection.RunAsync(cancellationToken);
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _connections.Remove(connection);
        }

        if (serving.Exception is { } mistake)
        {
            _failure.TrySetException(mistake.InnerExceptions);
        }
    }
}
