using System.Buffers;
using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Images;

namespace Appliance.Http;

/// <summary>Decides and composes the answers to plain requests.</summary>
internal sealed class BootAnswers(OpenBootFile files, BootFetchObserver? observer, ILogger log)
{
    /// <summary>The path that says whether the server is alive.</summary>
    public const string HealthPath = "/health";

    /// <summary>
    /// Longest body of a file that is copied and sent together with its head, in bytes. 8 KiB: holds sanboot's ranges of 2 KiB
    /// and all small files; what is longer is worth a sendfile(2).
    /// </summary>
    private const int MaxCopied = 8 * 1024;

    /// <summary>The same for what is not in a file: menus and other scripts. Fits a rented 64 KiB buffer with the head.</summary>
    private const int MaxCopiedMemory = 56 * 1024;

    /// <summary>The answer to one request.</summary>
    /// <param name="path">What it asks for; null when its target is no path.</param>
    /// <param name="date">The whole Date header line.</param>
    public PreparedAnswer Prepare(in HttpRequestHead request, string? path, IPEndPoint client, ReadOnlySpan<byte> date)
    {
        // An HTTP/1.0 client must be told that it may go on, an HTTP/1.1 client that it may not (RFC 9112 §9.3).
        ReadOnlySpan<byte> connection = request.KeepAlive
            ? request.IsHttp10 ? "Connection: keep-alive\r\n"u8 : default
            : "Connection: close\r\n"u8;
        if (path is null)
        {
            return Text(request, 400, "", "Bad request\n"u8, date, connection);
        }

        if (path == HealthPath)
        {
            return Text(request, 200, path, "OK"u8, date, connection);
        }

        try
        {
            Payload? payload = files(path, client.Address, BootProtocol.Http);
            if (payload is not null)
            {
                return OfFile(request, path, payload, date, connection);
            }

            return NotFound(request, path, client, "Not found"u8, date, connection);
        }
        catch (NotPublishedException e)
        {
            return NotFound(request, path, client, Encoding.ASCII.GetBytes(e.Message), date, connection);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.FileUnreadable(client, path, e.Message);
            Observe(client, path, BootFetchOutcome.Failed);
            return Text(request, 500, path, "The file could not be read\n"u8, date, connection);
        }
    }

    private PreparedAnswer NotFound(
        in HttpRequestHead request, string path, IPEndPoint client, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> date,
        ReadOnlySpan<byte> connection)
    {
        log.FileNotFound(client, path);
        Observe(client, path, BootFetchOutcome.NotFound);
        return Text(request, 404, path, [.. reason, (byte)'\n'], date, connection);
    }

    private static PreparedAnswer OfFile(
        in HttpRequestHead request, string path, Payload payload, ReadOnlySpan<byte> date, ReadOnlySpan<byte> connection)
    {
        byte[]? buffer = null;
        try
        {
            HttpSelection selection =
                HttpSelection.For(request.Conditions, request.IsHead, payload.Length, payload.ETag, payload.LastModified);
            long bodyLength = request.IsHead ? 0 : selection.Length;
            bool isInFile = !payload.Segments.IsEmpty && payload.Segments[0].File is not null;
            int copied = (int)(bodyLength <= (isInFile ? MaxCopied : MaxCopiedMemory) ? bodyLength : 0);
            buffer = ArrayPool<byte>.Shared.Rent(HttpResponseHead.MaxLength + copied);
            int headLength = HttpResponseHead.Write(buffer, selection, payload, date, connection);
            if (payload.Read(selection.Offset, buffer.AsSpan(headLength, copied)) != copied)
            {
                throw new EndOfStreamException("The file has been cut short since it was opened.");
            }

            return new PreparedAnswer(
                buffer, headLength, headLength + copied, path, payload, selection.Status, selection.Offset, bodyLength,
                request.IsHead, request.KeepAlive);
        }
        catch (IOException)
        {
            payload.Dispose();
            ArrayPool<byte>.Shared.Return(buffer ?? []);
            throw;
        }
    }

    private static PreparedAnswer Text(
        in HttpRequestHead request, int status, string path, ReadOnlySpan<byte> text, ReadOnlySpan<byte> date, ReadOnlySpan<byte> connection)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HttpResponseHead.MaxLength);
        int length = HttpResponseHead.WriteText(buffer, status, text, request.IsHead, date, connection);
        return new PreparedAnswer(buffer, length, length, path, null, status, 0, 0, request.IsHead, request.KeepAlive);
    }

    private void Observe(IPEndPoint client, string path, BootFetchOutcome outcome) =>
        observer?.Invoke(new BootFetch(client.Address, BootProtocol.Http, path, 0, 0, 0, outcome));
}
