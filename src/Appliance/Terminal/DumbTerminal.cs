using System.Text;

namespace Appliance.Terminal;

/// <summary>
/// A terminal of 80 columns and 24 rows that can do nothing but print lines: a serial port, the OTG cable, a screen. Whatever
/// comes in may be noise: lines are short, printable, or nothing.
/// </summary>
/// <param name="input">The keys, as the kernel's line discipline hands them up.</param>
/// <param name="output">The screen.</param>
/// <param name="hasColour">Whether titles and warnings may be coloured.</param>
internal sealed class DumbTerminal(Stream input, Stream output, bool hasColour)
{
    /// <summary>The last column stays free: some terminals begin a new line when it is written to.</summary>
    public const int Columns = 79;

    /// <summary>Rows for what a page shows; the rest is for its head and its question.</summary>
    public const int Rows = 19;

    /// <summary>Longest answer. 200: more than any value takes.</summary>
    private const int LongestLine = 200;

    private const string Bold = "\x1b[1m";
    private const string Red = "\x1b[31m";
    private const string Plain = "\x1b[0m";

    private readonly byte[] _buffer = new byte[256];
    private int _at;
    private int _count;
    private Task<string?>? _reading;

    /// <summary>Begins a page: where one is on the left, what matters most on the right.</summary>
    public void Title(string left, string right = "")
    {
        Write("\n");
        Coloured(Bold, Cut((Ascii(left).PadRight(Columns - right.Length) + Ascii(right)).TrimEnd()));
        Line(new string('-', Columns - 1));
    }

    /// <summary>Prints a line, cut where the screen ends.</summary>
    public void Line(string text = "") => Write(Cut(Ascii(text)) + "\n");

    /// <summary>Prints text over as many lines as it takes, each behind an indent.</summary>
    public void Paragraph(string text, int indent = 0)
    {
        string line = "";
        foreach (string word in Ascii(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && indent + line.Length + 1 + word.Length > Columns)
            {
                Line(new string(' ', indent) + line);
                line = "";
            }

            line += line.Length == 0 ? word : " " + word;
        }

        Line(new string(' ', indent) + line);
    }

    /// <summary>Prints what has gone wrong.</summary>
    public void Warning(string text) => Coloured(Red, Cut(Ascii(text)));

    /// <summary>Asks; the answer without what is not printable, or null when the terminal is gone.</summary>
    public async Task<string?> AskAsync(string question)
    {
        Write(question);
        string? answer = await (_reading ??= ReadLineAsync());
        _reading = null;
        return answer;
    }

    /// <summary>Waits for Enter; false when the time is up before. What is typed is not lost to the next question.</summary>
    public async Task<bool> WaitForEnterAsync(TimeSpan time)
    {
        _reading ??= ReadLineAsync();
        if (await Task.WhenAny(_reading, Task.Delay(time)) != _reading)
        {
            return false;
        }

        bool isGone = await _reading is null;
        _reading = isGone ? _reading : null;
        return true;
    }

    /// <summary>Everything that does not belong on a dumb terminal becomes a question mark.</summary>
    private static string Ascii(string text) => string.Concat(text.Select(static c => c is >= ' ' and <= '~' ? c : '?'));

    private static string Cut(string line) => line.Length <= Columns ? line : line[..(Columns - 2)] + "..";

    private void Coloured(string colour, string line) => Write(hasColour ? $"{colour}{line}{Plain}\n" : line + "\n");

    private void Write(string text)
    {
        output.Write(Encoding.ASCII.GetBytes(text));
        output.Flush();
    }

    private Task<string?> ReadLineAsync() => Task.Run(ReadLine);

    private string? ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            int next = ReadByte();
            switch (next)
            {
                case < 0:
                    return null;
                case '\n' or '\r':
                    return line.ToString().Trim();
                case >= ' ' and <= '~' when line.Length < LongestLine:
                    line.Append((char)next);
                    break;
            }
        }
    }

    private int ReadByte()
    {
        if (_at == _count)
        {
            _at = 0;
            _count = ReadSome();
            if (_count == 0)
            {
                return -1;
            }
        }

        return _buffer[_at++];
    }

    private int ReadSome()
    {
        try
        {
            return input.Read(_buffer);
        }
        catch (IOException)
        {
            // The cable was pulled: EIO.
            return 0;
        }
    }
}
