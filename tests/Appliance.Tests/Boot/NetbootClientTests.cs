using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Boot;

/// <summary>Conformance P-01, P-04, P-06.</summary>
public sealed class NetbootClientTests
{
    private static readonly (DhcpOptionCode, byte[]) Pxe = (DhcpOptionCode.VendorClass, "PXEClient"u8.ToArray());

    [Theory]
    [InlineData("PXEClient", ClientStage.Pxe)]
    [InlineData("PXEClient:Arch:00007:UNDI:003016", ClientStage.Pxe)]
    [InlineData("HTTPClient:Arch:00016:UNDI:003001", ClientStage.HttpBoot)]
    [InlineData("pxeclient", ClientStage.None)]
    [InlineData("MSFT 5.0", ClientStage.None)]
    [InlineData("", ClientStage.None)]
    public void P_01_the_vendor_class_tells_what_asks(string vendorClass, ClientStage expected) => Assert.Equal(
        expected, From((DhcpOptionCode.VendorClass, System.Text.Encoding.ASCII.GetBytes(vendorClass))).Stage);

    [Theory]
    [InlineData(new byte[] { 0, 0 }, ClientFirmware.Bios)]
    [InlineData(new byte[] { 0, 6 }, ClientFirmware.UefiIa32)]
    [InlineData(new byte[] { 0, 7 }, ClientFirmware.UefiX64)]
    [InlineData(new byte[] { 0, 9 }, ClientFirmware.UefiX64)]
    [InlineData(new byte[] { 0, 10 }, ClientFirmware.UefiArm32)]
    [InlineData(new byte[] { 0, 11 }, ClientFirmware.UefiArm64)]
    [InlineData(new byte[] { 0, 0x0f }, ClientFirmware.UefiIa32)]
    [InlineData(new byte[] { 0, 0x10 }, ClientFirmware.UefiX64)]
    [InlineData(new byte[] { 0, 0x13 }, ClientFirmware.UefiArm64)]
    [InlineData(new byte[] { 0, 0x16 }, ClientFirmware.Unknown)]
    [InlineData(new byte[] { 0, 0x1b }, ClientFirmware.Unknown)]
    [InlineData(new byte[] { 7, 0 }, ClientFirmware.Unknown)]
    [InlineData(new byte[] { 0x12, 0x34, 0, 7 }, ClientFirmware.UefiX64)]
    [InlineData(new byte[] { 0, 7, 0, 0 }, ClientFirmware.UefiX64)]
    [InlineData(new byte[] { 7 }, ClientFirmware.Unknown)]
    [InlineData(new byte[] { 0, 7, 0 }, ClientFirmware.Unknown)]
    [InlineData(new byte[0], ClientFirmware.Unknown)]
    public void P_04_the_first_known_architecture_counts_and_a_list_of_odd_length_is_none(byte[] list, ClientFirmware expected) =>
        Assert.Equal(expected, From(Pxe, (DhcpOptionCode.ClientSystemArchitecture, list)).Firmware);

    [Theory]
    [InlineData("PXEClient:Arch:00000:UNDI:002001", ClientFirmware.Bios)]
    [InlineData("PXEClient:Arch:00007", ClientFirmware.UefiX64)]
    [InlineData("PXEClient:Arch:0000", ClientFirmware.Unknown)]
    [InlineData("PXEClient:Arch:-0007", ClientFirmware.Unknown)]
    [InlineData("PXEClient:Arch:99999", ClientFirmware.Unknown)]
    [InlineData("PXEClient:Arch: 0007", ClientFirmware.Unknown)]
    public void P_04_firmware_without_option_93_tells_its_architecture_in_its_class(string vendorClass, ClientFirmware expected) =>
        Assert.Equal(expected, From((DhcpOptionCode.VendorClass, System.Text.Encoding.ASCII.GetBytes(vendorClass))).Firmware);

    [Theory]
    [InlineData(new byte[] { 0x69, 0x50, 0x58, 0x45 }, true)]
    [InlineData(new byte[] { 4, 0x69, 0x50, 0x58, 0x45 }, true)]
    [InlineData(new byte[] { 1, 0x41, 4, 0x69, 0x50, 0x58, 0x45 }, true)]
    [InlineData(new byte[] { 0x69, 0x50, 0x58 }, false)]
    [InlineData(new byte[] { 0x69, 0x50, 0x58, 0x45, 0x32 }, false)]
    public void P_06_ipxe_is_known_by_its_bare_name_or_as_an_item_of_the_user_class(byte[] userClass, bool expected) => Assert.Equal(
        expected ? ClientStage.Ipxe : ClientStage.Pxe, From(Pxe, (DhcpOptionCode.UserClass, userClass)).Stage);

    [Theory]
    [InlineData(new byte[] { 0xeb, 3, 1, 21, 1, 0x13, 1, 1 }, "1.21.1", true)]
    [InlineData(new byte[] { 0xeb, 3, 1, 21, 1 }, "1.21.1", false)]
    public void P_06_ipxe_is_known_by_its_options_which_tell_version_and_features(byte[] value, string version, bool hasHttp)
    {
        NetbootClient client = From(Pxe, (DhcpOptionCode.Ipxe, value));

        Assert.Equal(ClientStage.Ipxe, client.Stage);
        Assert.Equal(Version.Parse(version), client.IpxeVersion);
        Assert.Equal(hasHttp, client.IpxeHasHttp);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0xeb, 3, 1 })]
    [InlineData(new byte[] { 1, 1, 1 })]
    public void P_06_option_175_of_someone_else_is_not_ipxe(byte[] value) =>
        Assert.Equal(ClientStage.Pxe, From(Pxe, (DhcpOptionCode.Ipxe, value)).Stage);

    [Theory]
    [InlineData(16, 0)]
    [InlineData(18, 0)]
    [InlineData(17, 1)]
    public void P_04_an_odd_uuid_is_none(int length, byte type)
    {
        byte[] value = new byte[length];
        value[0] = type;

        Assert.Null(From(Pxe, (DhcpOptionCode.ClientMachineIdentifier, value)).Uuid);
    }

    private static NetbootClient From(params (DhcpOptionCode, byte[])[] options)
    {
        Assert.True(DhcpMessage.TryParse(DhcpRequest.Of(DhcpMessageType.Discover, options).ToBytes(), out DhcpMessage message, out _));
        return NetbootClient.From(message);
    }
}
