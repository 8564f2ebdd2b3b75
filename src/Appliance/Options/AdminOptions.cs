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

    /// <summary>
    /// Unix socket of the same API for this machine's root; where its folder is missing there is none. In /run: it does not
    /// outlive the system.
    /// </summary>
    public string ControlSocket { get; init; } = "/run/plugboot/control.sock";

    /// <summary>Where netboot files of Debian's installer come from.</summary>
    public Uri DebianMirror { get; init; } = Debian;
}
