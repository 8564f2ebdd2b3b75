using Appliance.Formats.Pxe;

namespace Appliance.Formats.Tests.Pxe;

public sealed class PxeOptionsTests
{
    [Fact]
    public void P_02_discovery_control_says_to_use_the_file_of_the_packet_and_is_ended() =>
        Assert.Equal([6, 1, 8, 255], PxeOptions.UseBootFile.ToArray());

    /// <summary>As dnsmasq's documentation and every guide for Raspberry Pis has it: pxe-service=0,"Raspberry Pi Boot".</summary>
    [Fact]
    public void P_02_a_menu_of_one_item_is_taken_at_once() => Assert.Equal(
        "060103" + "0a0400505845" + "0914000011" + "5261737062657272792050692042" + "6f6f74" + "ff",
        Convert.ToHexStringLower(PxeOptions.BootMenuOf("Raspberry Pi Boot")));

    [Fact]
    public void P_03_a_chosen_boot_item_is_written_back_as_it_was_asked_for()
    {
        byte[] destination = new byte[PxeOptions.BootItemOptionLength];

        Assert.Equal(7, PxeOptions.WriteBootItem(destination, [6, 1, 8, 71, 4, 0x12, 0x34, 0x80, 1, 255]));
        Assert.Equal([71, 4, 0x12, 0x34, 0x80, 1, 255], destination);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 255 })]
    [InlineData(new byte[] { 6, 1, 8, 255 })]
    [InlineData(new byte[] { 71, 3, 1, 2, 3, 255 })]
    [InlineData(new byte[] { 71, 4, 1, 2 })]
    [InlineData(new byte[] { 255, 71, 4, 1, 2, 3, 4 })]
    public void P_03_without_a_whole_boot_item_nothing_is_written(byte[] requested) =>
        Assert.Equal(0, PxeOptions.WriteBootItem(new byte[PxeOptions.BootItemOptionLength], requested));
}
