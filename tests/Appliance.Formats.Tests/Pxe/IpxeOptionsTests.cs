using Appliance.Formats.Dhcp;
using Appliance.Formats.Pxe;
using Appliance.Tests.Shared;

namespace Appliance.Formats.Tests.Pxe;

/// <summary>Conformance P-06.</summary>
public sealed class IpxeOptionsTests
{
    [Theory]
    [InlineData("bios-virtio-plain-1-discover", "1.0.0")]
    [InlineData("bios-chain-undionly-3-discover", "1.0.0")]
    [InlineData("arm64-pxe-3-discover", "1.0.0")]
    [InlineData("proxy-uefi-pxe-4-discover", "1.0.0")]
    public void Captured_iPXE_tells_its_version_and_that_it_has_http(string name, string version)
    {
        Assert.True(DhcpMessage.TryParse(Captures.Read(name), out DhcpMessage message, out _));
        Assert.True(message.TryGetOption(DhcpOptionCode.Ipxe, out ReadOnlySpan<byte> value));

        Assert.True(IpxeOptions.TryParse(value, out IpxeOptions options));

        Assert.Equal(Version.Parse(version), options.Version);
        Assert.True(options.HasHttp);
    }

    [Fact]
    public void Every_truncation_is_refused_or_read_within_its_bounds()
    {
        byte[] whole = [0x13, 1, 1, 0xeb, 3, 1, 21, 1];
        for (int length = 0; length < whole.Length; length++)
        {
            bool parsed = IpxeOptions.TryParse(whole.AsSpan(0, length), out IpxeOptions options);

            Assert.Equal(length is 0 or 3, parsed);
            Assert.Null(options.Version);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x13, 1, 0 }, false)]
    [InlineData(new byte[] { 0x13, 1, 1 }, true)]
    [InlineData(new byte[] { 0x13, 1, 2 }, true)]
    [InlineData(new byte[] { 0xeb, 3, 1, 2, 3 }, false)]
    public void Http_is_there_when_its_feature_is_not_zero(byte[] value, bool expected)
    {
        Assert.True(IpxeOptions.TryParse(value, out IpxeOptions options));
        Assert.Equal(expected, options.HasHttp);
    }
}
