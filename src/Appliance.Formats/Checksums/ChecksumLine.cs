using System.Text;

namespace Appliance.Formats.Checksums;

/// <summary>
/// One line of a list of SHA-256 sums, in one of the forms of sha256sum(1):
/// <code>
/// 64 hex digits, blank, blank or '*', name          text or binary mode
/// SHA256 (name) = 64 hex digits                     --tag, BSD, Fedora's CHECKSUM
/// 64 hex digits                                     name.iso.sha256 of some projects
/// </code>
/// A backslash before the whole line says that the name holds <c>\n</c>, <c>\r</c> or <c>\\</c> (GNU coreutils manual, "md5sum
/// invocation").
/// </summary>
public readonly ref struct ChecksumLine
{
    /// <summary>Hex digits of a SHA-256 sum.</summary>
    public const int DigestDigits = 64;

    private static ReadOnlySpan<byte> TagStart => "SHA256 ("u8;

    private static ReadOnlySpan<byte> TagEnd => ") = "u8;

    private readonly bool _isEscaped;

    private ChecksumLine(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> name, bool isEscaped)
    {
        Digest = digest;
        RecordedName = name;
        _isEscaped = isEscaped;
    }

    /// <summary>The sum, as 64 hex digits of either case.</summary>
    public ReadOnlySpan<byte> Digest { get; }

    /// <summary>The name as it stands in the line; empty when the line is a sum alone.</summary>
    public ReadOnlySpan<byte> RecordedName { get; }

    /// <summary>Reads one line, without its line feed. Anything else, such as a signature's lines, is refused with a reason.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out ChecksumLine parsed, out string? reason)
    {
        parsed = default;
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        bool isEscaped = line.StartsWith("\\"u8);
        if (isEscaped)
        {
            line = line[1..];
        }

        return line.StartsWith(TagStart)
            ? TryParseTag(line[TagStart.Length..], isEscaped, out parsed, out reason)
            : TryParseDigestFirst(line, isEscaped, out parsed, out reason);
    }

    /// <summary>The name with its escapes undone; bytes that are no UTF-8 become replacement characters.</summary>
    public string DecodeName()
    {
        string name = Encoding.UTF8.GetString(RecordedName);
        if (!_isEscaped)
        {
            return name;
        }

        var decoded = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            bool isEscape = name[i] == '\\' && i + 1 < name.Length;
            decoded.Append(!isEscape ? name[i] : name[++i] switch { 'n' => '\n', 'r' => '\r', char other => other });
        }

        return decoded.ToString();
    }

    private static bool TryParseTag(ReadOnlySpan<byte> rest, bool isEscaped, out ChecksumLine parsed, out string? reason)
    {
        parsed = default;

        // The name may hold ") = " itself: the last one ends it.
        int end = rest.LastIndexOf(TagEnd);
        if (end <= 0)
        {
            reason = "a SHA256 tag without a name and a sum";
            return false;
        }

        ReadOnlySpan<byte> digest = rest[(end + TagEnd.Length)..];
        if (digest.Length != DigestDigits || !IsHex(digest))
        {
            reason = "a SHA256 tag without 64 hex digits";
            return false;
        }

        parsed = new ChecksumLine(digest, rest[..end], isEscaped);
        reason = null;
        return true;
    }

    private static bool TryParseDigestFirst(ReadOnlySpan<byte> line, bool isEscaped, out ChecksumLine parsed, out string? reason)
    {
        parsed = default;
        if (line.Length < DigestDigits || !IsHex(line[..DigestDigits]))
        {
            reason = "it does not begin with 64 hex digits";
            return false;
        }

        ReadOnlySpan<byte> rest = line[DigestDigits..];
        if (!rest.IsEmpty && rest[0] is not ((byte)' ' or (byte)'\t'))
        {
            // Another digit: SHA-512 has 128 of them.
            reason = "no blank follows 64 hex digits";
            return false;
        }

        ReadOnlySpan<byte> name = rest.IsEmpty ? rest : rest[1..];
        if (!name.IsEmpty && name[0] is ((byte)' ' or (byte)'*'))
        {
            name = name[1..];
        }

        parsed = new ChecksumLine(line[..DigestDigits], name, isEscaped);
        reason = null;
        return true;
    }

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (byte value in text)
        {
            if (!char.IsAsciiHexDigit((char)value))
            {
                return false;
            }
        }

        return true;
    }
}
