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

    private readonly Lock _gate = new();
    private readonly HashSet<BootConnection> _connections = [];

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
    /// Enters a connection. When the table is full, the one that has waited longest for a head ends; false when none waits.
    /// </summary>
    public bool TryAdd(BootConnection connection)
    {
        lock (_gate)
        {
            if (_connections.Count >= MaxConnections)
            {
                BootConnection? longest = _connections.Where(static c => c.IsWaiting).MinBy(static c => c.WaitingSince);
                if (longest is null)
                {
                    return false;
                }

                longest.Expire();
                _connections.Remove(longest);
            }

            return _connections.Add(connection);
        }
    }

    public void Remove(BootConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }

    /// <summary>Ends the connections that have waited too long.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (BootConnection connection in _connections)
            {
                TimeSpan limit = connection.IsBetweenRequests ? IdleTimeout : HeadTimeout;
                if (connection.IsWaiting && time.GetElapsedTime(connection.WaitingSince) > limit)
                {
                    connection.Expire();
                }
            }
        }
    }
}
