using Appliance.Interop;

namespace Appliance.Tests.Interop;

public sealed class EthernetInterfaceTests
{
    [Fact]
    public void The_kernels_count_of_link_changes_is_read_and_missing_for_an_interface_that_is_gone()
    {
        EthernetInterface loopback = EthernetInterface.Find("lo")!;

        Assert.InRange(loopback.ReadCarrierChanges()!.Value, 0, long.MaxValue);
        Assert.Null((loopback with { Name = "no-such-if" }).ReadCarrierChanges());
    }
}
