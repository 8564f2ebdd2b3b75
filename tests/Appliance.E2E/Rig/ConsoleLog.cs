using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Appliance.E2E.Rig;

/// <summary>
/// All that a program or a PC has written, without the escapes that place and colour it, each line stamped in seconds from
/// the start in a file. Characters count as they come: menus draw screens that never end a line.
/// </summary>
internal sealed partial class ConsoleLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StreamWriter _file;
    private readonly string _path;
    private TaskCompletionSource _changed = NewSignal();
    private int _openSources;
    private bool _atLineStart = true;
    private string _unfinishedEscape = "";

    public ConsoleLog(string name)
    {
        _path = Path.Combine(Repository.Logs, name + ".log");
        _file = new StreamWriter(_path) { AutoFlush = true };
    }

    /// <summary>Everything so far.</summary>
    public string Text => TextFrom(0);

    /// <summary>Takes in a stream until its end; the returned task is that end.</summary>
    public async Task ReadAsync(StreamReader source)
    {
        Interlocked.Increment(ref _openSources);
        char[] buffer = new char[4096];
        while (await source.ReadAsync(buffer) is > 0 and var count)
        {
            Append(new string(buffer, 0, count));
        }

        Interlocked.Decrement(ref _openSources);
        Signal();
    }

    /// <summary>Waits until the text matches.</summary>
    /// <param name="pattern">A regular expression.</param>
    /// <param name="deadline">From now.</param>
    /// <param name="start">Where in <see cref="Text"/> to look from: what an earlier wait returned.</param>
    /// <returns>Where in <see cref="Text"/> the match ends.</returns>
    /// <exception cref="TimeoutException">The deadline passed, or the program ended before; the message shows the last lines.</exception>
    public async Task<int> WaitForAsync(string pattern, TimeSpan deadline, int start = 0)
    {
        var expression = new Regex(pattern, RegexOptions.CultureInvariant);
        using var timeout = new CancellationTokenSource(deadline);
        while (true)
        {
            // In this order: a change between looking and waiting is then not missed.
            Task changed = Volatile.Read(ref _changed).Task;
            bool ended = Volatile.Read(ref _openSources) == 0;
            if (expression.Match(TextFrom(start)) is { Success: true } match)
            {
                return start + match.Index + match.Length;
            }

            if (ended || timeout.IsCancellationRequested)
            {
                string reason = ended ? "the console ended" : $"{deadline.TotalSeconds} s passed";
                throw new TimeoutException($"/{pattern}/ did not come before {reason}; {_path} ends with:\n{Tail()}");
            }

            // Also when the time is up: one last look, then the exception above.
            await Task.WhenAny(changed, Task.Delay(Timeout.InfiniteTimeSpan, timeout.Token));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    private string TextFrom(int start)
    {
        lock (_lock)
        {
            return _text.ToString(start, _text.Length - start);
        }
    }

    private void Append(string text)
    {
        lock (_lock)
        {
            text = _unfinishedEscape + text;
            int cut = text.LastIndexOf('\e');
            // An escape cut in two waits for its other half; none is longer than this.
            bool unfinished = cut >= 0 && text.Length - cut < 16 && !Escape().IsMatch(text[cut..]);
            _unfinishedEscape = unfinished ? text[cut..] : "";
            text = Escape().Replace(unfinished ? text[..cut] : text, "").Replace("\r", "", StringComparison.Ordinal);
            _text.Append(text);
            WriteStamped(text);
        }

        Signal();
    }

    private void WriteStamped(string text)
    {
        string stamp = _clock.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(9);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            end = end == 0 ? text.Length : end;
            string line = text[start..end];
            _file.Write(_atLineStart ? $"{stamp} {line}" : line);
            _atLineStart = line[^1] == '\n';
        }
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

    private string Tail()
    {
        string text = Text;
        return text[Math.Max(0, text.Length - 2000)..];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [GeneratedRegex("\\e(\\[[0-9;?]*[A-Za-z@`]|[()][0-9A-B]|[=>78cDEHM])")]
    private static partial Regex Escape();
}
