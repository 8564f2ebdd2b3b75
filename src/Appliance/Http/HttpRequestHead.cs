using System.Buffers;
using System.Text;

namespace Appliance.Http;

/// <summary>
/// The head of a plain GET or HEAD request: the part of RFC 9112 that machines use to fetch files, read strictly. What is
/// not plain (another method, a body, an upgrade, an odd line end, a doubled header) is not judged here but left to
/// Kestrel's complete parser.
/// </summary>
internal readonly ref struct HttpRequestHead
{
    /// <summary>Longest head that is read here, in bytes: several times what any firmware sends.</summary>
    public const int MaxLength = 8192;

    /// <summary>Most header lines, as RFC-sized servers have it.</summary>
    public const int MaxHeaders = 100;

    /// <summary>RFC 9110 §5.6.2.</summary>
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>What a host, with brackets and port, is made of (RFC 3986 §3.2.2).</summary>
    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("!$%&'()*+,-.:;=[]_~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private HttpRequestHead(bool isHead, ReadOnlySpan<byte> target, bool isHttp10, Fields fields)
    {
        IsHead = isHead;
        Target = target;
        IsHttp10 = isHttp10;
        KeepAlive = fields.KeepAlive;
        IsGrub = fields.IsGrub;
        Conditions = fields.Conditions;
    }

    public bool IsHead { get; }

    /// <summary>The request target as sent, not decoded (RFC 9112 §3.2).</summary>
    public ReadOnlySpan<byte> Target { get; }

    public bool IsHttp10 { get; }

    /// <summary>Whether the connection stays open after the answer (RFC 9112 §9.3).</summary>
    public bool KeepAlive { get; }

    /// <summary>Whether GRUB sent it (grub-core/net/http.c: <c>User-Agent: GRUB 2.12-9</c>).</summary>
    public bool IsGrub { get; }

    public HttpConditions Conditions { get; }

    /// <summary>Reads a head that ends with its empty line; false for whatever is not a plain GET or HEAD.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out HttpRequestHead head)
    {
        head = default;
        bool isHead = bytes.StartsWith("HEAD "u8);
        if ((!isHead && !bytes.StartsWith("GET "u8)) || !TryTakeLine(ref bytes, out ReadOnlySpan<byte> line))
        {
            return false;
        }

        line = line[(isHead ? 5 : 4)..];
        int space = line.IndexOf((byte)' ');
        if (space <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> target = line[..space];
        ReadOnlySpan<byte> version = line[(space + 1)..];
        bool isHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if ((!isHttp10 && !version.SequenceEqual("HTTP/1.1"u8)) || target.ContainsAnyInRange((byte)0, (byte)' ') || target.Contains((byte)0x7f))
        {
            return false;
        }

        var fields = new Fields { KeepAlive = !isHttp10 };
        if (!fields.TryRead(bytes) || (!isHttp10 && fields.Host.IsEmpty))
        {
            return false;
        }

        head = new HttpRequestHead(isHead, target, isHttp10, fields);
        return true;
    }

    private static bool TryTakeLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        int end = rest.IndexOf("\r\n"u8);
        line = end < 0 ? default : rest[..end];
        rest = end < 0 ? default : rest[(end + 2)..];
        return end >= 0;
    }

    private ref struct Fields
    {
        public ReadOnlySpan<byte> Host;
        public HttpConditions Conditions;
        public bool KeepAlive;
        public bool IsGrub;
        private bool _connectionSeen;

        public bool TryRead(ReadOnlySpan<byte> lines)
        {
            for (int count = 0; count <= MaxHeaders; count++)
            {
                if (!TryTakeLine(ref lines, out ReadOnlySpan<byte> line))
                {
                    return false;
                }

                if (line.IsEmpty)
                {
                    return lines.IsEmpty;
                }

                // A line that starts with a space is a folded one, and has no name (RFC 9112 §5.2).
                int colon = line.IndexOf((byte)':');
                if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
                {
                    return false;
                }

                ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
                if (HasControl(value) || !TryTake(line[..colon], value))
                {
                    return false;
                }
            }

            return false;
        }

        private static bool HasControl(ReadOnlySpan<byte> value) =>
            value.ContainsAnyInRange((byte)0, (byte)8) || value.ContainsAnyInRange((byte)10, (byte)31) || value.Contains((byte)0x7f);

        private bool TryTake(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            if (Is(name, "host"u8))
            {
                return !value.ContainsAnyExcept(HostBytes) && TrySet(ref Host, value);
            }

            if (Is(name, "connection"u8))
            {
                return TryTakeConnection(value);
            }

            if (Is(name, "range"u8))
            {
                return TrySet(ref Conditions.Range, value);
            }

            if (Is(name, "if-range"u8))
            {
                return TrySet(ref Conditions.IfRange, value);
            }

            if (Is(name, "if-none-match"u8))
            {
                return TrySet(ref Conditions.IfNoneMatch, value);
            }

            if (Is(name, "if-modified-since"u8))
            {
                return TrySet(ref Conditions.IfModifiedSince, value);
            }

            IsGrub |= Is(name, "user-agent"u8) && value.StartsWith("GRUB "u8);
            return !IsForeign(name);
        }

        private static bool IsForeign(ReadOnlySpan<byte> name) =>
            Is(name, "content-length"u8) || Is(name, "transfer-encoding"u8) || Is(name, "upgrade"u8) || Is(name, "expect"u8)
            || Is(name, "if-match"u8) || Is(name, "if-unmodified-since"u8) || Is(name, "te"u8) || Is(name, "trailer"u8);

        private bool TryTakeConnection(ReadOnlySpan<byte> value)
        {
            bool first = !_connectionSeen;
            _connectionSeen = true;
            bool close = Is(value, "close"u8);
            KeepAlive = !close;
            return first && (close || Is(value, "keep-alive"u8));
        }

        private static bool TrySet(ref ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
        {
            bool first = field.IsEmpty && !value.IsEmpty;
            field = value;
            return first;
        }

        private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(name, expected);
    }
}
