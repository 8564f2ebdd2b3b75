using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Appliance.Status;

/// <summary>
/// The log: one line per event on a stream. A caller never waits for the stream: lines go through a bounded queue that a
/// thread of its own empties, and a flood of them is cut down to a rate, with a line that says how many were left out.
/// </summary>
public sealed class LineLog : ILoggerProvider
{
    /// <summary>Lines that wait for the stream. At 150 characters each: less than a megabyte.</summary>
    private const int MaxQueued = 2048;

    /// <summary>Lines a second that are kept for long: what fifty busy clients make; and what a burst may add.</summary>
    private const int LinesPerSecond = 200;
    private const int Burst = 1000;

    private readonly BlockingCollection<string> _queue = new(MaxQueued);
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly LogLevel _least;
    private readonly bool _forJournal;
    private readonly Thread _writer;
    private readonly Lock _lock = new();
    private double _tokens = Burst;
    private long _lastRefill;
    private int _leftOut;

    /// <param name="stream">Where the lines go.</param>
    /// <param name="least">Least level that is kept.</param>
    /// <param name="forJournal">Write syslog priorities instead of times: systemd's journal has times of its own (sd-daemon(3)).</param>
    /// <param name="time">The clock.</param>
    public LineLog(Stream stream, LogLevel least, bool forJournal, TimeProvider time)
    {
        _stream = stream;
        _least = least;
        _forJournal = forJournal;
        _time = time;
        _lastRefill = time.GetTimestamp();
        _writer = new Thread(WriteLines) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <summary>Writes what is queued and ends the thread.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _writer.Join();
        _queue.Dispose();
    }

    private void Add(LogLevel level, string category, string message, Exception? exception)
    {
        int leftOut = Interlocked.Exchange(ref _leftOut, 0);
        string text = leftOut == 0 ? "" : Format(LogLevel.Warning, "log", $"{leftOut} lines left out: more than {LinesPerSecond} a second", null);
        if (_queue.IsAddingCompleted || !_queue.TryAdd(text + Format(level, category, message, exception)))
        {
            Interlocked.Add(ref _leftOut, leftOut + 1);
        }
    }

    private string Format(LogLevel level, string category, string message, Exception? exception)
    {
        var line = new StringBuilder(160);
        if (_forJournal)
        {
            line.Append('<').Append(level switch { >= LogLevel.Error => 3, LogLevel.Warning => 4, LogLevel.Information => 6, _ => 7 }).Append('>');
        }
        else
        {
            line.Append(_time.GetLocalNow().ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
            line.Append(level switch { >= LogLevel.Error => " ERROR ", LogLevel.Warning => " WARN  ", LogLevel.Information => " ", _ => " debug " });
        }

        line.Append(category).Append(": ").Append(message);
        if (exception is not null)
        {
            // One event stays one line, also for programs that read the log.
            line.Append(" | ").Append(exception.ToString().ReplaceLineEndings(" | "));
        }

        return line.Append('\n').ToString();
    }

    /// <summary>Takes a token of the rate limit; errors always pass.</summary>
    private bool TryTake(LogLevel level)
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            _tokens = Math.Min(Burst, _tokens + (_time.GetElapsedTime(_lastRefill, now).TotalSeconds * LinesPerSecond));
            _lastRefill = now;
            if (_tokens < 1 && level < LogLevel.Error)
            {
                _leftOut++;
                return false;
            }

            _tokens = Math.Max(0, _tokens - 1);
            return true;
        }
    }

    private void WriteLines()
    {
        try
        {
            foreach (string line in _queue.GetConsumingEnumerable())
            {
                _stream.Write(Encoding.UTF8.GetBytes(line));
                _stream.Flush();
            }
        }
        catch (IOException)
        {
            // Nobody reads our output any more; the service is worth more than its log.
            _queue.CompleteAdding();
        }
    }

    /// <summary>The log as one part of the program sees it.</summary>
    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log._least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The rate is asked before the text is made: a flood costs no formatting.
            if (IsEnabled(logLevel) && log.TryTake(logLevel))
            {
                log.Add(logLevel, name, formatter(state, exception), exception);
            }
        }
    }
}
