using System.Buffers.Text;
using System.Text;
using Appliance.Images;

namespace Appliance.Http;

/// <summary>
/// Writes the head of an answer. Never a header with an empty value: OVMF's HTTP driver hangs on one (edk2 issue 7443).
/// </summary>
internal ref struct HttpResponseHead
{
    /// <summary>Room that a head needs at most, in bytes, if a content type and a tag are of any sane length.</summary>
    public const int MaxLength = 1024;

    private readonly Span<byte> _destination;

    private HttpResponseHead(Span<byte> destination) => _destination = destination;

    private int Length { get; set; }

    /// <summary>The head of an answer about a file; returns its length in bytes.</summary>
    /// <param name="date">The whole Date header line.</param>
    public static int Write(
        Span<byte> destination, in HttpSelection selection, Payload payload, ReadOnlySpan<byte> date, ReadOnlySpan<byte> connection)
    {
        var head = new HttpResponseHead(destination);
        head.Add(StatusLine(selection.Status));
        head.Add(date);
        head.Add(connection);
        if (selection.Status != 304)
        {
            head.Add("Content-Length: "u8, selection.Length);
        }

        if (selection.Status is 206 or 416)
        {
            head.AddContentRange(selection, payload.Length);
        }

        if (selection.Status is 200 or 206 && payload.ContentType.Length > 0)
        {
            head.Add("Content-Type: "u8, payload.ContentType);
        }

        head.Add("Accept-Ranges: bytes\r\nETag: "u8, payload.ETag);
        head.Add("Last-Modified: "u8, payload.LastModified);
        head.Add("\r\n"u8);
        return head.Length;
    }

    /// <summary>An answer that is a short text; returns the length of its head and, but for HEAD, of its body.</summary>
    public static int WriteText(
        Span<byte> destination, int status, ReadOnlySpan<byte> text, bool isHead, ReadOnlySpan<byte> date, ReadOnlySpan<byte> connection)
    {
        var head = new HttpResponseHead(destination);
        head.Add(StatusLine(status));
        head.Add(date);
        head.Add(connection);
        head.Add("Content-Length: "u8, text.Length);
        head.Add("Content-Type: text/plain\r\n\r\n"u8);
        head.Add(isHead ? default : text);
        return head.Length;
    }

    private static ReadOnlySpan<byte> StatusLine(int status) => status switch
    {
        200 => "HTTP/1.1 200 OK\r\n"u8,
        206 => "HTTP/1.1 206 Partial Content\r\n"u8,
        304 => "HTTP/1.1 304 Not Modified\r\n"u8,
        400 => "HTTP/1.1 400 Bad Request\r\n"u8,
        404 => "HTTP/1.1 404 Not Found\r\n"u8,
        412 => "HTTP/1.1 412 Precondition Failed\r\n"u8,
        416 => "HTTP/1.1 416 Range Not Satisfiable\r\n"u8,
        _ => "HTTP/1.1 500 Internal Server Error\r\n"u8,
    };

    private void AddContentRange(in HttpSelection selection, long length)
    {
        Add("Content-Range: bytes "u8);
        if (selection.Status == 416)
        {
            Add("*/"u8, length);
            return;
        }

        AddNumber(selection.Offset);
        Add("-"u8);
        AddNumber(selection.Offset + selection.Length - 1);
        Add("/"u8, length);
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    private void Add(ReadOnlySpan<byte> name, string value)
    {
        Add(name);
        Length += Encoding.ASCII.GetBytes(value, _destination[Length..]);
        Add("\r\n"u8);
    }

    private void Add(ReadOnlySpan<byte> name, long value)
    {
        Add(name);
        AddNumber(value);
        Add("\r\n"u8);
    }

    private void Add(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Add(name);
        Utf8Formatter.TryFormat(value, _destination[Length..], out int length, 'R');
        Length += length;
        Add("\r\n"u8);
    }

    private void AddNumber(long value)
    {
        Utf8Formatter.TryFormat(value, _destination[Length..], out int length);
        Length += length;
    }
}
