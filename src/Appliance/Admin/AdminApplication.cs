using Appliance.Admin.Accounts;
using Appliance.Images.Transfers;
using Appliance.Options;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Admin;

/// <summary>
/// What every request goes through: framing, host, route, body, origin, caller, role; then its handler; then the envelope.
/// The one place where failures become answers.
/// </summary>
internal sealed partial class AdminApplication(RouteTable routes, SignIn signIn, AuditLog audit, ILogger log) : IHttpApplication<HttpContext>
{
    private static readonly string Machine = Environment.MachineName;

    /// <summary>
    /// Nothing but our own files runs or is shown, in no frame of others.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        WriteCommonHeaders(context);
        ApiAnswer answer;
        try
        {
            answer = await AnswerAsync(context);
        }
        catch (ApiException refused)
        {
            if (refused.RetryAfter is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            answer = ApiAnswer.Failed(refused.Status, refused.Message);
        }
        catch (BadHttpRequestException malformed)
        {
            answer = ApiAnswer.Failed(malformed.StatusCode, malformed.StatusCode == 413 ? "the body is too long" : "the request is malformed");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception refused) when (StatusOf(refused) is { } status)
        {
            answer = ApiAnswer.Failed(status, refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(log, context.Request.Method, Printable.Text(context.Request.Path.Value), failure.Message);
            answer = ApiAnswer.Failed(500, failure.Message);
        }

        try
        {
            await SendAsync(context, answer);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The client has gone; what it asked for was done.
        }
    }

    private async Task<ApiAnswer> AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        RefuseSmuggling(context);
        string host = request.Headers.Host.ToString();
        bool isConsole = ControlSocket.IsPeer(context);
        if (!isConsole && (context.Connection.LocalIpAddress is not { } local || !RequestGuard.IsOwnHost(host, local, Machine)))
        {
            throw new ApiException(421, "this is not the host of that name: use the box's address");
        }

        AdminRoute route = FindRoute(context);
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = route.MaxBody;
        if (!RequestGuard.ChangesNothing(request.Method)
            && !RequestGuard.IsOwnOrigin(request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString(), host))
        {
            throw new ApiException(403, "a page of another origin may not change anything here");
        }

        Caller? caller = isConsole ? Caller.Console
            : route.Access is Access.Anyone ? null
            : await signIn.IdentifyAsync(request, context.RequestAborted);
        RequireRole(context, route, caller);
        var call = new ApiRequest(context, caller);
        ApiAnswer answer = await route.Handle(call);
        if (route.IsAudited)
        {
            audit.Add(caller!, call.Address, $"{route.Method} {route.Path}", call.AuditTarget);
        }

        return answer;
    }

    /// <summary>
    /// Two lengths are what smuggling is made of: "A server MAY reject a request that contains both" (RFC 9112 §6.1); Kestrel
    /// moves the second one to a header of its own. A body is the last thing on its connection, whatever its length was
    /// taken for by others.
    /// </summary>
    private static void RefuseSmuggling(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (context.Request.ContentLength is > 0 || headers.TransferEncoding.Count > 0)
        {
            context.Response.Headers.Connection = "close";
        }

        if (headers.ContainsKey("X-Content-Length"))
        {
            throw ApiException.BadRequest("a body has one length");
        }
    }

    private AdminRoute FindRoute(HttpContext context)
    {
        AdminRoute? route = routes.Find(context.Request.Method, context.Request.Path.Value ?? "", out string allowed);
        if (route is not null)
        {
            return route;
        }

        if (allowed.Length == 0)
        {
            throw ApiException.NotFound("there is nothing of that name: /api/openapi.json lists what there is");
        }

        context.Response.Headers.Allow = allowed;
        throw new ApiException(405, $"that takes {allowed}");
    }

    /// <summary>No route without this, and no role by default: whoever is not let in explicitly stays out (V-10).</summary>
    private static void RequireRole(HttpContext context, AdminRoute route, Caller? caller)
    {
        if (route.Access is Access.Anyone)
        {
            return;
        }

        if (caller is null)
        {
            // Not Basic, although that is accepted: a browser would ask for it and then send it on its own ever after.
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"plugboot\"";
            throw new ApiException(401, "sign in first: POST /api/login, or basic authentication");
        }

        if (!caller.Has(route.Access))
        {
            throw new ApiException(403, $"{caller.Name} may not do that: it takes the role {route.Access.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>What the parts below refuse, as a status; null for what is no refusal.</summary>
    private static int? StatusOf(Exception failure) => failure switch
    {
        UnusableNameException => 400,
        NameTakenException => 409,
        WrongOffsetException => 412,
        TransferBusyException => 423,
        WrongContentException => 422,
        NoRoomException => 507,
        _ => null,
    };

    private static void WriteCommonHeaders(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private static async Task SendAsync(HttpContext context, ApiAnswer answer)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            // A stream that failed on its way: the end without its last chunk tells the client.
            context.Abort();
            return;
        }

        response.StatusCode = answer.Status;
        if (answer.Write is not null)
        {
            await answer.Write(context);
            return;
        }

        byte[] envelope = answer.ToEnvelope();
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = envelope.Length;
        if (context.Request.Method != "HEAD")
        {
            await response.Body.WriteAsync(envelope, context.RequestAborted);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string method, string path, string reason);
}
