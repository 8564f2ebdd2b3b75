using System.Diagnostics;

namespace Appliance.E2E.Rig;

/// <summary>Somebody else's DHCP server on the wire, which gives addresses from 192.168.100.210 on and nothing else.</summary>
internal sealed class OfficeDhcp : IAsyncDisposable
{
    public const string Dnsmasq = "dnsmasq";
    public const string Kea = "kea";

    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConsoleLog _log;
    private readonly Task _reading;

    private OfficeDhcp(Process process, ConsoleLog log)
    {
        _process = process;
        _log = log;
        _reading = Task.WhenAll(log.ReadAsync(process.StandardOutput), log.ReadAsync(process.StandardError));
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="server"><see cref="Dnsmasq"/> or <see cref="Kea"/>.</param>
    /// <param name="name">Names its files in artifacts/e2e.</param>
    /// <exception cref="TimeoutException">It did not get ready; the message shows its log.</exception>
    public static async Task<OfficeDhcp> StartAsync(Wire wire, string server, string name)
    {
        string script = Repository.Script("tests/rig/office-dhcp.sh");
        await HostCommand.RunAsync(script, "unpack");
        string folder = Path.Combine(Repository.Logs, name + ".office");
        Process process = wire.StartInOffice(script, server, Wire.ClientInterface, folder);
        var office = new OfficeDhcp(process, new ConsoleLog(name + ".office"));
        try
        {
            await office._log.WaitForAsync("DHCP, IP range|DHCP4_STARTED", ReadyDeadline);
            return office;
        }
        catch (TimeoutException)
        {
            await office.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _log.Dispose();
        _process.Dispose();
    }
}
