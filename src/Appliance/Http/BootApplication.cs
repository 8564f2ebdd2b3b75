using System.Buffers;
using System.Net;
using System.Text;
using Appliance.Boot;
using Appliance.Images;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Appliance.Http;

/// <summary>
/// The same files for requests that are not plain: those that Kestrel's HTTP/1.1 has parsed. Slower, complete.
/// </summary>
internal sealed class BootApplication(OpenBootFile files, BootFetchObserver? observer, ILogger log) : IHttpApplication<HttpContext>
{
    private const int CopyLength = 64 * 1024;

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        HttpRequest request = context.Request;

        // A body is the last thing on its connection: whatever a proxy before us and Kestrel think about its length (Kestrel
        // takes "+5" for one), no second request is found in it. No boot client sends any.
        if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            context.Response.Headers.Connection = "close";
        }

        // Kestrel moves the Content-Length that came with a Transfer-Encoding here. Two lengths are what smuggling is made
        // of: "A server MAY reject a request that contains both" (RFC 9112 §6.1).
        if (request.Headers.ContainsKey("X-Content-Length"))
        {
            return AnswerAsync(context, 400, "Bad request\n");
        }

        // Proxmox' installer posts what it knows of its machine, and takes the answer file for the reply.
        bool asksForAnswers = HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/autoinstall");
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || asksForAnswers)
        {
            return ServeAsync(context);
        }

        context.Response.Headers.Allow = "GET, HEAD";
        bool isKnown = HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsDelete(request.Method)
            || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method) || HttpMethods.IsPatch(request.Method)
            || HttpMethods.IsConnect(request.Method);
        return isKnown ? AnswerAsync(context, 405, "Method not allowed\n") : AnswerAsync(context, 501, "Not implemented\n");
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!HttpTarget.TryToPath(Encoding.Latin1.GetBytes(target), out string? path))
        {
            await AnswerAsync(context, 400, "Bad request\n");
            return;
        }

        if (path == BootAnswers.HealthPath)
        {
            await AnswerAsync(context, 200, "OK");
            return;
        }

        var client = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        try
        {
            using Payload? payload = files(path, client.Address, BootProtocol.Http);
            if (payload is null)
            {
                await NotFoundAsync(context, client, path, "Not found");
                return;
            }

            await ServeAsync(context, client, path, payload);
        }
        catch (NotPublishedException e)
        {
            await NotFoundAsync(context, client, path, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.FileUnreadable(client, path, e.Message);
            Observe(client, path, default, 0, BootFetchOutcome.Failed);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            await AnswerAsync(context, 500, "The file could not be read\n");
        }
    }

    private Task NotFoundAsync(HttpContext context, IPEndPoint client, string path, string reason)
    {
        log.FileNotFound(client, path);
        Observe(client, path, default, 0, BootFetchOutcome.NotFound);
        return AnswerAsync(context, 404, reason + "\n");
    }

    private async Task ServeAsync(HttpContext context, IPEndPoint client, string path, Payload payload)
    {
        bool isHead = HttpMethods.IsHead(context.Request.Method);
        HttpSelection selection = Select(context.Request.Headers, isHead, payload);
        WriteHead(context.Response, selection, payload);
        long length = isHead ? 0 : selection.Length;
        bool complete = false;
        try
        {
            await CopyAsync(payload, selection.Offset, length, context);
            complete = true;
        }
        catch (OperationCanceledException)
        {
            log.Aborted(client, path, 0);
        }

        log.Answered(client, path, selection.Status, length, selection.Offset);
        BootFetchOutcome outcome = !complete ? BootFetchOutcome.Aborted : isHead ? BootFetchOutcome.Probe : BootFetchOutcome.Complete;
        Observe(client, path, selection with { Length = complete ? length : 0 }, payload.Length, outcome);
    }

    private static HttpSelection Select(IHeaderDictionary headers, bool isHead, Payload payload)
    {
        var conditions = new HttpConditions
        {
            Range = Bytes(headers.Range),
            IfRange = Bytes(headers.IfRange),
            IfMatch = Bytes(headers.IfMatch),
            IfNoneMatch = Bytes(headers.IfNoneMatch),
            IfModifiedSince = Bytes(headers.IfModifiedSince),
            IfUnmodifiedSince = Bytes(headers.IfUnmodifiedSince),
        };
        return HttpSelection.For(conditions, isHead, payload.Length, payload.ETag, payload.LastModified);
    }

    /// <summary>Several lines of one name are one list (RFC 9110 §5.3).</summary>
    private static byte[] Bytes(in StringValues values) => Encoding.Latin1.GetBytes(values.ToString());

    private static void WriteHead(HttpResponse response, in HttpSelection selection, Payload payload)
    {
        response.StatusCode = selection.Status;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = payload.ETag;
        response.Headers.LastModified = HeaderUtilities.FormatDate(payload.LastModified);
        if (selection.Status != 304)
        {
            response.ContentLength = selection.Length;
        }

        if (selection.Status is 200 or 206 && payload.ContentType.Length > 0)
        {
            response.ContentType = payload.ContentType;
        }

        if (selection.Status is 206 or 416)
        {
            response.Headers.ContentRange = selection.Status == 416
                ? new ContentRangeHeaderValue(payload.Length).ToString()
                : new ContentRangeHeaderValue(selection.Offset, selection.Offset + selection.Length - 1, payload.Length).ToString();
        }
    }

    private static async Task CopyAsync(Payload payload, long offset, long length, HttpContext context)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, CopyLength));
        try
        {
            while (length > 0)
            {
                int count = (int)Math.Min(length, buffer.Length);
                if (payload.Read(offset, buffer.AsSpan(0, count)) != count)
                {
                    throw new EndOfStreamException("The file has been cut short since it was opened.");
                }

                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
                offset += count;
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Observe(IPEndPoint client, string path, in HttpSelection selection, long length, BootFetchOutcome outcome) =>
        observer?.Invoke(
            new BootFetch(client.Address, BootProtocol.Http, path, selection.Offset, selection.Length, length, outcome));
}
