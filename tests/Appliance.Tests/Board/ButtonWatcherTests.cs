using Appliance.Board;
using Appliance.Formats.Evdev;
using Appliance.Tests.Catalog;
using Appliance.Tests.Dhcp;
using Appliance.Tests.Images;

namespace Appliance.Tests.Board;

/// <summary>A button's device as a named pipe, beside one of somebody else.</summary>
public sealed class ButtonWatcherTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly MessageLog _log = new();

    public ButtonWatcherTests()
    {
        _folder.Write("names/event0/device/name", "AT Translated Set 2 keyboard\n");
        _folder.Write("names/event1/device/name", "gpio-keys\n");
        Directory.CreateDirectory(_folder["devices"]);
        Tool.Run("coreutils", "mkfifo", _folder["devices/event0"], _folder["devices/event1"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_press_of_the_device_of_that_name_is_a_gesture()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<Gesture>();
        using var stop = new CancellationTokenSource();
        Task running = Watch("gpio-keys", seen.Enqueue).RunAsync(stop.Token);
        await using (FileStream button = new(_folder["devices/event1"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await button.WriteAsync(Event(InputEvent.KeyType, 1));
            await button.WriteAsync(Event(0, 0));
            await button.WriteAsync(Event(InputEvent.KeyType, 2));
            await Task.Delay(ButtonGesture.Debounce * 2);
            await button.WriteAsync(Event(InputEvent.KeyType, 0));
            await Deadline.UntilAsync(() => seen.Contains(Gesture.Short));
        }

        await stop.CancelAsync();
        await running;
        Assert.Single(seen);
    }

    [Fact]
    public async Task A_button_that_is_not_there_is_said_once_with_the_remedy()
    {
        using var stop = new CancellationTokenSource();
        Task running = Watch("none", static _ => { }).RunAsync(stop.Token);
        await Deadline.UntilAsync(() => _log.Lines.Count > 0);
        await stop.CancelAsync();
        await running;
        Assert.StartsWith("there is no button none; set button to", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    private ButtonWatcher Watch(string name, Action<Gesture> done) =>
        new(name, done, static _ => { }, TimeProvider.System, _log, _folder["names"], _folder["devices"]);

    private static byte[] Event(ushort type, int value)
    {
        byte[] bytes = new byte[InputEvent.LengthFor(nint.Size)];
        BitConverter.TryWriteBytes(bytes.AsSpan(2 * nint.Size), type);
        BitConverter.TryWriteBytes(bytes.AsSpan((2 * nint.Size) + 4), value);
        return bytes;
    }
}
