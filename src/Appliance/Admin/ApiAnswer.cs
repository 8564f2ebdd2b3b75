using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Appliance.Admin;

/// <summary>
/// What a handler answers: the envelope <c>{"success","message","data","error"}</c> of the founding documents' API, or
/// something that writes itself.
/// </summary>
internal sealed class ApiAnswer
{
    private readonly Action<Utf8JsonWriter>? _data;

    private ApiAnswer(int status, string? message, Action<Utf8JsonWriter>? data)
    {
        Status = status;
        Message = message;
        _data = data;
    }

    public int Status { get; }

    public string? Message { get; }

    public string? Error { get; private init; }

    /// <summary>Writes the whole response instead of the envelope, or null.</summary>
    public Func<HttpContext, Task>? Write { get; private init; }

    public static ApiAnswer Done(string message, int status = 200) => new(status, message, null);

    public static ApiAnswer Of<T>(T data, JsonTypeInfo<T> type, string? message = null, int status = 200) =>
        new(status, message, writer => JsonSerializer.Serialize(writer, data, type));

    public static ApiAnswer Failed(int status, string error) => new(status, null, null) { Error = error };

    /// <summary>An answer that is no envelope.</summary>
    public static ApiAnswer By(Func<HttpContext, Task> write) => new(200, null, null) { Write = write };

    /// <summary>Plain text.</summary>
    public static ApiAnswer Text(string text, string type = "text/plain; charset=utf-8") => By(context =>
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    });

    /// <summary>The envelope as bytes. What is HTML's own (<c>&lt; &gt; &amp; '</c>) is escaped in it, as the writer does by default.</summary>
    public byte[] ToEnvelope()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", Error is null);
            if (Message is not null)
            {
                writer.WriteString("message", Message);
            }

            if (_data is not null)
            {
                writer.WritePropertyName("data");
                _data(writer);
            }

            if (Error is not null)
            {
                writer.WriteString("error", Error);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
