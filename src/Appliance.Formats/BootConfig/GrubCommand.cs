using System.Collections.Immutable;
using System.Text;

namespace Appliance.Formats.BootConfig;

/// <summary>One command of a GRUB script: its words, quotes removed and variables put in.</summary>
internal readonly record struct GrubCommand(ImmutableArray<string> Words)
{
    /// <summary>
    /// Reads commands one after the other, so that a <c>set</c> takes effect on the ones that follow it. Commands end at
    /// line ends, <c>;</c>, <c>{</c> and <c>}</c>, and a brace is a command of its own; a backslash before a line end joins
    /// lines.
    /// </summary>
    /// <param name="text">The script.</param>
    /// <param name="expand">Gives a variable's value by its name.</param>
    public static IEnumerable<GrubCommand> ReadAll(ReadOnlyMemory<char> text, Func<string, string> expand)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        bool hasWord = false;
        int at = 0;
        while (at < text.Length)
        {
            char c = text.Span[at];
            if (c == '#' && !hasWord)
            {
                at = EndOfLine(text.Span, at);
            }
            else if (c is '\n' or ';' or ' ' or '\t' or '\r' || (c is '{' or '}' && !hasWord))
            {
                at++;
                EndWord(words, word, ref hasWord);
                if (c is not (' ' or '\t' or '\r') && words.Count > 0)
                {
                    yield return new GrubCommand(words.ToImmutable());
                    words.Clear();
                }

                if (c is '{' or '}')
                {
                    yield return new GrubCommand([c.ToString()]);
                }
            }
            else
            {
                hasWord = true;
                at = ReadPart(text.Span, at, word, expand, ref hasWord);
            }
        }

        EndWord(words, word, ref hasWord);
        if (words.Count > 0)
        {
            yield return new GrubCommand(words.ToImmutable());
        }
    }

    /// <summary>Reads one quoted part, variable or character of a word; returns where the next begins.</summary>
    private static int ReadPart(ReadOnlySpan<char> text, int at, StringBuilder word, Func<string, string> expand, ref bool hasWord)
    {
        switch (text[at])
        {
            case '\\' when at + 1 < text.Length && text[at + 1] is '\n' or '\r':
                hasWord = word.Length > 0;
                return text[at + 1] == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? at + 3 : at + 2;
            case '\\' when at + 1 < text.Length:
                word.Append(text[at + 1]);
                return at + 2;
            case '\'':
                return ReadSingleQuoted(text, at + 1, word);
            case '"':
                return ReadDoubleQuoted(text, at + 1, word, expand);
            case '$':
                return ReadVariable(text, at, word, expand);
            default:
                word.Append(text[at]);
                return at + 1;
        }
    }

    private static int ReadSingleQuoted(ReadOnlySpan<char> text, int at, StringBuilder word)
    {
        int length = text[at..].IndexOf('\'');
        length = length < 0 ? text.Length - at : length;
        word.Append(text.Slice(at, length));
        return at + length + 1;
    }

    private static int ReadDoubleQuoted(ReadOnlySpan<char> text, int at, StringBuilder word, Func<string, string> expand)
    {
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] == '$')
            {
                at = ReadVariable(text, at, word, expand);
            }
            else
            {
                at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
                word.Append(text[at++]);
            }
        }

        return at + 1;
    }

    private static int ReadVariable(ReadOnlySpan<char> text, int at, StringBuilder word, Func<string, string> expand)
    {
        int start = at + 1;
        bool braces = start < text.Length && text[start] == '{';
        start += braces ? 1 : 0;
        int end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_'))
        {
            end++;
        }

        if (end == start)
        {
            word.Append('$');
            return at + 1;
        }

        if (word.Length < BootConfigLimits.MaxVariable)
        {
            word.Append(expand(text[start..end].ToString()));
        }

        return braces && end < text.Length && text[end] == '}' ? end + 1 : end;
    }

    private static void EndWord(ImmutableArray<string>.Builder words, StringBuilder word, ref bool hasWord)
    {
        if (hasWord)
        {
            words.Add(word.ToString());
            word.Clear();
            hasWord = false;
        }
    }

    private static int EndOfLine(ReadOnlySpan<char> text, int at)
    {
        int length = text[at..].IndexOf('\n');
        return length < 0 ? text.Length : at + length;
    }
}
