namespace Appliance.Dhcp;

/// <summary>How many datagrams came to which end since start. Written by the server's loop, read by anyone.</summary>
public sealed class DhcpCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<DhcpOutcome>().Length];

    public long this[DhcpOutcome outcome] => Interlocked.Read(ref _counts[(int)outcome]);

    internal void Count(DhcpOutcome outcome) => Interlocked.Increment(ref _counts[(int)outcome]);
}
