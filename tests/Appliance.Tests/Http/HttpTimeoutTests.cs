using System.Net;
using Appliance.Http;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Http;

/// <summary>What waits too long is ended, by a clock that the test turns.</summary>
public sealed class HttpTimeoutTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly TurnedClock _clock = new();
    private readonly HttpBootServer _server;

    public HttpTimeoutTests()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [0] },
        };
        _server = new HttpBootServer(options, static (_, _, _) => null, NullLoggerFactory.Instance, time: _clock);
    }

    public Task InitializeAsync() => _server.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _server.StopAsync(limit.Token);
    }

    ValueTask IAsyncDisposable.DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTT")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    public void V_08_a_head_that_does_not_come_ends_the_connection(string start)
    {
        using HttpClientSocket client = Connect();
        if (start.Length > 0)
        {
            client.Send(start);
        }

        Assert.True(IsClosedAfter(client, HttpConnectionTable.HeadTimeout));
    }

    [Fact]
    public void H_01_a_connection_stays_while_a_person_reads_the_menu_and_not_for_ever()
    {
        using HttpClientSocket client = Connect();
        client.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Receive();
        _clock.Turn(HttpConnectionTable.HeadTimeout + TimeSpan.FromSeconds(1));
        client.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("OK", client.Receive().Text);
        Assert.True(IsClosedAfter(client, HttpConnectionTable.IdleTimeout));
    }

    [Fact]
    public void The_date_is_that_of_the_clock()
    {
        using HttpClientSocket client = Connect();
        _clock.Turn(TimeSpan.FromSeconds(5));
        client.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(_clock.GetUtcNow().ToString("R"), client.Receive().Headers["Date"]);
    }

    /// <summary>The server may still be at its last answer when the clock turns: then it takes another turn.</summary>
    private bool IsClosedAfter(HttpClientSocket client, TimeSpan limit)
    {
        for (int turns = 0; turns < 100; turns++)
        {
            _clock.Turn(limit + TimeSpan.FromSeconds(1));
            if (client.HasNews(TimeSpan.FromMilliseconds(100)))
            {
                return client.IsClosed();
            }
        }

        return false;
    }

    private HttpClientSocket Connect()
    {
        var client = new HttpClientSocket(_server.LocalEndPoints[0]);
        Assert.True(SpinWait.SpinUntil(() => _server.OpenConnections == 1, TimeSpan.FromSeconds(10)));
        return client;
    }

    /// <summary>Stands still until it is turned; then its timers go off once.</summary>
    private sealed class TurnedClock : TimeProvider
    {
        private readonly List<TurnedTimer> _timers = [];
        private DateTimeOffset _now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new TurnedTimer(() => callback(state));
            _timers.Add(timer);
            return timer;
        }

        public void Turn(TimeSpan by)
        {
            _now += by;
            _timers.ForEach(static timer => timer.Due());
        }
    }

    private sealed class TurnedTimer(Action due) : ITimer
    {
        public void Due() => due();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
