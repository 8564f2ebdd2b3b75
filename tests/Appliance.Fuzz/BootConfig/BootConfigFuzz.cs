using System.Collections.Immutable;
using System.Text;
using Appliance.Formats.BootConfig;

namespace Appliance.Fuzz.BootConfig;

public sealed class BootConfigFuzz
{
    private const int Cases = 1_000;

    private static readonly byte[] Grub = Encoding.UTF8.GetBytes("""
        set default="1"
        set root=(cd0)
        set base="/boot//x"
        if loadfont font ; then set gfxmode=800x600; fi
        source $prefix/live.cfg
        menuentry 'one' --class debian { $linux_cmd ($root)${base}/linux a=${base} \
            quiet
          $initrd_cmd ($root)$base/initrd /second }
        submenu "more" { menuentry "two \"x\"" { linuxefi /k ro; initrdefi /../i; } }
        configfile /boot/grub/grub.cfg
        """);

    private static readonly byte[] Syslinux = Encoding.UTF8.GetBytes("""
        default vesamenu.c32
        include menu.cfg
        label live-amd64
            menu label ^Live system (amd64)
            menu default
            linux /live/vmlinuz
            initrd /live/initrd.img,/live/second
            append boot=live components quiet initrd=/x vga=788 --- splash
        label rescue
            kernel ../rescue/linux
            append initrd=../rescue/initrd.gz rescue/enable=true
        label local
            localboot 0x80
        include /isolinux/isolinux.cfg
        """);

    private static readonly byte[] Ipxe = Encoding.UTF8.GetBytes("""
        #!ipxe
        # the line may be added to by cmdline
        kernel --name k bzImage init=/nix/store/h-nixos-system-x-24.05/init initrd=initrd loglevel=4 ${cmdline} || shell
        initrd ../a/initrd second
        boot
        kernel http://elsewhere/k
        initrd initrd
        boot
        """);

    private static readonly byte[] Esxi = Encoding.UTF8.GetBytes("""
        bootstate=0
        title=Loading ESXi installer
        prefix=/old
        kernel=/b.b00
        kernelopt=runweasel cdromBoot
        modules=/jumpstrt.gz --- /useropts.gz word --- /k.b00
        build=7.0.0
        """);

    [Fact]
    public void Damaged_GRUB_menus_end_in_entries_within_the_limits() => Run(new ByteMutator(Grub, Syslinux), GrubConfig.Read);

    [Fact]
    public void Damaged_ISOLINUX_menus_end_in_entries_within_the_limits() => Run(new ByteMutator(Syslinux, Grub), SyslinuxConfig.Read);

    [Fact]
    public void Damaged_iPXE_scripts_end_in_entries_within_the_limits() => Run(new ByteMutator(Ipxe, Grub), IpxeConfig.Read);

    [Fact]
    public void Damaged_ESXi_configurations_keep_to_files_under_the_prefix() => FuzzCases.Run(Cases, seed =>
    {
        string text = Encoding.UTF8.GetString(new ByteMutator(Esxi, Ipxe).Mutate(seed));
        string written = EsxiConfig.ForNetwork(text, "http://192.168.100.1/boot/e", static name => name);
        Assert.Equal(EsxiConfig.Files(text).Length, EsxiConfig.Files(written).Length);
        Assert.All(EsxiConfig.Files(written), static name => Assert.DoesNotContain(':', name));
        Assert.Equal("prefix=http://192.168.100.1/boot/e", written.Split('\n').Single(static line => line.StartsWith("prefix=", StringComparison.Ordinal)));
    });

    private static void Run(ByteMutator mutator, Func<string, ReadConfigFile, ImmutableArray<BootConfigEntry>> read) =>
        FuzzCases.Run(Cases, seed =>
        {
            // Every file of the image is the same one, so that what includes anything includes itself.
            string text = Encoding.UTF8.GetString(mutator.Mutate(seed));
            int files = 0;
            ImmutableArray<BootConfigEntry> entries = read("/boot/grub/grub.cfg", _ => ++files > 0 ? text : null);
            Assert.InRange(files, 1, BootConfigLimits.MaxFiles);
            Assert.InRange(entries.Length, 0, BootConfigLimits.MaxEntries);
            foreach (BootConfigEntry entry in entries)
            {
                Assert.All(entry.Initrds.Prepend(entry.Kernel), AssertInsideTheImage);
                Assert.DoesNotContain(
                    entry.Parameters.Split(' '), static word => word.StartsWith("initrd=", StringComparison.OrdinalIgnoreCase));
            }
        });

    private static void AssertInsideTheImage(string path)
    {
        Assert.StartsWith("/", path, StringComparison.Ordinal);
        Assert.DoesNotContain(path.Split('/'), static segment => segment is "." or "..");
    }
}
