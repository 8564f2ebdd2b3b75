using Appliance.Formats.BootConfig;

namespace Appliance.Formats.Tests.BootConfig;

/// <summary>ESXi's boot.cfg, told to a machine that boots over the network.</summary>
public sealed class EsxiConfigTests
{
    private const string Disc = """
        bootstate=0
        title=Loading ESXi installer
        timeout=5
        prefix=
        kernel=/b.b00
        kernelopt=runweasel cdromBoot
        modules=/jumpstrt.gz --- /useropts.gz quick --- /k.b00 --- /uc_intel.b00
        build=8.0.0-1.0.20513097
        updated=0
        """;

    [Fact]
    public void Names_lose_their_slash_the_prefix_is_the_images_and_no_disc_is_looked_for() => Assert.Equal(
        """
        bootstate=0
        title=Loading ESXi installer
        timeout=5
        kernel=b.b00
        kernelopt=runweasel
        modules=jumpstrt.gz --- useropts.gz quick --- k.b00 --- uc_intel.b00
        build=8.0.0-1.0.20513097
        updated=0
        prefix=http://192.168.100.1/boot/esxi

        """, EsxiConfig.ForNetwork(Disc, "http://192.168.100.1/boot/esxi", static name => name));

    [Fact]
    public void Files_are_called_as_they_are_in_the_image() => Assert.Contains(
        "modules=JUMPSTRT.GZ --- USEROPTS.GZ quick --- K.B00 --- UC_INTEL.B00\n",
        EsxiConfig.ForNetwork(Disc, "http://192.168.100.1/boot/esxi", static name => name.ToUpperInvariant()), StringComparison.Ordinal);

    [Fact]
    public void The_files_that_it_needs_are_named() =>
        Assert.Equal("b.b00 jumpstrt.gz useropts.gz k.b00 uc_intel.b00", string.Join(" ", EsxiConfig.Files(Disc)));

    [Fact]
    public void V_13_a_name_cannot_add_a_line_a_module_or_another_server() => Assert.Equal(
        "kernel=http%3A//elsewhere/k\nmodules=a%26b --- -\nprefix=p\n",
        EsxiConfig.ForNetwork("kernel=http://elsewhere/k\nmodules=a&b --- --- -\ntitle=a\u001b[2J\nprefix=http://elsewhere", "p", static name => name));

    [Fact]
    public void Any_beginning_of_a_configuration_is_read_to_its_end()
    {
        for (int length = 0; length <= Disc.Length; length++)
        {
            Assert.EndsWith("prefix=p\n", EsxiConfig.ForNetwork(Disc[..length], "p", static name => name), StringComparison.Ordinal);
        }
    }
}
