using System.Net;

namespace Appliance.Status;

/// <summary>
/// What the service does as a whole, for lights, console and page: each value is written by the part that knows it, and read
/// by those that show it.
/// </summary>
public sealed class ServiceState
{
    private volatile DhcpState _dhcp = DhcpState.Off;

    public DhcpState Dhcp
    {
        get => _dhcp;
        set => _dhcp = value;
    }
}

/// <summary>What the DHCP server is at the moment.</summary>
/// <param name="Role">Null: it does not run.</param>
/// <param name="OtherServer">Another server that gives addresses on the same wire, or null.</param>
public sealed record DhcpState(DhcpRole? Role, IPAddress? OtherServer)
{
    public static readonly DhcpState Off = new(null, null);

    /// <summary>In words, for people.</summary>
    public string Text => Role switch
    {
        DhcpRole.Waiting => "listening for other DHCP servers",
        DhcpRole.Server => "handing out addresses",
        DhcpRole.Proxy when OtherServer is not null => $"beside the DHCP server {OtherServer}",
        DhcpRole.Proxy => "naming loaders only",
        DhcpRole.Silent => $"silent: {OtherServer} hands out addresses",
        _ => "no DHCP",
    };
}
