using System.Net;

namespace Appliance.Nbd;

/// <summary>The sessions that run. Safe for use from several threads.</summary>
internal sealed class NbdSessionTable(int maxSessions, int maxPerClient)
{
    private readonly Lock _gate = new();
    private readonly HashSet<NbdSession> _sessions = [];
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Whether one more session of this client is within the limits.</summary>
    public bool HasRoomFor(IPAddress client)
    {
        lock (_gate)
        {
            return _sessions.Count < maxSessions
                && _sessions.Count(session => session.Client.Address.Equals(client)) < maxPerClient;
        }
    }

    public void Add(NbdSession session)
    {
        lock (_gate)
        {
            _sessions.Add(session);
        }
    }

    public void Remove(NbdSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
            if (_sessions.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Cuts off the sessions that have waited too long.</summary>
    public void Sweep(TimeSpan idleTimeout)
    {
        lock (_gate)
        {
            foreach (NbdSession session in _sessions)
            {
                if (session.OverdueReason(idleTimeout) is { } reason)
                {
                    session.CutOff(reason);
                }
            }
        }
    }

    /// <summary>Cuts off all; done when the last has ended.</summary>
    public Task CutOffAll(string reason)
    {
        lock (_gate)
        {
            foreach (NbdSession session in _sessions)
            {
                session.CutOff(reason);
            }

            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sessions.Count == 0 ? Task.CompletedTask : _empty.Task;
        }
    }
}
