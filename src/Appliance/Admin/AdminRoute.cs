using System.Collections.Immutable;

namespace Appliance.Admin;

/// <summary>Who may use a route. There is no default: a route cannot be written without saying.</summary>
public enum Access
{
    /// <summary>Everybody, signed in or not.</summary>
    Anyone,
    Viewer,
    Operator,
    Admin,

    /// <summary>Only who is at the box: by the control socket, with no password of any account.</summary>
    Console,
}

/// <summary>Answers one request.</summary>
internal delegate Task<ApiAnswer> ApiHandler(ApiRequest request);

/// <summary>A value that a route takes, for its description.</summary>
/// <param name="Name">Its name, in the query or in the JSON object that is the body.</param>
/// <param name="Type">Its type, in JSON Schema's words.</param>
/// <param name="Text">What it means.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record ApiField(string Name, string Type, string Text, bool IsRequired = false);

/// <summary>One call of the API: the same table answers requests, is checked against roles, and is written as OpenAPI.</summary>
/// <param name="Method">Its HTTP method.</param>
/// <param name="Path">Its path, exactly.</param>
/// <param name="Access">Who may use it.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Handle">Answers it.</param>
internal sealed record AdminRoute(string Method, string Path, Access Access, string Summary, ApiHandler Handle)
{
    /// <summary>What it takes in the query.</summary>
    public ImmutableArray<ApiField> Query { get; init; } = [];

    /// <summary>What it takes in a JSON object as the body; empty: no body.</summary>
    public ImmutableArray<ApiField> Body { get; init; } = [];

    /// <summary>Media type of a body that is no JSON object, or null.</summary>
    public string? BodyType { get; init; }

    /// <summary>Longest body in bytes; null: any. 64 KiB: no object that this API takes is longer.</summary>
    public long? MaxBody { get; init; } = 64 * 1024;

    /// <summary>Whether what it did is written to the audit log.</summary>
    public bool IsAudited => Method is not "GET" && Access is not Access.Anyone;
}

/// <summary>All routes, by path and method.</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, Dictionary<string, AdminRoute>> _paths = new(StringComparer.Ordinal);

    public RouteTable(IEnumerable<AdminRoute> routes)
    {
        All = [.. routes];
        foreach (AdminRoute route in All)
        {
            if (!_paths.TryGetValue(route.Path, out Dictionary<string, AdminRoute>? methods))
            {
                _paths[route.Path] = methods = new Dictionary<string, AdminRoute>(StringComparer.Ordinal);
            }

            methods.Add(route.Method, route);
        }
    }

    public ImmutableArray<AdminRoute> All { get; }

    /// <summary>The route for a request; null when there is none.</summary>
    /// <param name="allowed">The methods that the path has; empty when there is no such path.</param>
    public AdminRoute? Find(string method, string path, out string allowed)
    {
        if (!_paths.TryGetValue(path, out Dictionary<string, AdminRoute>? methods))
        {
            allowed = "";
            return null;
        }

        allowed = string.Join(", ", methods.Keys.Order(StringComparer.Ordinal));
        return methods.GetValueOrDefault(method == "HEAD" ? "GET" : method);
    }
}
