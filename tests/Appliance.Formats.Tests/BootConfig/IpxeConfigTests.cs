using Appliance.Formats.BootConfig;

namespace Appliance.Formats.Tests.BootConfig;

/// <summary>Scripts beside netboot files.</summary>
public sealed class IpxeConfigTests
{
    /// <summary>As nixpkgs' nixos/modules/installer/netboot/netboot.nix writes it.</summary>
    private const string NixOs = """
        #!ipxe
        # Use the cmdline variable to allow the user to specify custom kernel params
        # when chainloading this script from other iPXE scripts like netboot.xyz
        kernel bzImage init=/nix/store/4wz7-nixos-system-nixos-24.05.1503/init initrd=initrd nohibernate loglevel=4 ${cmdline}
        initrd initrd
        boot
        """;

    [Fact]
    public void The_script_of_NixOS_names_kernel_RAM_disk_and_system()
    {
        BootConfigEntry entry = Assert.Single(Read(NixOs));
        Assert.Equal(("/bzImage", "init=/nix/store/4wz7-nixos-system-nixos-24.05.1503/init nohibernate loglevel=4", true), (entry.Kernel, entry.Parameters, entry.IsDefault));
        Assert.Equal("/initrd", Assert.Single(entry.Initrds));
    }

    [Theory]
    [InlineData("kernel --name k --timeout 500 dir/k quiet || shell", "/dir/k", "quiet")]
    [InlineData("kernel --autofree k a && boot", "/k", "a")]
    [InlineData("kernel -n x k a # b", "/k", "a")]
    [InlineData("kernel ../../k", "/k", "")]
    [InlineData("kernel k a${b} c", "/k", "c")]
    public void Options_operators_comments_and_settings_are_no_parameters(string line, string kernel, string parameters)
    {
        BootConfigEntry entry = Assert.Single(Read(line));
        Assert.Equal((kernel, parameters), (entry.Kernel, entry.Parameters));
    }

    [Theory]
    [InlineData("kernel http://elsewhere/k\nboot")]
    [InlineData("kernel ${base}/k\nboot")]
    [InlineData("kernel\nboot")]
    [InlineData("initrd i\nboot")]
    [InlineData("")]
    public void What_names_no_kernel_here_has_no_entries(string script) => Assert.Empty(Read(script));

    [Fact]
    public void Any_beginning_of_a_script_is_read_to_its_end()
    {
        for (int length = 0; length <= NixOs.Length; length++)
        {
            Assert.InRange(Read(NixOs[..length]).Length, 0, 1);
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public void At_most_200_entries_are_kept(int entries) =>
        Assert.Equal(BootConfigLimits.MaxEntries, Read(string.Concat(Enumerable.Repeat("kernel k\nboot\n", entries))).Length);

    private static System.Collections.Immutable.ImmutableArray<BootConfigEntry> Read(string script) =>
        IpxeConfig.Read("/netboot.ipxe", path => path is "/netboot.ipxe" ? script : null);
}
