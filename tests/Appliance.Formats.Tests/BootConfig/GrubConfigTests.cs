using System.Collections.Immutable;
using Appliance.Formats.BootConfig;

namespace Appliance.Formats.Tests.BootConfig;

public sealed class GrubConfigTests
{
    [Fact]
    public void Entries_have_title_kernel_initrds_and_parameters()
    {
        BootConfigEntry entry = Assert.Single(Read(("/boot/grub/grub.cfg", """
            set theme=/boot/grub/theme.txt
            if loadfont font ; then
              set gfxmode=800x600
            fi
            menuentry --hotkey=g 'Install' --class debian {
            }
            menuentry "Graphical \"install\"" {
                set background_color=black
                linux    /install.amd/vmlinuz vga=788 --- quiet # not a comment of ours
                initrd   /install.amd/gtk/initrd.gz
            }
            """)));
        Assert.Equal("Graphical \"install\"", entry.Title);
        Assert.Equal("/install.amd/vmlinuz", entry.Kernel);
        Assert.Equal<string>(["/install.amd/gtk/initrd.gz"], entry.Initrds);
        Assert.Equal("vga=788 --- quiet", entry.Parameters);
    }

    [Fact]
    public void Variables_devices_continuations_and_command_variables_are_understood()
    {
        ImmutableArray<BootConfigEntry> entries = Read(("/boot/grub/grub.cfg", """
            set default="1"
            set root=(cd0)
            set base="/boot//x"
            menuentry 'one' { $linux_cmd ($root)${base}/linux a=${base} \
                quiet
              $initrd_cmd ($root)$base/initrd /second }
            if true; then linuxefi /lost
            menuentry 'two' { linuxefi /k ro; initrdefi /i; }
            """));
        Assert.Equal(["one", "two"], entries.Select(static entry => entry.Title));
        Assert.Equal("/boot/x/linux", entries[0].Kernel);
        Assert.Equal("a=/boot//x quiet", entries[0].Parameters);
        Assert.Equal<string>(["/boot/x/initrd", "/second"], entries[0].Initrds);
        Assert.Equal("ro", entries[1].Parameters);
        Assert.Equal([false, true], entries.Select(static entry => entry.IsDefault));
    }

    [Fact]
    public void Sourced_files_are_read()
    {
        BootConfigEntry entry = Assert.Single(Read(
            ("/boot/grub/grub.cfg", "source $prefix/live.cfg\n"),
            ("/boot/grub/live.cfg", "menuentry live { linux ../../vmlinuz }")));
        Assert.Equal("/vmlinuz", entry.Kernel);
    }

    [Fact]
    public void Titles_stand_behind_options_and_those_of_sub_menus_before_them()
    {
        ImmutableArray<BootConfigEntry> entries = Read(("/boot/grub/grub.cfg", """
            menuentry --class gnu --unrestricted --hotkey=i "First" { linux /a }
            submenu --id adv 'Advanced' {
              menuentry 'Debug' --class x { linux /b }
              submenu 'More' { menuentry 'Deep' { linux /c } }
              menuentry 'Again' { linux /d }
            }
            menuentry 'Last' { linux /e }
            """));
        Assert.Equal(["First", "Advanced > Debug", "Advanced > More > Deep", "Advanced > Again", "Last"], entries.Select(static entry => entry.Title));
    }

    [Fact]
    public void Entries_inside_eval_are_read_as_SystemRescue_writes_them()
    {
        BootConfigEntry entry = Assert.Single(Read(("/boot/grub/grubsrcd.cfg", """
            set basedir=/sysresccd
            eval "menuentry 'Boot with default options' {
                linux ${basedir}/boot/x86_64/vmlinuz archisobasedir=sysresccd
                initrd ${basedir}/boot/x86_64/sysresccd.img
            }"
            """)));
        Assert.Equal(("Boot with default options", "/sysresccd/boot/x86_64/vmlinuz"), (entry.Title, entry.Kernel));
        Assert.Equal<string>(["/sysresccd/boot/x86_64/sysresccd.img"], entry.Initrds);
    }

    [Fact]
    public void A_loop_is_read_for_the_first_of_its_words() =>
        Assert.Equal("/boot/vmlinuz-a", Assert.Single(Read(("/grub.cfg", "for k in a b; do menuentry $k { linux /boot/vmlinuz-$k }; done"))).Kernel);

    [Fact]
    public void An_eval_of_itself_many_times_over_ends()
    {
        string many = string.Concat(Enumerable.Repeat("eval $a;", 500));
        Assert.Empty(Read(("/grub.cfg", $"set a='{many}'\neval $a\n" + string.Concat(Enumerable.Repeat("submenu x {\n", 1000)))));
    }

    [Fact]
    public void A_variable_that_doubles_itself_stays_bounded()
    {
        string text = string.Concat(Enumerable.Repeat("set a=x$a$a\n", 10_000)) + "menuentry m { linux /k " + string.Concat(Enumerable.Repeat("$a", 10_000)) + "}";
        BootConfigEntry entry = Assert.Single(Read(("/boot/grub/grub.cfg", text)));
        Assert.InRange(entry.Parameters.Length, 1, 4 * BootConfigLimits.MaxVariable);
    }

    [Fact]
    public void Every_prefix_of_a_configuration_can_be_read()
    {
        const string Text = "set a='b'\nmenuentry \"x $a ${a}\" { linux (hd0)/k \\\n q='1 2' ; initrd /i }\n# end";
        for (int length = 0; length <= Text.Length; length++)
        {
            Assert.InRange(Read(("/grub.cfg", Text[..length])).Length, 0, 1);
        }
    }

    private static ImmutableArray<BootConfigEntry> Read(params (string Path, string Text)[] files) =>
        GrubConfig.Read(files[0].Path, path => files.FirstOrDefault(file => file.Path == path).Text);
}
