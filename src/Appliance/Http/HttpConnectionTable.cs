namespace Appliance.Http;

/// <summary>
/// The connections that are open. Sees to it that those which wait for nothing keep nobody out: a head that does not come
/// ends after a while, and sooner when another client needs the place.
/// </summary>
internal sealed class HttpConnectionTable(TimeProvider time)
{
    /// <summary>Connections at one time. 1024: a class room of two hundred PCs with several each; some KiB a piece.</summary>
    public const int MaxConnections = 1024;

    /// <summary>Time for a request's head. 10 s: firmware sends it in one packet, slow-header attacks take minutes.</summary>
    public static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Time between two requests. 130 s: iPXE keeps its connection while a person reads the menu (Kestrel's default).</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(130);

    /// <summary>Time that a file stays open between two requests. 2 s: reads of a disc come closer, a card is taken out later.</summary>
    public static readonly TimeSpan OpenFileTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly HashSet<BootConnection> _connections = [];
    private volatile TaskCompletionSource? _drained;

    /// <summary>Whether the server stops, and takes no more connections.</summary>
    public bool IsDraining => _drained is not null;

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
    /// Enters a connection. When the table is full, the one that has waited longest for a head ends; false when none waits,
    /// and when the server stops.
    /// </summary>
    public bool TryAdd(BootConnection connection)
    {
        BootConnection? longest = null;
        lock (_gate)
        {
            if (IsDraining)
            {
                return false;
            }

            if (_connections.Count >= MaxConnections)
            {
                longest = _connections.Where(static c => c.IsWaiting).MinBy(static c => c.WaitingSince);
                if (longest is null)
                {
                    return false;
                }

                _connections.Remove(longest);
            }

            _connections.Add(connection);
        }

        longest?.Expire();
        return true;
    }

    public void Remove(BootConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            if (_connections.Count == 0)
            {
                _drained?.TrySetResult();
            }
        }
    }

    /// <summary>Ends the connections that have waited too long, and closes the files that have not been read for a while.</summary>
    public void Sweep()
    {
        foreach (BootConnection connection in Open())
        {
            long since = connection.WaitingSince;
            TimeSpan waited = since == 0 ? TimeSpan.Zero : time.GetElapsedTime(since);
            if (waited > (connection.IsBetweenRequests ? IdleTimeout : HeadTimeout))
            {
                connection.Expire();
            }
            else if (waited > OpenFileTime)
            {
                connection.CloseRecent();
            }
        }
    }

    /// <summary>Ends the connections that wait, gives the others time until <paramref name="limit"/>, then cuts them off.</summary>
    public async Task DrainAsync(CancellationToken limit)
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _drained = drained;
            if (_connections.Count == 0)
            {
                return;
            }
        }

        // Those that answer end after their answer.
        foreach (BootConnection connection in Open())
        {
            connection.Expire();
        }

        await using (limit.UnsafeRegister(static table => ((HttpConnectionTable)table!).Cut(), this))
        {
            await drained.Task;
        }
    }

    private void Cut()
    {
        foreach (BootConnection connection in Open())
        {
            connection.Cut();
        }
    }

    /// <summary>A copy: what waits goes on in the thread that ends its waiting, and takes itself out of the table.</summary>
    private BootConnection[] Open()
    {
        lock (_gate)
        {
            return [.. _connections];
        }
    }
}
