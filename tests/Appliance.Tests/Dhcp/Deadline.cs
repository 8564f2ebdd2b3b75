namespace Appliance.Tests.Dhcp;

/// <summary>Waits for what another thread does.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Waits until the condition holds.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Longest, "it did not happen in time");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
