using System.Net.Sockets;
using System.Text;

namespace Appliance.Status;

/// <summary>
/// Tells the service manager how we are (sd_notify(3)): ready, stopping, alive. Without a socket it does nothing. A message
/// that cannot be sent is let go: the manager's own time-outs then apply.
/// </summary>
public sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;

    /// <param name="socketPath">Value of <c>NOTIFY_SOCKET</c>, or null. A leading @ means the abstract name space.</param>
    /// <param name="watchdogMicroseconds">Value of <c>WATCHDOG_USEC</c>, or null.</param>
    public ServiceNotifier(string? socketPath, string? watchdogMicroseconds)
    {
        if (string.IsNullOrEmpty(socketPath))
        {
            return;
        }

        string path = socketPath[0] == '@' ? "\0" + socketPath[1..] : socketPath;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            _socket.Dispose();
            _socket = null;
            return;
        }

        // Half of the time, as sd_watchdog_enabled(3) advises.
        WatchdogInterval = long.TryParse(watchdogMicroseconds, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds / 2.0)
            : null;
    }

    /// <summary>How often <see cref="Alive"/> is due, or null when nobody watches.</summary>
    public TimeSpan? WatchdogInterval { get; }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Stopping() => Send("STOPPING=1");

    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // The manager is gone or its queue is full; it will notice by itself.
            return;
        }
    }
}
