namespace Appliance.Status;

/// <summary>One event of the log.</summary>
/// <param name="Id">Counts up from 1.</param>
public sealed record LogLine(long Id, DateTimeOffset At, LogLevel Level, string Category, string Text);

/// <summary>Keeps the latest events of the log, for the page. Debug lines are not for it.</summary>
/// <param name="secret">
/// Category whose lines are not kept: those that show the first password, which whoever may read the page must not learn.
/// </param>
public sealed class LogBuffer(TimeProvider time, string secret) : ILoggerProvider
{
    /// <summary>Events that are kept. 1,000: a boot or two of a class room, in some hundred kilobytes.</summary>
    public const int Capacity = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new(Capacity);
    private long _last;

    /// <summary>Events behind one, the oldest first.</summary>
    /// <param name="after">Id of the last event that is known; 0 for all.</param>
    public LogLine[] After(long after)
    {
        lock (_gate)
        {
            return after >= _last ? [] : [.. _lines.Where(line => line.Id > after)];
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string category, string text)
    {
        lock (_gate)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(new LogLine(++_last, time.GetUtcNow(), level, category, text));
        }
    }

    /// <summary>The log as one part of the program sees it.</summary>
    private sealed class Category(LogBuffer buffer, string name) : ILogger
    {
        private readonly bool _isSecret = name == buffer.Secret;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => !_isSecret && logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                buffer.Add(logLevel, name, formatter(state, exception) + (exception is null ? "" : $" | {exception.Message}"));
            }
        }
    }

    private string Secret => secret;
}
