using System.ComponentModel;
using System.Diagnostics;
using Appliance.Board;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Options;
using Appliance.Status;

namespace Appliance;

/// <summary>The light and the button of the box: how it does, and what gestures do to it.</summary>
internal sealed partial class BoardPart
{
    /// <summary>How long after its latest step a boot counts as one that goes on. 5 s: longer than a loader thinks.</summary>
    private static readonly TimeSpan BootPause = TimeSpan.FromSeconds(5);

    /// <summary>The image's scripts note here what has failed since power-on (overlay/usr/lib/plugboot/shell.sh).</summary>
    private const string Alarms = "/run/plugboot/alarms";

    private readonly ApplianceOptions _options;
    private readonly Parts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LightKeeper? _light;
    private readonly ButtonWatcher? _button;
    private long _bytes;
    private long _bytesAt;

    public BoardPart(ApplianceOptions options, Parts parts, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _parts = parts;
        _time = time;
        _log = logs.CreateLogger<BoardPart>();
        _light = options.Board.StatusLed is { } light ? new LightKeeper(new StatusLight(light, _log), Look, time) : null;
        _button = options.Board.Button is { } button ? new ButtonWatcher(button, Act, Feel, time, _log) : null;
    }

    /// <summary>What it shows and rules.</summary>
    /// <param name="Records">What is said of the menu, or null where the disk failed.</param>
    /// <param name="Images">File names of the images in the menu.</param>
    /// <param name="ResetPassword">Makes a new password for the account admin.</param>
    /// <param name="Restart">Ends the daemon after a time, for its supervisor to start it again.</param>
    internal sealed record Parts(
        string InterfaceName, ServiceState State, BootTimeline Timeline, MenuTable? Records, SettingsFile Settings,
        Func<IEnumerable<string>> Images, Action ResetPassword, Action<TimeSpan> Restart);

    /// <summary>Runs until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        _light?.RunAsync(cancellationToken) ?? Task.CompletedTask,
        _button?.RunAsync(cancellationToken) ?? Task.CompletedTask,
        Task.Delay(Timeout.Infinite, cancellationToken));

    private BoxFacts Look()
    {
        DateTimeOffset now = _time.GetUtcNow();
        long bytes = HostNetwork.BytesMoved(_parts.InterfaceName);
        double seconds = Math.Max(0.1, _time.GetElapsedTime(_bytesAt).TotalSeconds);
        var facts = new BoxFacts
        {
            Dhcp = _parts.State.Dhcp.Role,
            Free = Free(),
            IsBooting = _parts.Timeline.Snapshot().Any(boot => now - (boot.Began + boot.LastAt) < BootPause),
            BytesPerSecond = (bytes - _bytes) / seconds,
            HasFailed = File.Exists(Alarms),
            IsUpdating = UpdateCommand.IsRunning,
        };
        (_bytes, _bytesAt) = (bytes, _time.GetTimestamp());
        return facts;
    }

    /// <summary>Room on the medium of images, or null when it is not there.</summary>
    private long? Free()
    {
        try
        {
            string folder = _options.Storage.Isos;
            return Directory.Exists(folder) ? new DriveInfo(folder).AvailableFreeSpace : null;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ButtonAction ActionOf(Gesture gesture) => gesture switch
    {
        Gesture.Short => _options.Board.Short,
        Gesture.Double => _options.Board.Double,
        Gesture.Long => _options.Board.Long,
        _ => _options.Board.VeryLong,
    };

    /// <summary>The button is long enough down for something: the light says that it may be let go.</summary>
    private void Feel(Gesture gesture)
    {
        if (ActionOf(gesture) is not ButtonAction.None)
        {
            Confirm(gesture is Gesture.Long ? 1 : 2);
        }
    }

    private void Act(Gesture gesture)
    {
        ButtonAction action = ActionOf(gesture);
        LogGesture(_log, gesture, action);
        try
        {
            switch (action)
            {
                case ButtonAction.Mode:
                    ChangeMode();
                    break;
                case ButtonAction.Image:
                    ChangeImage();
                    break;
                case ButtonAction.Shutdown:
                    using (Process.Start("poweroff"))
                    {
                    }

                    break;
                case ButtonAction.Reset:
                    Reset();
                    break;
            }
        }
        catch (Exception failure) when (failure is IOException or SettingValueException or Win32Exception)
        {
            LogFailed(_log, action, failure.Message);
        }
    }

    /// <summary>As many flashes as the mode's number, counted from auto; the service starts again in it.</summary>
    private void ChangeMode()
    {
        DhcpMode next = ButtonCycle.Next(_options.Dhcp.Mode);
        _parts.Settings.Change([new("dhcp-mode", next.ToString().ToLowerInvariant())]);
        LogMode(_log, next);
        _parts.Restart(Confirm(ButtonCycle.NumberOf(next)));
    }

    /// <summary>Two flashes: an image starts by itself; one: the local disk.</summary>
    private void ChangeImage()
    {
        if (_parts.Records is not { } records)
        {
            return;
        }

        MenuSettings before = records.Current.Settings;
        string chosen = ButtonCycle.NextDefault(before.Default ?? _options.Menu.Default, _options.Menu.Default, _parts.Images());
        records.Put(before with { Default = chosen });
        LogDefault(_log, chosen);
        Confirm(chosen == ButtonCycle.LocalDisk ? 1 : 2);
    }

    /// <summary>What keeps somebody out: address, DHCP and password. Images and what is said of them stay.</summary>
    private void Reset()
    {
        _parts.Settings.Change(ButtonCycle.NetworkSettings.Select(static name => KeyValuePair.Create<string, string?>(name, null)));
        _parts.ResetPassword();
        _parts.Restart(Confirm(4));
    }

    /// <summary>Answers by the light; returns how long that takes.</summary>
    private TimeSpan Confirm(int flashes) => _light?.Confirm(flashes) ?? TimeSpan.Zero;

    [LoggerMessage(LogLevel.Information, "button: {Gesture}, {Action}")]
    private static partial void LogGesture(ILogger log, Gesture gesture, ButtonAction action);

    [LoggerMessage(LogLevel.Information, "button: DHCP mode {Mode} from now on")]
    private static partial void LogMode(ILogger log, DhcpMode mode);

    [LoggerMessage(LogLevel.Information, "button: {Entry} starts by itself from now on")]
    private static partial void LogDefault(ILogger log, string entry);

    [LoggerMessage(LogLevel.Error, "button: {Action} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, ButtonAction action, string reason);
}
