using System.Collections.Immutable;
using System.Text.Json;

namespace Appliance.Admin;

/// <summary>Writes the routes as an OpenAPI 3.1 document, out of the table that answers them.</summary>
internal static class OpenApiDocument
{
    public static byte[] Write(IEnumerable<AdminRoute> routes, string version)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("openapi", "3.1.0");
            writer.WriteStartObject("info");
            writer.WriteString("title", "Plugboot");
            writer.WriteString("version", version);
            writer.WriteEndObject();
            WriteSecurity(writer);
            writer.WriteStartObject("paths");
            foreach (IGrouping<string, AdminRoute> path in routes.GroupBy(static route => route.Path))
            {
                writer.WriteStartObject(path.Key);
                foreach (AdminRoute route in path)
                {
                    WriteOperation(writer, route);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteSecurity(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("components");
        writer.WriteStartObject("securitySchemes");
        foreach (string scheme in (ReadOnlySpan<string>)["basic", "bearer"])
        {
            writer.WriteStartObject(scheme);
            writer.WriteString("type", "http");
            writer.WriteString("scheme", scheme);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteEnvelope(writer);
        writer.WriteEndObject();
    }

    private static void WriteEnvelope(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("schemas");
        writer.WriteStartObject("Envelope");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        WriteType(writer, "success", "boolean", "Whether it was done");
        WriteType(writer, "message", "string", "What was done, in words");
        writer.WriteStartObject("data");
        writer.WriteEndObject();
        WriteType(writer, "error", "string", "Why it was not done, in words");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter writer, AdminRoute route)
    {
        writer.WriteStartObject(route.Method.ToLowerInvariant());
        writer.WriteString("summary", route.Summary);
        writer.WriteString("x-role", route.Access.ToString().ToLowerInvariant());
        writer.WriteStartArray("security");
        if (route.Access is not Access.Anyone)
        {
            foreach (string scheme in (ReadOnlySpan<string>)["basic", "bearer"])
            {
                writer.WriteStartObject();
                writer.WriteStartArray(scheme);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        WriteQuery(writer, route.Query);
        WriteBody(writer, route);
        writer.WriteStartObject("responses");
        writer.WriteStartObject("default");
        writer.WriteString("description", "The envelope, or what the summary says");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter writer, ImmutableArray<ApiField> query)
    {
        writer.WriteStartArray("parameters");
        foreach (ApiField field in query)
        {
            writer.WriteStartObject();
            writer.WriteString("name", field.Name);
            writer.WriteString("in", "query");
            writer.WriteString("description", field.Text);
            writer.WriteBoolean("required", field.IsRequired);
            writer.WriteStartObject("schema");
            writer.WriteString("type", field.Type);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter writer, AdminRoute route)
    {
        if (route.Body.IsEmpty && route.BodyType is null)
        {
            return;
        }

        writer.WriteStartObject("requestBody");
        writer.WriteStartObject("content");
        writer.WriteStartObject(route.BodyType ?? "application/json");
        writer.WriteStartObject("schema");
        writer.WriteString("type", route.BodyType == "application/octet-stream" ? "string" : "object");
        if (!route.Body.IsEmpty)
        {
            writer.WriteStartArray("required");
            foreach (ApiField field in route.Body.Where(static field => field.IsRequired))
            {
                writer.WriteStringValue(field.Name);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("properties");
            foreach (ApiField field in route.Body)
            {
                WriteType(writer, field.Name, field.Type, field.Text);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, string name, string type, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString("type", type);
        writer.WriteString("description", text);
        writer.WriteEndObject();
    }
}
