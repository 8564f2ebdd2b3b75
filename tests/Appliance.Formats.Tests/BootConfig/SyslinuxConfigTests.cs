using System.Collections.Immutable;
using Appliance.Formats.BootConfig;

namespace Appliance.Formats.Tests.BootConfig;

public sealed class SyslinuxConfigTests
{
    [Fact]
    public void Entries_have_title_kernel_initrds_and_parameters()
    {
        BootConfigEntry entry = Assert.Single(Read(("/isolinux/isolinux.cfg", """
            default install
            LABEL install
              MENU LABEL ^Install
              KERNEL /install.amd/vmlinuz
              APPEND vga=788 initrd=/install.amd/initrd.gz,extra.gz --- quiet
            """)));
        Assert.Equal("Install", entry.Title);
        Assert.Equal("/install.amd/vmlinuz", entry.Kernel);
        Assert.Equal<string>(["/install.amd/initrd.gz", "/isolinux/extra.gz"], entry.Initrds);
        Assert.Equal("vga=788 --- quiet", entry.Parameters);
        Assert.True(entry.IsDefault);
    }

    [Fact]
    public void Included_files_are_read_and_their_paths_start_at_the_working_folder()
    {
        ImmutableArray<BootConfigEntry> entries = Read(
            ("/isolinux/isolinux.cfg", "include menu/menu.cfg\n"),
            ("/isolinux/menu/menu.cfg", "menu include txt.cfg\n"),
            ("/isolinux/menu/txt.cfg", "label a\n linux vmlinuz quiet\n initrd ../live/initrd\n menu default\n"));
        BootConfigEntry entry = Assert.Single(entries);
        Assert.Equal("/isolinux/vmlinuz", entry.Kernel);
        Assert.Equal<string>(["/live/initrd"], entry.Initrds);
        Assert.Equal("quiet", entry.Parameters);
        Assert.True(entry.IsDefault);
    }

    [Fact]
    public void Sub_menus_stand_before_the_titles_of_their_entries_and_other_menus_are_followed()
    {
        ImmutableArray<BootConfigEntry> entries = Read(
            ("/isolinux/isolinux.cfg", """
                menu title Top
                label first
                  kernel a
                menu begin advanced
                  menu title ^Advanced options
                  label expert
                    menu label ^Expert
                    kernel b
                menu end
                label sys
                  config archiso_sys.cfg
                menu end
                label last
                  kernel c
                """),
            ("/isolinux/archiso_sys.cfg", "label arch\nlinux /arch/vmlinuz\n"));
        Assert.Equal(["first", "Advanced options > Expert", "arch", "last"], entries.Select(static entry => entry.Title));
    }

    [Fact]
    public void Modules_boot_sectors_and_local_disks_are_no_kernels() =>
        Assert.Empty(Read(("/isolinux/isolinux.cfg", "label a\nkernel vesamenu.c32\nlabel b\nlocalboot 0x80\nlabel c\nkernel chain.c32\nlabel d\nkernel x.bss\n")));

    [Fact]
    public void Files_that_include_themselves_end()
    {
        int reads = 0;
        SyslinuxConfig.Read("/isolinux.cfg", path =>
        {
            reads++;
            return "include isolinux.cfg\ninclude isolinux.cfg\n";
        });
        Assert.Equal(BootConfigLimits.MaxFiles, reads);
    }

    [Fact]
    public void A_global_append_counts_where_an_entry_has_none()
    {
        ImmutableArray<BootConfigEntry> entries = Read(("/isolinux.cfg", "append quiet\nlabel a\nkernel k\nlabel b\nkernel k\nappend -\n"));
        Assert.Equal(["quiet", ""], entries.Select(static entry => entry.Parameters));
    }

    private static ImmutableArray<BootConfigEntry> Read(params (string Path, string Text)[] files) =>
        SyslinuxConfig.Read(files[0].Path, path => files.FirstOrDefault(file => file.Path == path).Text);
}
