namespace Appliance.Catalog;

/// <summary>
/// The clock that leases are counted on: it goes on where it stood when the box was switched off, and knows nothing of the
/// time of day. While the box is off no lease runs out: nobody could have renewed it.
/// </summary>
/// <param name="time">Whose timestamps count from the kernel's boot (CLOCK_MONOTONIC).</param>
/// <param name="bootId">Which boot of the kernel that is.</param>
internal sealed class LeaseClock(TimeProvider time, Guid bootId)
{
    private static readonly string BootIdFile = "/proc/sys/kernel/random/boot_id";

    public Guid BootId => bootId;

    /// <summary>What is added to the time since boot. Minus that time at first, so that a new clock starts at zero.</summary>
    public TimeSpan Offset { get; private set; } = -time.GetElapsedTime(0);

    public TimeSpan Now => Offset + time.GetElapsedTime(0);

    /// <summary>The boot that this process runs in; a new one where the kernel does not tell.</summary>
    public static Guid ReadBootId()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText(BootIdFile).Trim(), out Guid id) ? id : Guid.NewGuid();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid();
        }
    }

    /// <summary>Goes on from what was stored: exactly within the same boot, else from when it was last seen.</summary>
    public void Resume(Guid storedBootId, TimeSpan storedOffset, TimeSpan seen)
    {
        TimeSpan sinceBoot = time.GetElapsedTime(0);
        TimeSpan continued = storedOffset + sinceBoot;
        Offset = storedBootId == bootId && continued >= seen ? storedOffset : seen - sinceBoot;
    }
}
