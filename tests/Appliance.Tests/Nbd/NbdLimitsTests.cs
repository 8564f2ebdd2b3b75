using System.Net.Sockets;
using Appliance.Formats.Nbd;
using Appliance.Nbd;
using Appliance.Options;

namespace Appliance.Tests.Nbd;

/// <summary>How many may connect, and for how long, by a clock that the test turns.</summary>
public sealed class NbdLimitsTests : IAsyncLifetime
{
    private readonly TurnedClock _clock = new();
    private NbdServerFixture _fixture = null!;

    public async Task InitializeAsync() =>
        _fixture = await NbdServerFixture.StartAsync(new NbdOptions { MaxSessionsPerClient = 4 }, _clock);

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("00000003" + "49484156454F5054" + "00000007")]
    [InlineData("00000003" + "49484156454F5054" + "00000007" + "00000010" + "0000")]
    [InlineData("00000003" + "49484156454F5054" + "00000063" + "00010000" + "0000")]
    public void N_01_a_handshake_that_does_not_end_is_ended(string start)
    {
        using NbdClient client = _fixture.Connect();
        client.Send(Convert.FromHexString(start));
        Assert.Equal(NbdHandshakeWriter.GreetingLength, client.Receive(NbdHandshakeWriter.GreetingLength).Length);
        _clock.Turn(NbdServer.HandshakeTimeout);
        Assert.Equal(1, _fixture.Server.ActiveSessions);
        Assert.False(client.HasNews(TimeSpan.Zero));
        _clock.Turn(TimeSpan.FromSeconds(1));
        Assert.True(client.IsClosed());
        _fixture.WaitForSessions(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void A_client_that_asks_for_nothing_is_ended_in_the_end(int bytesOfARequest)
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Read(0, 100);
        client.Send(NbdClient.Request(NbdCommand.Read).AsSpan(0, bytesOfARequest));
        _clock.Turn(NbdServer.HandshakeTimeout + TimeSpan.FromMinutes(9));
        Assert.False(client.HasNews(TimeSpan.Zero));
        Assert.True(IsClosedAfter(client, new NbdOptions().IdleTimeout));
        _fixture.WaitForSessions(0);
    }

    [Fact]
    public void A_client_that_asks_now_and_then_stays()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        for (int hour = 0; hour < 6; hour++)
        {
            Assert.Equal(_fixture.Library.Slice(0, 100), client.Read(0, 100));
            _clock.Turn(TimeSpan.FromMinutes(9));
        }

        Assert.Equal(1, _fixture.Server.ActiveSessions);
    }

    [Fact]
    public void A_client_beyond_its_limit_is_hung_up_on_and_takes_nothing_from_the_others()
    {
        NbdClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => _fixture.Connect())];
        Array.ForEach(clients, static client => client.Start(NbdLibrary.Disk));
        using (NbdClient fifth = _fixture.Connect())
        {
            Assert.True(fifth.IsClosed());
        }

        Array.ForEach(clients, client => Assert.Equal(_fixture.Library.Slice(7, 70), client.Read(7, 70)));
        Array.ForEach(clients, static client => client.Dispose());
        _fixture.WaitForSessions(0);
        using NbdClient next = _fixture.Connect();
        Assert.Equal(_fixture.Library.Content.Length, next.Start(NbdLibrary.Disk));
    }

    [Fact]
    public void V_21_thousands_of_handshakes_that_are_left_half_open_stay_within_the_limit()
    {
        for (int i = 0; i < 3000; i++)
        {
            using NbdClient client = _fixture.Connect();
            client.Send([0, 0, 0, 3]);
            Assert.InRange(_fixture.Server.ActiveSessions, 0, 4);
        }

        // Those that the kernel has taken and the server has not seen yet count against the limit when their turn comes.
        for (int tries = 0; tries < 600 && !IsServed(); tries++)
        {
        }

        Assert.True(IsServed());
    }

    private bool IsServed()
    {
        _fixture.WaitForSessions(0);
        using NbdClient client = _fixture.Connect();
        if (!client.HasNews(TimeSpan.FromMilliseconds(100)))
        {
            return false;
        }

        try
        {
            return client.Start(NbdLibrary.Disk) == _fixture.Library.Content.Length;
        }
        catch (Exception e) when (e is SocketException or Xunit.Sdk.TrueException)
        {
            // Hung up on, beyond the limit.
            return false;
        }
    }

    /// <summary>The server may still be at its last answer when the clock turns: then it takes another turn.</summary>
    private bool IsClosedAfter(NbdClient client, TimeSpan limit)
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

    /// <summary>Stands still until it is turned; then its timers go off once.</summary>
    private sealed class TurnedClock : TimeProvider
    {
        private readonly List<TurnedTimer> _timers = [];
        private long _ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new TurnedTimer(() => callback(state));
            _timers.Add(timer);
            return timer;
        }

        public void Turn(TimeSpan by)
        {
            Interlocked.Add(ref _ticks, by.Ticks);
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
