using System.Net;

namespace Appliance.Admin;

/// <summary>
/// Counts connections by their client's address, so that one who opens thousands keeps out nobody but himself.
/// </summary>
internal sealed class ConnectionLimit
{
    /// <summary>Connections of one address. 32: a browser opens six and one for events, in a few windows.</summary>
    public const int PerAddress = 32;

    /// <summary>Connections in all. 512: fifty people who watch, and room for ten addresses that misbehave.</summary>
    public const int InAll = 512;

    private readonly Dictionary<IPAddress, int> _open = [];
    private readonly Lock _gate = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Enters a connection; false when there are too many already.</summary>
    public bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            int open = _open.GetValueOrDefault(address);
            if (open >= PerAddress || _count >= InAll)
            {
                return false;
            }

            _open[address] = open + 1;
            _count++;
            return true;
        }
    }

    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _count--;
            if (--_open[address] == 0)
            {
                _open.Remove(address);
            }
        }
    }
}
