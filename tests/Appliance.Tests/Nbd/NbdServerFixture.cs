using System.Net;
using Appliance.Nbd;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Nbd;

/// <summary>A server on a loopback port that serves an <see cref="NbdLibrary"/>.</summary>
internal sealed class NbdServerFixture : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private NbdServerFixture(NbdLibrary library, NbdOptions options, TimeProvider time)
    {
        Library = library;
        var all = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback, PrefixLength = 8 },
            Nbd = options with { Port = 0 },
        };
        Server = new NbdServer(all, library.Library, time, NullLogger<NbdServer>.Instance);
        _running = Server.RunAsync(_stop.Token);
    }

    public NbdLibrary Library { get; }

    public NbdServer Server { get; }

    public static async Task<NbdServerFixture> StartAsync(NbdOptions? options = null, TimeProvider? time = null) =>
        new(await NbdLibrary.CreateAsync(), options ?? new NbdOptions(), time ?? TimeProvider.System);

    public NbdClient Connect() => new(Server.LocalEndPoint);

    public static void WaitFor(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Deadline));

    public void WaitForSessions(int count) => WaitFor(() => Server.ActiveSessions == count);

    /// <summary>Stops the server; fails when that takes long.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Library.Dispose();
    }
}
