using Appliance.Formats.Link;
using Appliance.Options;
using Appliance.Status;

namespace Appliance.Dhcp;

/// <summary>
/// Decides from what is heard on the wire whether addresses may be handed out (docs/adr/0004). Told of events with their
/// times, asked for the role at a time; no socket, no clock.
/// </summary>
/// <param name="mode">What was configured.</param>
/// <param name="force">Whether a server goes on beside another.</param>
/// <param name="began">When the wire was first listened to.</param>
public sealed class ForeignServerWatch(DhcpMode mode, bool force, TimeSpan began)
{
    /// <summary>
    /// How long newcomers wait on a wire where nobody else is heard. 1 s: servers and relays answer within tens of
    /// milliseconds; those that try an address first (dnsmasq, ISC, Windows) do it by ARP at once, which is heard.
    /// </summary>
    public static readonly TimeSpan QuietWindow = TimeSpan.FromSeconds(1);

    /// <summary>How long they wait where somebody is. 4 s: dnsmasq offers an address after pinging it for 3 s (measured).</summary>
    public static readonly TimeSpan FullWindow = TimeSpan.FromSeconds(4);

    /// <summary>
    /// After which silence another server is gone. 7 s: with a question every 2 s and dnsmasq's ping of 3 s every half
    /// minute, answers of one that lives are at most 5 s apart; and within 10 s of its end we must have taken over.
    /// </summary>
    public static readonly TimeSpan AbsenceTime = TimeSpan.FromSeconds(7);

    private TimeSpan _linkUp = began;
    private bool _isAlone = true;
    private TimeSpan? _serverHeard;

    /// <summary>The other server that was heard last.</summary>
    public Ipv4Address Server { get; private set; }

    /// <summary>The cable was plugged in, or the station at its other end was switched on.</summary>
    public void LinkCameUp(TimeSpan now)
    {
        _linkUp = now;
        _isAlone = true;
    }

    /// <summary>
    /// Some other station said something that no machine says that only boots. Later than in the first second it means
    /// nothing: then it is the PC that we gave its address to.
    /// </summary>
    public void StationHeard(TimeSpan now) => _isAlone &= now - _linkUp >= QuietWindow;

    /// <summary>Another server offered or granted an address, or refused one.</summary>
    public void ServerHeard(Ipv4Address server, TimeSpan now)
    {
        Server = server;
        _serverHeard = now;
    }

    public DhcpRole RoleAt(TimeSpan now)
    {
        bool isForeign = _serverHeard is { } heard && now - heard < AbsenceTime;
        return mode switch
        {
            DhcpMode.Server => isForeign && !force ? DhcpRole.Silent : DhcpRole.Server,
            DhcpMode.Proxy => DhcpRole.Proxy,
            _ when isForeign => DhcpRole.Proxy,
            _ when now - _linkUp < (_isAlone ? QuietWindow : FullWindow) => DhcpRole.Waiting,
            _ => DhcpRole.Server,
        };
    }
}
