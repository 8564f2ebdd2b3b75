using System.Net.Sockets;
using Appliance.Interop;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// Runs a server's work on an interface for as long as the interface is the one that it was, and begins anew when it has gone
/// and come back: a USB adapter that is plugged in again has another number, and sockets stay bound to the old one in silence.
/// </summary>
internal sealed partial class LinkSessions(string interfaceName, TimeProvider time, ILogger log)
{
    /// <summary>How often the interface is looked at: firmware asks again after four seconds.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs sessions until it is cancelled, or until one ends by itself. The first has begun before the first wait; what it
    /// throws ends all, what a later one throws is tried again.
    /// </summary>
    /// <param name="session">The work; ends soon after it is cancelled.</param>
    /// <exception cref="StartException">There is no such interface at the start, or what the first session throws.</exception>
    public async Task RunAsync(Func<EthernetInterface, CancellationToken, Task> session, CancellationToken cancellation)
    {
        EthernetInterface? link = EthernetInterface.Find(interfaceName) ?? throw new StartException(
            $"interface {interfaceName} does not exist; set interface to one that 'ip link' shows");
        bool again = await RunOneAsync(session, link, cancellation);
        while (again && !cancellation.IsCancellationRequested)
        {
            link = await AwaitLinkAsync(cancellation);
            if (link is not null)
            {
                Log.CameBack(log, interfaceName);
                again = await TryAgainAsync(session, link, cancellation);
            }
        }
    }

    /// <summary>True when it ended because the interface is gone.</summary>
    private async Task<bool> RunOneAsync(
        Func<EthernetInterface, CancellationToken, Task> session, EthernetInterface link, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task work = session(link, end.Token);
        while (!work.IsCompleted && !end.IsCancellationRequested)
        {
            await Task.WhenAny(work, Task.Delay(Interval, time, end.Token));
            if (!work.IsCompleted && EthernetInterface.IndexOf(interfaceName) != link.Index)
            {
                Log.Gone(log, interfaceName);
                await end.CancelAsync();
            }
        }

        await work;
        return end.IsCancellationRequested;
    }

    private async Task<bool> TryAgainAsync(
        Func<EthernetInterface, CancellationToken, Task> session, EthernetInterface link, CancellationToken cancellation)
    {
        try
        {
            return await RunOneAsync(session, link, cancellation);
        }
        catch (Exception failure) when (failure is StartException or SocketException)
        {
            // Perhaps it is gone again already.
            Log.NotOpened(log, interfaceName, failure.Message);
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
    }

    /// <summary>Waits until the interface is there; null when cancelled.</summary>
    private async Task<EthernetInterface?> AwaitLinkAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (EthernetInterface.IndexOf(interfaceName) != 0 && EthernetInterface.Find(interfaceName) is { } found)
            {
                return found;
            }

            await Task.Delay(Interval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "{Interface} is gone: nobody is served there until it comes back")]
        public static partial void Gone(ILogger log, string @interface);

        [LoggerMessage(21, LogLevel.Information, "{Interface} is back: serving again")]
        public static partial void CameBack(ILogger log, string @interface);

        [LoggerMessage(22, LogLevel.Warning, "{Interface} came back and cannot be served yet: {Reason}")]
        public static partial void NotOpened(ILogger log, string @interface, string reason);
    }
}
