using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Appliance.Admin.Accounts;
using Microsoft.Extensions.Primitives;

namespace Appliance.Admin;

/// <summary>A request on its way to a handler.</summary>
/// <param name="Context">The whole of it.</param>
/// <param name="Caller">Who makes it; null: nobody who has signed in.</param>
internal sealed record ApiRequest(HttpContext Context, Caller? Caller)
{
    public CancellationToken Aborted => Context.RequestAborted;

    public IPAddress Address => Context.Connection.RemoteIpAddress ?? IPAddress.None;

    /// <summary>What was done to what, for the audit log; a handler says it where the path does not.</summary>
    public string AuditTarget { get; set; } = "";

    /// <summary>A value of the query; null when it is not there or empty.</summary>
    public string? Query(string name)
    {
        StringValues values = Context.Request.Query[name];
        return values.Count switch
        {
            0 => null,
            1 => values[0] is { Length: > 0 } value ? value : null,
            _ => throw ApiException.BadRequest($"{name} stands in the query more than once"),
        };
    }

    /// <exception cref="ApiException">It is not there.</exception>
    public string Require(string name) => Query(name) ?? throw ApiException.BadRequest($"{name} is missing in the query");

    /// <summary>A number of the query, or what counts when it is not there.</summary>
    /// <exception cref="ApiException">It is no number within the limits.</exception>
    public int Number(string name, int least, int most, int otherwise) =>
        Query(name) is not { } text ? otherwise
        : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most ? number
        : throw ApiException.BadRequest($"{name} takes a number from {least} to {most}");

    /// <summary>The JSON object that is the body.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        if (!MediaTypeHeaderValue.TryParse(Context.Request.ContentType, out MediaTypeHeaderValue? media)
            || !string.Equals(media.MediaType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(415, "the body must be a JSON object: send Content-Type: application/json");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(Context.Request.Body, type, Aborted)
                ?? throw ApiException.BadRequest("the body must be a JSON object, not null");
        }
        catch (JsonException mistake)
        {
            string where = mistake.Path is { Length: > 1 } path ? $" at {path}" : "";
            throw ApiException.BadRequest($"the body is not the JSON object that is expected{where}");
        }
    }
}
