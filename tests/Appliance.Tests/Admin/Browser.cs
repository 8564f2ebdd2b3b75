using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Tests.Images;

namespace Appliance.Tests.Admin;

/// <summary>Debian's Chromium without a screen, led by the Chrome DevTools Protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Process _process;
    private Task _reading = Task.CompletedTask;
    private string? _session;
    private int _last;

    private Browser()
    {
        var start = new ProcessStartInfo("chromium",
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--lang=en-US", "--remote-debugging-port=0", $"--user-data-dir={_profile["chromium"]}", "about:blank",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
    }

    /// <summary>What the console calls errors.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public static async Task<Browser> StartAsync()
    {
        var browser = new Browser();
        await browser.ConnectAsync();
        return browser;
    }

    public Task OpenAsync(Uri address) => CallAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });

    public Task ResizeAsync(int width, int height, bool isPhone) => CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = isPhone,
    });

    public Task SetDarkAsync() => CallAsync("Emulation.setEmulatedMedia", new JsonObject
    {
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = "dark" }),
    });

    /// <summary>The value of an expression on the page, once its promise is kept.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        JsonElement result = await CallAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression,
            ["awaitPromise"] = true,
            ["returnByValue"] = true,
            ["userGesture"] = true,
        });
        Assert.False(result.TryGetProperty("exceptionDetails", out JsonElement failure), failure.ToString());
        return result.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitForAsync(string condition)
    {
        var clock = Stopwatch.StartNew();
        while ((await EvaluateAsync($"Boolean({condition})")).ValueKind != JsonValueKind.True)
        {
            if (clock.Elapsed > Patience)
            {
                Assert.Fail($"{condition} does not come true; the page says: {await EvaluateAsync("document.body.innerText")}; {string.Join("; ", Errors)}");
            }

            await Task.Delay(50);
        }
    }

    public Task WaitForTextAsync(string text) => WaitForAsync($"document.body?.innerText.includes({JsonSerializer.Serialize(text)})");

    /// <summary>Types as a person does into the control that is found.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await WaitForAsync($"document.querySelector({JsonSerializer.Serialize(selector)})");
        await EvaluateAsync($"(() => {{ const c = document.querySelector({JsonSerializer.Serialize(selector)}); c.focus(); c.select?.(); }})()");
        await CallAsync("Input.insertText", new JsonObject { ["text"] = text });
    }

    /// <summary>Presses a key: Tab, Enter.</summary>
    public async Task PressAsync(string key, int code, string? text = null)
    {
        foreach (string type in (string[])["keyDown", "keyUp"])
        {
            var parameters = new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
            if (text is not null && type == "keyDown")
            {
                parameters["text"] = text;
            }

            await CallAsync("Input.dispatchKeyEvent", parameters);
        }
    }

    /// <summary>Clicks the button with that text.</summary>
    public async Task ClickAsync(string text)
    {
        string find = $"[...document.querySelectorAll('button, a, summary')].filter(b => b.innerText.trim() === {JsonSerializer.Serialize(text)}).at(-1)";
        await WaitForAsync(find);
        await EvaluateAsync($"{find}.click()");
    }

    /// <summary>Keeps what is seen as output of the tests.</summary>
    public async Task ShootAsync(string name)
    {
        JsonElement shot = await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" });
        string folder = Path.Combine(TestData.Root, "artifacts/page");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), shot.GetProperty("data").GetBytesFromBase64());
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _socket.Dispose();
        _sending.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        string portFile = Path.Combine(_profile["chromium"], "DevToolsActivePort");
        using var deadline = new CancellationTokenSource(Patience);
        string[] lines;
        while ((lines = File.Exists(portFile) ? await File.ReadAllLinesAsync(portFile, deadline.Token) : []).Length < 2)
        {
            await Task.Delay(50, deadline.Token);
        }

        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), deadline.Token);
        _reading = ReadAsync();
        JsonElement target = await CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        JsonElement attached = await CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true });
        _session = attached.GetProperty("sessionId").GetString();
        foreach (string domain in (string[])["Page", "Runtime", "Log"])
        {
            await CallAsync($"{domain}.enable", []);
        }
    }

    private async Task<JsonElement> CallAsync(string method, JsonObject parameters)
    {
        int id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            message["sessionId"] = _session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                WebSocketReceiveResult part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (part.EndOfMessage)
                {
                    Take(JsonDocument.Parse(message.ToArray()).RootElement);
                    message.SetLength(0);
                }
            }
        }
        catch (WebSocketException)
        {
            // The browser was ended.
        }
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out JsonElement id) && _calls.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? call))
        {
            if (message.TryGetProperty("result", out JsonElement result))
            {
                call.SetResult(result);
            }
            else
            {
                call.SetException(new InvalidOperationException(message.GetRawText()));
            }

            return;
        }

        string method = message.TryGetProperty("method", out JsonElement name) ? name.GetString()! : "";
        bool isError = method == "Runtime.exceptionThrown"
            || (method == "Log.entryAdded" && message.GetProperty("params").GetProperty("entry").GetProperty("level").GetString() == "error")
            || (method == "Runtime.consoleAPICalled" && message.GetProperty("params").GetProperty("type").GetString() == "error");
        if (isError)
        {
            Errors.Enqueue(message.GetProperty("params").GetRawText());
        }
    }
}
