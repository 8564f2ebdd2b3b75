namespace Appliance.Options;

/// <summary>The web page and its API.</summary>
public sealed record AdminOptions
{
    /// <summary>Debian's own archive, as the founding documents name it.</summary>
    public static readonly Uri Debian = new("http://ftp.debian.org/debian");

    /// <summary>
    /// TCP port; 0: there is neither page nor API. 8081: the founding documents' scripts use it, and the boot plane has 80 and
    /// 8080, on which nothing may be changed.
    /// </summary>
    public int Port { get; init; } = 8081;

    /// <summary>Where netboot files of Debian's installer come from.</summary>
    public Uri DebianMirror { get; init; } = Debian;
}
