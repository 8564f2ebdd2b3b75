using System.Text.Json;
using Appliance.Admin;

namespace Appliance.Tests.Admin;

/// <summary>The description of the API is the API.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_has_exactly_the_routes_that_answer()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        using HttpClient client = box.Client(null);
        JsonElement document = JsonDocument.Parse(await client.GetStringAsync("/api/openapi.json")).RootElement;
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        string[] described = [.. document.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"))];
        Assert.Equal(box.Plane.Routes.All.Select(static route => $"{route.Method} {route.Path}").Order(), described.Order());
        foreach (string call in described)
        {
            string[] words = call.Split(' ');
            using var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.NotEqual(404, (int)response.StatusCode);
            Assert.NotEqual(405, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task What_a_call_requires_is_required()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        foreach (AdminRoute route in box.Plane.Routes.All.Where(static route => route.Query.Any(static field => field.IsRequired)))
        {
            (int status, JsonElement envelope) = await box.SendAsync(route.Method, route.Path, route.Body.IsEmpty ? null : "{}");
            Assert.Equal(400, status);
            Assert.Contains("is missing in the query", envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }
}
