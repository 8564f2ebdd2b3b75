using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace Appliance.Admin.Live;

/// <summary>
/// Tells everybody who watches what has changed: looks once a second, for all of them together, and only while somebody
/// watches. Each topic is told as a whole, so that whoever misses one has all with the next.
/// </summary>
/// <param name="topics">What is told, by name: how to get it as JSON.</param>
internal sealed class LiveFeed(IReadOnlyDictionary<string, Func<byte[]>> topics, TimeProvider time)
{
    /// <summary>How often is looked. 1 s: what a person takes for at once.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Messages that wait for one who reads slowly; then his stream ends.</summary>
    private const int MaxWaiting = 32;

    /// <summary>People who watch at one time. 100: twice what the page is measured with.</summary>
    private const int MaxViewers = 100;

    private readonly ConcurrentDictionary<Channel<string>, bool> _viewers = new();
    private readonly Dictionary<string, string> _told = [];
    private readonly Lock _gate = new();

    public int Viewers => _viewers.Count;

    /// <summary>A topic whose content is a value of the API.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="version">Another object whenever it may have changed; null: nobody knows.</param>
    public static Func<byte[]> Topic<T>(Func<T> read, JsonTypeInfo<T> type, Func<object>? version = null)
    {
        object? last = null;
        byte[] content = [];
        return () =>
        {
            object? current = version?.Invoke();
            if (current is null || !ReferenceEquals(current, last))
            {
                content = JsonSerializer.SerializeToUtf8Bytes(read(), type);
                last = current;
            }

            return content;
        };
    }

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!_viewers.IsEmpty)
                {
                    Tell();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    /// <summary>Begins to watch: the state of all topics comes at once.</summary>
    /// <exception cref="ApiException">Too many watch.</exception>
    public ChannelReader<string> Subscribe()
    {
        if (_viewers.Count >= MaxViewers)
        {
            throw new ApiException(503, "too many people watch: close other windows of this page") { RetryAfter = 10 };
        }

        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait });
        lock (_gate)
        {
            // What is new is new to the others too.
            Tell();
            foreach (string message in _told.Values)
            {
                channel.Writer.TryWrite(message);
            }

            _viewers[channel] = true;
        }

        return channel.Reader;
    }

    public void Unsubscribe(ChannelReader<string> reader)
    {
        foreach (Channel<string> channel in _viewers.Keys.Where(channel => channel.Reader == reader))
        {
            _viewers.TryRemove(channel, out _);
        }
    }

    private void Tell()
    {
        lock (_gate)
        {
            foreach (string message in Look())
            {
                foreach (Channel<string> viewer in _viewers.Keys)
                {
                    if (!viewer.Writer.TryWrite(message))
                    {
                        // He reads too slowly: his stream ends, and his browser connects anew and gets the whole state.
                        viewer.Writer.TryComplete();
                    }
                }
            }
        }
    }

    /// <summary>The messages of topics that have changed. One line of data each: JSON is written without line ends.</summary>
    private List<string> Look()
    {
        var news = new List<string>();
        foreach ((string name, Func<byte[]> read) in topics)
        {
            string message = $"event: {name}\ndata: {Encoding.UTF8.GetString(read())}\n\n";
            if (!_told.TryGetValue(name, out string? before) || before != message)
            {
                _told[name] = message;
                news.Add(message);
            }
        }

        return news;
    }
}
