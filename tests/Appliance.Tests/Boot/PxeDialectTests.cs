using Appliance.Boot;

namespace Appliance.Tests.Boot;

/// <summary>The table of dialects itself.</summary>
public sealed class PxeDialectTests
{
    [Fact]
    public void Every_row_has_its_source_and_a_test_and_is_reached()
    {
        foreach (PxeDialect dialect in PxeDialect.All)
        {
            Assert.NotEmpty(dialect.Source);
            Assert.Contains('.', dialect.Test);
            ClientFirmware firmware = dialect.Firmware.IsEmpty ? ClientFirmware.UefiX64 : dialect.Firmware[0];
            uint maker = dialect.Makers.IsEmpty ? 0x020000 : dialect.Makers[^1];
            byte[] mac = [(byte)(maker >> 16), (byte)(maker >> 8), (byte)maker, 0, 0, 1];
            var client = new NetbootClient { Mac = new(mac), Stage = dialect.Stage, Firmware = firmware };
            Assert.Same(dialect, PxeDialect.For(client));
        }
    }

    [Fact]
    public void P_06_no_row_sends_option_43_to_ipxe() =>
        Assert.DoesNotContain(PxeDialect.All, static dialect => dialect.Stage == ClientStage.Ipxe && dialect.ProxyDiscoveryControl);

    [Fact]
    public void P_08_who_does_not_boot_or_has_an_unknown_architecture_has_no_row()
    {
        Assert.Null(PxeDialect.For(new NetbootClient { Mac = new([2, 0, 0, 0, 0, 1]), Stage = ClientStage.None }));
        Assert.Null(PxeDialect.For(new NetbootClient { Mac = new([2, 0, 0, 0, 0, 1]), Stage = ClientStage.Pxe, Firmware = ClientFirmware.Unknown }));
    }
}
