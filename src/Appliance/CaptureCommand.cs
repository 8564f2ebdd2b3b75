using System.Runtime.InteropServices;
using Appliance.Capture;
using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Status;

namespace Appliance;

/// <summary><c>plugboot capture MAC --into FILE</c>: captures one machine's frames until it is interrupted; needs no daemon.</summary>
internal static class CaptureCommand
{
    /// <exception cref="StartException">Frames cannot be received.</exception>
    public static async Task<int> RunAsync(ApplianceOptions options, MacAddress station, string file, TextWriter output, TextWriter error)
    {
        string interfaceName = HostNetwork.FindInterface(options.Network.Interface, options.Network.Address, options.Network.PrefixLength);
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await using var capture = new ClientCapture(interfaceName, TimeProvider.System);
        try
        {
            // Opened first: what was captured must not be lost to a path that cannot be written.
            await using FileStream into = File.Create(file);
            capture.Start(station);
            await output.WriteLineAsync($"capturing {station} on {interfaceName}; switch it on, and end with Ctrl-C");
            await interrupted.Task;
            await capture.StopAsync();
            await into.WriteAsync(capture.Read());
            string dropped = capture.Dropped > 0 ? $"; {capture.Dropped} older ones had no room: end it sooner" : "";
            await output.WriteLineAsync($"{capture.Count} frames written to {Printable.Text(file)}{dropped}");
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"plugboot: {Printable.Text(file)} cannot be written: {failure.Message}; name another by --into");
            return 1;
        }

        void End(PosixSignalContext signal)
        {
            // Else the runtime ends the process before the file is written.
            signal.Cancel = true;
            interrupted.TrySetResult();
        }
    }
}
