using System.Threading.Channels;
using Appliance.Admin.Accounts;

namespace Appliance.Admin.Live;

/// <summary>Server-sent events (HTML Living Standard §9.2): what happens, as it happens.</summary>
internal sealed class EventRoutes(LiveFeed feed, SignIn signIn, TimeProvider time)
{
    /// <summary>
    /// How often something is sent where nothing happens, and is looked whether the viewer still may. 15 s: shorter than
    /// what any box between takes for dead.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public IEnumerable<AdminRoute> Routes =>
        [new("GET", "/api/events", Access.Viewer, "What happens, as server-sent events", request => Task.FromResult(Stream(request)))];

    private ApiAnswer Stream(ApiRequest request)
    {
        ChannelReader<string> messages = feed.Subscribe();
        return ApiAnswer.By(async context =>
        {
            try
            {
                context.Response.ContentType = "text/event-stream";
                if (context.Request.Method != "HEAD")
                {
                    await SendAsync(context, messages);
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or ApiException)
            {
                // The viewer has closed his page, or may not look any more.
            }
            finally
            {
                feed.Unsubscribe(messages);
            }
        });
    }

    private async Task SendAsync(HttpContext context, ChannelReader<string> messages)
    {
        CancellationToken aborted = context.RequestAborted;
        while (!messages.Completion.IsCompleted && await signIn.IdentifyAsync(context.Request, aborted) is not null)
        {
            using var pause = new CancellationTokenSource(Heartbeat, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, aborted);
            try
            {
                while (await messages.WaitToReadAsync(either.Token))
                {
                    while (messages.TryRead(out string? message))
                    {
                        await context.Response.WriteAsync(message, aborted);
                    }

                    await context.Response.Body.FlushAsync(aborted);
                }
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(": still here\n\n", aborted);
                await context.Response.Body.FlushAsync(aborted);
            }
        }
    }
}
