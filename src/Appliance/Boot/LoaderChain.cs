using System.Net.NetworkInformation;
using Appliance.Catalog;

namespace Appliance.Boot;

/// <summary>
/// Which loader of its list a machine is given. One that asks for the same loader again and again without ever coming to a
/// menu is given the next, and that is remembered: a card whose ROM undionly or snponly cannot drive is driven by the iPXE
/// with drivers of its own. Safe for use from several threads; never waits.
/// </summary>
/// <param name="memory">Where it is remembered; null for nowhere.</param>
public sealed class LoaderChain(MachineMemory? memory, TimeProvider time)
{
    /// <summary>Askings for the same loader of which the last is answered with the next one.</summary>
    public const int ManyAskings = 3;

    /// <summary>Within this time of the first of them. A machine that stood in its menu for longer has come up.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>
    /// A grant this soon after the one before repeats it: clients ask again after 4 s (RFC 2131 §4.1), and no machine starts
    /// its firmware, loads a loader and fails in less.
    /// </summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromSeconds(5);

    /// <summary>Machines that are counted at a time; whoever comes when it is full is given what it was given before.</summary>
    private const int MaximumAsking = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<PhysicalAddress, Asking> _asking = [];

    /// <summary>Told when a machine is given another loader: whose, which one did not come up, which is tried now.</summary>
    public event Action<NetbootClient, string, string>? Moved;

    /// <summary>
    /// The loader that the machine is given, of the list's that are there; null when none is. Tells the same for every message
    /// of one exchange.
    /// </summary>
    public string? Choose(NetbootClient client, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }

        // What is no longer in the list was taken out of it by the owner, whose word counts.
        int known = IndexOf(names, memory?.Find(client.Mac)?.Loader);
        int current = Math.Max(known, 0);
        lock (_gate)
        {
            bool failed = _asking.TryGetValue(client.Mac, out Asking? asking) && asking.Loader == names[current]
                && asking.Times >= ManyAskings - 1 && IsRecent(asking, Window) && time.GetElapsedTime(asking.Last) >= Repetition;
            return names[failed ? (current + 1) % names.Count : current];
        }
    }

    /// <summary>Notes that the machine was told to load it, and remembers it when it is another one than before.</summary>
    /// <param name="isFirst">Whether it is the first of its list, which needs no remembering.</param>
    public void Granted(NetbootClient client, string loader, bool isFirst)
    {
        string? failed = null;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            bool again = _asking.TryGetValue(client.Mac, out Asking? asking) && IsRecent(asking, Window);
            if (again && asking!.Loader == loader)
            {
                bool isRepeated = time.GetElapsedTime(asking.Last) < Repetition;
                _asking[client.Mac] = isRepeated ? asking : asking with { Times = asking.Times + 1, Last = now };
                return;
            }

            failed = again && asking!.Times >= ManyAskings - 1 ? asking.Loader : null;
            Begin(client.Mac, new Asking(loader, 1, now, now));
        }

        if (failed is not null)
        {
            memory?.SetLoader(client.Mac, isFirst ? null : loader);
            Moved?.Invoke(client, failed, loader);
        }
    }

    /// <summary>Notes that the machine has come to its menu: its loader works.</summary>
    public void Reached(PhysicalAddress mac)
    {
        lock (_gate)
        {
            _asking.Remove(mac);
        }
    }

    private void Begin(PhysicalAddress mac, Asking asking)
    {
        if (_asking.Count >= MaximumAsking && !_asking.ContainsKey(mac))
        {
            foreach (PhysicalAddress old in _asking.Where(item => !IsRecent(item.Value, Window)).Select(static item => item.Key).ToArray())
            {
                _asking.Remove(old);
            }
        }

        if (_asking.Count < MaximumAsking || _asking.ContainsKey(mac))
        {
            _asking[mac] = asking;
        }
    }

    private bool IsRecent(Asking asking, TimeSpan window) => time.GetElapsedTime(asking.First) < window;

    private static int IndexOf(IReadOnlyList<string> names, string? name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>How often a machine was told to load a loader that did not come to a menu.</summary>
    /// <param name="First">When it was told first, by the monotonic clock.</param>
    /// <param name="Last">When it was told last.</param>
    private sealed record Asking(string Loader, int Times, long First, long Last);
}
