using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Tests.Admin;

/// <summary>A web server of files, that can be told to cut connections, to change a file, or to know no ranges.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly LoopbackListener _listener;

    public static FileServer Start() => new();

    private FileServer() => _listener = new LoopbackListener(AnswerAsync);

    /// <summary>Content by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>The requests' heads, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Bytes of a body after which each of the next answers is cut off.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    public bool KnowsRanges { get; set; } = true;

    public string Tag { get; set; } = "\"one\"";

    /// <summary>Waited for before each answer.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Uri Url(string path) => new($"http://127.0.0.1:{_listener.Port}{path}");

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task AnswerAsync(Socket client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                await using var stream = new NetworkStream(client);
                using var reader = new StreamReader(stream, leaveOpen: true);
                var head = new StringBuilder();
                while (await reader.ReadLineAsync(stop) is { Length: > 0 } line)
                {
                    head.AppendLine(line);
                }

                Requests.Enqueue(head.ToString());
                await Gate.WaitAsync(stop);
                await AnswerAsync(stream, head.ToString(), stop);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The client, or the test, has gone.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string head, CancellationToken stop)
    {
        string path = head.Split(' ')[1];
        if (!Files.TryGetValue(path, out byte[]? content))
        {
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            return;
        }

        int from = 0;
        string? range = head.Split("\r\n").Concat(head.Split('\n')).FirstOrDefault(static line => line.StartsWith("Range: bytes=", StringComparison.Ordinal));
        bool isSame = head.Contains($"If-Range: {Tag}", StringComparison.Ordinal);
        string status = "200 OK\r\n";
        if (KnowsRanges && isSame && range is not null)
        {
            from = int.Parse(range["Range: bytes=".Length..].Trim().TrimEnd('-'));
            status = $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n";
        }

        string answer = $"HTTP/1.1 {status}ETag: {Tag}\r\nContent-Length: {content.Length - from}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
        int end = Cuts.TryDequeue(out int cut) ? Math.Min(from + cut, content.Length) : content.Length;
        await stream.WriteAsync(content.AsMemory(from, end - from), stop);
    }
}
