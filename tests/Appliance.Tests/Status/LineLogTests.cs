using System.Text;
using Appliance.Status;
using Microsoft.Extensions.Logging;

namespace Appliance.Tests.Status;

public sealed class LineLogTests
{
    [Fact]
    public void A_flood_is_cut_down_and_the_log_says_by_how_much()
    {
        using var stream = new MemoryStream();
        var time = new ManualTime();
        using (var log = new LineLog(stream, LogLevel.Information, forJournal: false, time))
        {
            ILogger logger = log.CreateLogger("Appliance.Dhcp.DhcpServer");
            for (int i = 0; i < 100_000; i++)
            {
                logger.Log(LogLevel.Information, 0, i, null, static (state, _) => $"line {state}");
            }

            time.Advance(TimeSpan.FromSeconds(1));
            logger.Log(LogLevel.Information, 0, 0, null, static (_, _) => "last");
        }

        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 3, 1100);
        Assert.Contains(lines, static line => line.Contains("lines left out", StringComparison.Ordinal));
        Assert.EndsWith("DhcpServer: last", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_are_not_left_out_and_one_exception_is_one_line()
    {
        using var stream = new MemoryStream();
        using (var log = new LineLog(stream, LogLevel.Error, forJournal: true, new ManualTime()))
        {
            ILogger logger = log.CreateLogger("x");
            for (int i = 0; i < 1500; i++)
            {
                logger.Log(LogLevel.Error, 0, i, new IOException("a\nb"), static (state, _) => $"error {state}");
            }

            logger.Log(LogLevel.Information, 0, 0, null, static (_, _) => "not this");
        }

        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1500, lines.Length);
        Assert.All(lines, static line => Assert.StartsWith("<3>x: error ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_reader_that_has_gone_does_not_stop_the_program()
    {
        using var log = new LineLog(new BrokenStream(), LogLevel.Information, forJournal: true, TimeProvider.System);
        ILogger logger = log.CreateLogger("x");
        for (int i = 0; i < 100; i++)
        {
            logger.Log(LogLevel.Error, 0, i, null, static (_, _) => "line");
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }

    private sealed class ManualTime : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan time) => _now += time;
    }
}
