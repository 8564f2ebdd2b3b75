using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>What this box takes for an address when another server gives it one.</summary>
public sealed class AddressLeaseTests
{
    private static readonly (DhcpOptionCode, byte[]) Server = (DhcpOptionCode.ServerIdentifier, DhcpRequest.Address("192.168.100.2"));

    [Theory]
    [InlineData(3600u, 3600)]
    [InlineData(60u, 60)]
    [InlineData(0u, 60)]
    [InlineData(uint.MaxValue, -0.001)]
    public void An_acknowledgement_is_a_lease_of_its_time_and_of_a_minute_at_least(uint seconds, double expected)
    {
        AddressLease lease = Read("192.168.100.210", Server, Mask("255.255.255.0"), (DhcpOptionCode.LeaseTime, [.. BitConverter.GetBytes(seconds).Reverse()]))!;

        Assert.Equal(("192.168.100.210", 24, "192.168.100.2"), (lease.Address.ToString(), lease.PrefixLength, lease.Server.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(expected), lease.Time);
    }

    [Theory]
    [InlineData("255.0.0.0", true)]
    [InlineData("255.255.255.252", true)]
    [InlineData("254.0.0.0", false)]
    [InlineData("255.255.255.254", false)]
    [InlineData("255.255.0.255", false)]
    [InlineData("0.0.0.0", false)]
    public void A_mask_has_8_to_30_ones_and_no_holes(string mask, bool isOne) =>
        Assert.Equal(isOne, Read("10.0.0.5", Server, Mask(mask)) is not null);

    [Fact]
    public void Without_address_server_or_mask_it_is_none()
    {
        Assert.Null(Read("0.0.0.0", Server, Mask("255.255.255.0")));
        Assert.Null(Read("10.0.0.5", Mask("255.255.255.0")));
        Assert.Null(Read("10.0.0.5", Server));
    }

    private static (DhcpOptionCode, byte[]) Mask(string mask) => (DhcpOptionCode.SubnetMask, DhcpRequest.Address(mask));

    private static AddressLease? Read(string yiaddr, params (DhcpOptionCode, byte[])[] options)
    {
        byte[] bytes = (DhcpRequest.Of(DhcpMessageType.Ack, options) with { Op = 2 }).ToBytes();
        DhcpRequest.Address(yiaddr).CopyTo(bytes, 16);
        Assert.True(DhcpMessage.TryParse(bytes, out DhcpMessage message, out string? reason), reason);
        return AddressLease.From(message);
    }
}
