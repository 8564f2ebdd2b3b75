using System.Net;

namespace Appliance.Tftp;

/// <summary>The transfers that run, by the client's address and port. Safe for use from several threads.</summary>
internal sealed class TftpSessionTable(int maxSessions, int maxPerClient)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, TftpSession> _byClient = [];
    private readonly Dictionary<IPAddress, int> _counts = [];
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byClient.Count;
            }
        }
    }

    public TftpSession? Find(IPEndPoint client)
    {
        lock (_gate)
        {
            return _byClient.GetValueOrDefault(client);
        }
    }

    /// <summary>Whether one more transfer of this client is within the limits.</summary>
    public bool HasRoomFor(IPAddress client)
    {
        lock (_gate)
        {
            return _byClient.Count < maxSessions && _counts.GetValueOrDefault(client) < maxPerClient;
        }
    }

    /// <summary>
    /// The transfer that may go so that this client has room: the one that has waited longest for a first answer, and for
    /// <paramref name="least"/> at least; of this client, where it has its share already. Null when there is none such.
    /// </summary>
    public TftpSession? FindUnanswered(IPAddress client, TimeSpan least)
    {
        lock (_gate)
        {
            bool ownOnly = _counts.GetValueOrDefault(client) >= maxPerClient;
            return _byClient.Values
                .Where(session => session.Unanswered >= least && (!ownOnly || session.Client.Address.Equals(client)))
                .MaxBy(static session => session.Unanswered);
        }
    }

    /// <summary>Enters a transfer; it takes the place of one of the same client address and port, which has been told to stop.</summary>
    public void Add(TftpSession session)
    {
        lock (_gate)
        {
            if (_byClient.Remove(session.Client))
            {
                Decrement(session.Client.Address);
            }

            _byClient.Add(session.Client, session);
            _counts[session.Client.Address] = _counts.GetValueOrDefault(session.Client.Address) + 1;
        }
    }

    /// <summary>Strikes a transfer out, unless another has taken its place.</summary>
    public void Remove(TftpSession session)
    {
        lock (_gate)
        {
            if (_byClient.GetValueOrDefault(session.Client) == session)
            {
                _byClient.Remove(session.Client);
                Decrement(session.Client.Address);
            }

            if (_byClient.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    public TftpSession[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _byClient.Values];
        }
    }

    /// <summary>Completes when no transfer is left.</summary>
    public Task WhenEmpty()
    {
        lock (_gate)
        {
            if (_byClient.Count == 0)
            {
                return Task.CompletedTask;
            }

            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    private void Decrement(IPAddress client)
    {
        if (_counts[client] == 1)
        {
            _counts.Remove(client);
        }
        else
        {
            _counts[client]--;
        }
    }
}
