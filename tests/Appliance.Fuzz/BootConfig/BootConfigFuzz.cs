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

    [Fact]
    public void Damaged_GRUB_menus_end_in_entries_within_the_limits() => Run(new ByteMutator(Grub, Syslinux), GrubConfig.Read);

    [Fact]
    public void Damaged_ISOLINUX_menus_end_in_entries_within_the_limits() => Run(new ByteMutator(Syslinux, Grub), SyslinuxConfig.Read);

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
