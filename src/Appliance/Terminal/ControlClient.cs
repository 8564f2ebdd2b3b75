using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Appliance.Interop;

namespace Appliance.Terminal;

/// <summary>The daemon does not answer on its socket.</summary>
public sealed class ServiceGoneException(string message, Exception inner) : IOException(message, inner);

/// <summary>The daemon has refused what it was asked; the message is its own.</summary>
public sealed class ServiceRefusedException(string message) : IOException(message);

/// <summary>Asks the daemon by its API, over the control socket (docs/api.md, docs/adr/0013).</summary>
/// <param name="path">Path of the socket.</param>
internal sealed class ControlClient(string path) : IDisposable
{
    /// <summary>Time for an answer. 10 s: a password is hashed in one second on the slowest board, and a card may be busy.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(path, cancellationToken), ownsSocket: true),
        UseProxy = false,
    })
    {
        BaseAddress = new Uri("http://plugboot"),
        Timeout = Deadline,
    };

    public string Path => path;

    /// <summary>Reads something; returns the envelope's data.</summary>
    /// <exception cref="ServiceGoneException">Nobody answers.</exception>
    /// <exception cref="ServiceRefusedException">It says no.</exception>
    public Task<JsonElement> GetAsync(string resource) => SendAsync(HttpMethod.Get, resource);

    /// <summary>Changes something; returns the envelope's data.</summary>
    /// <param name="fields">Writes the fields of the JSON object that is sent, or null for none.</param>
    /// <exception cref="ServiceGoneException">Nobody answers.</exception>
    /// <exception cref="ServiceRefusedException">It says no.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string resource, Action<Utf8JsonWriter>? fields = null)
    {
        using var request = new HttpRequestMessage(method, resource);
        if (fields is not null)
        {
            request.Content = new StringContent(ToObject(fields), Encoding.UTF8, "application/json");
        }

        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request);
            using JsonDocument envelope = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode
                ? envelope.RootElement.TryGetProperty("data", out JsonElement data) ? data.Clone() : default
                : throw new ServiceRefusedException(envelope.RootElement.GetProperty("error").GetString() ?? "it was refused");
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException)
        {
            string reason = gone switch
            {
                OperationCanceledException => $"no answer within {Deadline.TotalSeconds} s",
                { InnerException: SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.ConnectionRefused } } => "nobody listens",
                _ => (gone.InnerException ?? gone).Message,
            };
            throw new ServiceGoneException($"the service does not answer on {path}: {reason}", gone);
        }
    }

    /// <summary>The process that listens on the socket, answering or not; null when there is none.</summary>
    public async Task<int?> FindProcessAsync()
    {
        try
        {
            using Socket socket = await ConnectAsync(path, CancellationToken.None);
            return PeerCredentials.Of(socket).ProcessId;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string ToObject(Action<Utf8JsonWriter> fields)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
