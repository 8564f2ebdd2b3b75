using Appliance.Status;

namespace Appliance.Board;

/// <summary>What is known of the box at one moment.</summary>
internal sealed record BoxFacts
{
    /// <summary>Bytes that must be free for the medium of images not to be full: 64 MiB, less than any image that is brought.</summary>
    private const long LeastFree = 64L << 20;

    private const double SlowBytes = 1e6;
    private const double FastBytes = 10e6;

    public DhcpRole? Dhcp { get; init; }

    /// <summary>Bytes free on the medium of images; null when it is not there.</summary>
    public long? Free { get; init; }

    /// <summary>Whether a PC loads at this moment.</summary>
    public bool IsBooting { get; init; }

    /// <summary>Bytes that went over the wire in the last second.</summary>
    public double BytesPerSecond { get; init; }

    public bool IsUpdating { get; init; }

    public bool HasFailed { get; init; }

    public bool IsStopping { get; init; }

    /// <summary>The one thing to show.</summary>
    public BoxCondition Condition => this switch
    {
        { IsStopping: true } => BoxCondition.Shutdown,
        { IsUpdating: true } => BoxCondition.Updating,
        { HasFailed: true } => BoxCondition.Error,
        { Dhcp: DhcpRole.Silent } => BoxCondition.ForeignServer,
        { Free: null or < LeastFree } => BoxCondition.Storage,
        { IsBooting: true, BytesPerSecond: >= FastBytes } => BoxCondition.BootingFast,
        { IsBooting: true, BytesPerSecond: >= SlowBytes } => BoxCondition.Booting,
        { IsBooting: true } => BoxCondition.BootingSlowly,
        { Dhcp: DhcpRole.Waiting } => BoxCondition.Starting,
        { Dhcp: DhcpRole.Server } => BoxCondition.ReadyServer,
        _ => BoxCondition.ReadyProxy,
    };
}
