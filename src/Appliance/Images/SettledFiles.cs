namespace Appliance.Images;

/// <summary>
/// Tells files that are complete from those that are still being written, by looking at them again: a copy over USB or
/// the network gives no other sign. Pure but for its memory of earlier looks; time is an argument.
/// </summary>
internal sealed class SettledFiles
{
    /// <summary>A file is complete when it has not changed for so long. 2 s: exFAT and FAT round times to that.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    private Dictionary<string, Look> _looks = new(StringComparer.Ordinal);
    private Dictionary<string, Look> _next = new(StringComparer.Ordinal);

    private readonly record struct Look(FileIdentity Identity, TimeSpan Since, bool IsSettled);

    /// <summary>Looks at one file of the current scan.</summary>
    /// <param name="file">The file in its present state.</param>
    /// <param name="uptime">A clock that never jumps.</param>
    /// <param name="now">The wall clock, with which file times are compared.</param>
    public bool IsSettled(ListedFile file, TimeSpan uptime, DateTimeOffset now)
    {
        FileIdentity identity = file.Identity;
        bool known = _looks.TryGetValue(file.FullPath, out Look before) && before.Identity.IsSameFile(identity);
        Look look;
        if (!known)
        {
            // Seen for the first time, perhaps because we just started. A board without a clock believes that it is 1970:
            // a time far in the future says as well that nobody writes at this moment.
            look = new Look(identity, uptime, (now - identity.Modified).Duration() >= SettleTime);
        }
        else if (before.Identity == identity)
        {
            look = before with { IsSettled = before.IsSettled || uptime - before.Since >= SettleTime };
        }
        else
        {
            look = new Look(identity, uptime, IsSettled: false);
        }

        _next[file.FullPath] = look;
        return look.IsSettled;
    }

    /// <summary>Ends a scan: files that were not looked at in it are forgotten.</summary>
    public void EndScan()
    {
        (_looks, _next) = (_next, _looks);
        _next.Clear();
    }
}
