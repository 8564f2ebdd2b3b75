using System.Globalization;
using Appliance.Capture;
using Appliance.Formats.Link;
using Appliance.Status;

namespace Appliance.Admin.Clients;

/// <summary>Writes down what one machine sends and is sent, for a boot that nobody understands. One machine at a time.</summary>
/// <param name="interfaceName">The interface that is served.</param>
internal sealed class CaptureRoutes(string interfaceName, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ClientCapture? _capture;
    private string _mac = "";
    private bool _isRunning;

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/capture", Access.Operator, "Whose frames are captured, and how many are kept", _ => WithTurnAsync(() => Task.FromResult(Show()))),
        new("POST", "/api/capture", Access.Operator, "Captures the frames of one machine; ends the capture before and forgets it", StartAsync)
        {
            Query = [new("mac", "string", "Ethernet address", IsRequired: true)],
        },
        new("DELETE", "/api/capture", Access.Operator, "Ends the capture; its frames stay until the next", _ => WithTurnAsync(EndAsync)),
        new("GET", "/api/capture/file", Access.Operator, "What was captured so far, as a pcap file", _ => WithTurnAsync(() => Task.FromResult(Download()))),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_capture is not null)
        {
            await _capture.DisposeAsync();
        }

        _turn.Dispose();
    }

    private Task<ApiAnswer> StartAsync(ApiRequest request)
    {
        string mac = FieldText.Mac("mac", request.Require("mac"));
        request.AuditTarget = mac;
        return WithTurnAsync(async () =>
        {
            if (_capture is not null)
            {
                await _capture.DisposeAsync();
            }

            (_capture, _mac, _isRunning) = (null, "", false);
            var capture = new ClientCapture(interfaceName, time);
            try
            {
                capture.Start(MacAddress.TryParse(mac, out MacAddress station) ? station : throw ApiException.BadRequest("mac takes an Ethernet address"));
            }
            catch (StartException cannot)
            {
                throw ApiException.Conflict(cannot.Message);
            }

            (_capture, _mac, _isRunning) = (capture, mac, true);
            return Show();
        });
    }

    private async Task<ApiAnswer> EndAsync()
    {
        await Require().StopAsync();
        _isRunning = false;
        return Show();
    }

    private ApiAnswer Download()
    {
        byte[] pcap = Require().Read();
        string name = string.Create(CultureInfo.InvariantCulture, $"capture-{_mac.Replace(':', '-')}.pcap");
        return ApiAnswer.By(context =>
        {
            context.Response.ContentType = "application/vnd.tcpdump.pcap";
            context.Response.ContentLength = pcap.Length;
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            return context.Response.Body.WriteAsync(pcap, context.RequestAborted).AsTask();
        });
    }

    private ApiAnswer Show() =>
        ApiAnswer.Of(new CaptureView(_mac, _isRunning, _capture?.Count ?? 0, _capture?.Dropped ?? 0), AdminJson.Default.CaptureView);

    private ClientCapture Require() => _capture ?? throw ApiException.NotFound("nothing has been captured: POST /api/capture?mac= begins");

    private async Task<ApiAnswer> WithTurnAsync(Func<Task<ApiAnswer>> action)
    {
        await _turn.WaitAsync();
        try
        {
            return await action();
        }
        finally
        {
            _turn.Release();
        }
    }
}
