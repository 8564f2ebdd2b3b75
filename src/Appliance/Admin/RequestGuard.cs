using System.Collections.Immutable;
using System.Net;

namespace Appliance.Admin;

/// <summary>
/// Refuses requests that a foreign page makes a browser send: by a name that was made to point here (DNS rebinding), or
/// across origins (CSRF). Pure.
/// </summary>
internal static class RequestGuard
{
    /// <summary>Names that people call the box, besides the host's own.</summary>
    private static readonly ImmutableArray<string> OwnNames = ["localhost", "plugboot", "plugboot.local"];

    /// <summary>
    /// Whether a Host header names us: by the address that the connection came to, or by a name that only this network can
    /// give. Any other name may be a stranger's that resolves to our address for the moment.
    /// </summary>
    /// <param name="host">The header's value.</param>
    /// <param name="local">Where the connection came to.</param>
    /// <param name="machine">The host's name.</param>
    public static bool IsOwnHost(string host, IPAddress local, string machine)
    {
        if (!Uri.TryCreate($"http://{host}/", UriKind.Absolute, out Uri? uri) || uri.UserInfo.Length > 0 || uri.AbsolutePath != "/" || uri.Query.Length > 0)
        {
            return false;
        }

        string name = uri.IdnHost;
        return IPAddress.TryParse(name, out IPAddress? literal)
            ? literal.Equals(local)
            : OwnNames.Contains(name, StringComparer.OrdinalIgnoreCase)
                || name.Equals(machine, StringComparison.OrdinalIgnoreCase)
                || name.Equals($"{machine}.local", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether a request that changes something may come from where the browser says it does. A browser sends Origin with
    /// each of them (Fetch §3.1); programs that are no browser send neither header.
    /// </summary>
    /// <param name="origin">The Origin header, or empty.</param>
    /// <param name="site">The Sec-Fetch-Site header, or empty.</param>
    /// <param name="host">The Host header.</param>
    public static bool IsOwnOrigin(string origin, string site, string host) =>
        (origin.Length == 0 || origin.Equals($"http://{host}", StringComparison.OrdinalIgnoreCase))
        && site is "" or "same-origin" or "none";

    public static bool ChangesNothing(string method) => method is "GET" or "HEAD" or "OPTIONS";
}
