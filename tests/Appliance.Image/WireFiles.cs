using System.Diagnostics;
using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>A folder that a laptop on the wire shows by HTTP, until it is disposed.</summary>
internal sealed class WireFiles : IAsyncDisposable
{
    public const string Url = $"http://{Wire.ClientAddress}:8000/";

    private readonly Process _server;

    private WireFiles(Process server) => _server = server;

    /// <summary>Shows a folder; when this returns, it can be read.</summary>
    public static async Task<WireFiles> ShowAsync(Wire wire, string folder)
    {
        var files = new WireFiles(wire.StartOnClient("busybox", "httpd", "-f", "-p", Wire.ClientAddress + ":8000", "-h", folder));
        await wire.RunOnClientAsync("curl", "--silent", "--output", "/dev/null", "--retry", "30", "--retry-connrefused", "--retry-delay", "1", Url);
        return files;
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }
}
