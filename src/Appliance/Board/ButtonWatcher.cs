using System.Threading.Channels;
using Appliance.Formats.Evdev;

namespace Appliance.Board;

/// <summary>
/// Reads the button's device (/dev/input/event*, found by its name) on a thread of its own, and hands gestures on. A device
/// that goes is looked for again.
/// </summary>
/// <param name="name">Name of the device.</param>
/// <param name="done">Told of each gesture.</param>
/// <param name="held">Told while the button is held, when coming up would be another gesture than before.</param>
/// <param name="names">Folder of the kernel's names: /sys/class/input.</param>
/// <param name="devices">Folder of the devices: /dev/input.</param>
internal sealed partial class ButtonWatcher(
    string name, Action<Gesture> done, Action<Gesture> held, TimeProvider time, ILogger log,
    string names = "/sys/class/input", string devices = "/dev/input")
{
    /// <summary>How often a device is looked for that is not there. 2 s: one that is plugged in works before it is tried twice.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    /// <summary>How often time is looked at during a gesture: finer than the debouncing.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly ButtonGesture _gesture = new();
    private bool _isMissed;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Nobody waits for the thread: it stands in read(2) until the button is pressed or the process ends.
        new Thread(() => ReadAll(cancellationToken)) { IsBackground = true, Name = "button" }.Start();
        try
        {
            while (true)
            {
                await FollowAsync(await _changes.Reader.ReadAsync(cancellationToken), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    /// <summary>From a change until the button rests again.</summary>
    private async Task FollowAsync(bool isDown, CancellationToken cancellationToken)
    {
        Gesture? shown = null;
        Report(_gesture.Feed(isDown, Now));
        while (_gesture.IsBusy)
        {
            await Task.Delay(Tick, time, cancellationToken);
            while (_changes.Reader.TryRead(out bool next))
            {
                Report(_gesture.Feed(next, Now));
            }

            Report(_gesture.At(Now));
            if (_gesture.HeldFor(Now) is { } reached && reached != shown)
            {
                held(reached);
                shown = reached;
            }
        }
    }

    private TimeSpan Now => TimeSpan.FromTicks(time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency);

    private void Report(Gesture? gesture)
    {
        if (gesture is { } complete)
        {
            done(complete);
        }
    }

    private void ReadAll(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (FindDevice() is { } device)
                {
                    Read(device);
                }
                else if (!_isMissed)
                {
                    _isMissed = true;
                    LogMissing(log, name, names);
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                LogGone(log, name, gone.Message);
            }

            Thread.Sleep(RetryInterval);
        }
    }

    /// <summary>The kernel's files: event0/device/name beside /dev/input/event0.</summary>
    private string? FindDevice() => !Directory.Exists(names) ? null : Directory.EnumerateFileSystemEntries(names, "event*")
        .Where(entry => File.Exists(Path.Combine(entry, "device/name")) && File.ReadAllText(Path.Combine(entry, "device/name")).Trim() == name)
        .Select(entry => Path.Combine(devices, Path.GetFileName(entry)))
        .FirstOrDefault();

    private void Read(string device)
    {
        // Unbuffered and not asynchronous: evdev hands up whole events, and nothing that RandomAccess can read.
        using FileStream stream = new(device, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        LogFound(log, name, device);
        byte[] bytes = new byte[InputEvent.LengthFor(nint.Size)];
        while (stream.Read(bytes) == bytes.Length && InputEvent.TryParse(bytes, nint.Size, out InputEvent read))
        {
            if (read.IsKeyChange)
            {
                _changes.Writer.TryWrite(read.IsDown);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "button {Name} is {Device}")]
    private static partial void LogFound(ILogger log, string name, string device);

    [LoggerMessage(LogLevel.Warning, "there is no button {Name}; set button to a name of {Folder}/*/device/name, or to none")]
    private static partial void LogMissing(ILogger log, string name, string folder);

    [LoggerMessage(LogLevel.Warning, "button {Name}: {Reason}")]
    private static partial void LogGone(ILogger log, string name, string reason);
}
