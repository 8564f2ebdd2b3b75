using System.Net;

namespace Appliance.Admin.Accounts;

/// <summary>
/// Makes guessing slow: after a few wrong passwords an address waits, each time twice as long. Counts on the clock since
/// boot, because the box may not know the time of day. Bounded; the address that was silent longest is forgotten first.
/// </summary>
internal sealed class LoginThrottle(TimeProvider time)
{
    /// <summary>Wrong passwords that cost nothing. 5: a person who tries all of his.</summary>
    public const int Free = 5;

    /// <summary>Longest wait. 15 min: no guesser gets anywhere, and a person who comes back after coffee gets in.</summary>
    public static readonly TimeSpan MostWait = TimeSpan.FromMinutes(15);

    /// <summary>After this silence an address starts afresh.</summary>
    public static readonly TimeSpan Forgiveness = TimeSpan.FromHours(1);

    /// <summary>Addresses that are remembered: more than a wire has; those who forge them cannot sign in anyway.</summary>
    private const int MaxAddresses = 1024;

    private readonly Dictionary<IPAddress, Failures> _failures = [];
    private readonly Lock _gate = new();

    private readonly record struct Failures(int Count, long Last);

    /// <summary>How long an address has to wait until its next try counts; zero: not at all.</summary>
    public TimeSpan WaitFor(IPAddress address)
    {
        lock (_gate)
        {
            if (!_failures.TryGetValue(address, out Failures failures) || failures.Count < Free)
            {
                return TimeSpan.Zero;
            }

            double seconds = Math.Min(Math.Pow(2, failures.Count - Free), MostWait.TotalSeconds);
            TimeSpan left = TimeSpan.FromSeconds(seconds) - time.GetElapsedTime(failures.Last);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Failed(IPAddress address)
    {
        lock (_gate)
        {
            if (_failures.Count >= MaxAddresses && !_failures.ContainsKey(address))
            {
                _failures.Remove(_failures.MinBy(static entry => entry.Value.Last).Key);
            }

            int before = _failures.TryGetValue(address, out Failures failures) && time.GetElapsedTime(failures.Last) < Forgiveness ? failures.Count : 0;
            _failures[address] = new Failures(before + 1, time.GetTimestamp());
        }
    }

    public void Succeeded(IPAddress address)
    {
        lock (_gate)
        {
            _failures.Remove(address);
        }
    }
}
