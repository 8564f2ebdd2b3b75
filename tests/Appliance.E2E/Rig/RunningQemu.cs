using System.Diagnostics;

namespace Appliance.E2E.Rig;

/// <summary>A machine that QEMU emulates, with its serial console on the process's standard streams; its power is cut when disposed.</summary>
internal sealed class RunningQemu : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    /// <param name="process">QEMU; owned from here.</param>
    /// <param name="name">Names its console's file in artifacts/e2e.</param>
    public RunningQemu(Process process, string name)
    {
        _process = process;
        Console = new ConsoleLog(name + ".console");
        _reading = Task.WhenAll(Console.ReadAsync(process.StandardOutput), Console.ReadAsync(process.StandardError));
    }

    /// <summary>The serial console, stamped in seconds from power-on.</summary>
    public ConsoleLog Console { get; }

    /// <summary>Types on the serial console.</summary>
    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        Console.Dispose();
        _process.Dispose();
    }
}
