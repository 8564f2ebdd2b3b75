using System.Collections.Immutable;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Linux;
using Appliance.Options;

namespace Appliance.Tests.Boot;

public sealed class GrubMenuTests
{
    private static readonly KernelImage Kernel = new(MachineArchitecture.X64, IsLinux: true, IsEfi: true);

    private static readonly LinuxBootLine Linux =
        new(Kernel, "/boot/deb 12/install.amd/vmlinuz", ["/boot/deb 12/install.amd/initrd.gz"], "vga=788 --- quiet a;b");

    private static readonly EfiProgramBootLine Program = new(MachineArchitecture.X64, "/boot/tool/EFI/x.efi");

    [Fact]
    public void The_script_that_grub_finds_goes_on_to_ipxe_without_secure_boot_and_else_to_the_menu() =>
        Assert.Equal("""
            if [ "$lockdown" = y ]; then
              configfile ($root)/grub/secure-$grub_cpu.cfg
            fi
            if [ "$grub_netfs_type" != efi ]; then
              if [ "$grub_cpu" = x86_64 ]; then
                echo 'Secure Boot is off: going on to snponly.efi ...'
                if chainloader ($root)/snponly.efi; then
                  boot
                fi
              fi
              if [ "$grub_cpu" = arm64 ]; then
                echo 'Secure Boot is off: going on to ipxe-arm64.efi ...'
                if chainloader ($root)/ipxe-arm64.efi; then
                  boot
                fi
              fi
            fi
            configfile ($root)/grub/menu-$grub_cpu.cfg

            """, Text(new GrubMenu("http://192.168.100.1", new MenuOptions()).WriteDispatch()));

    [Fact]
    public void The_menu_is_this_script()
    {
        var root = new MenuGroup("",
            [new MenuGroup("It's rescue", [], [Entry("rescue/tool", "tool (5 MB)", Linux, Program)])],
            [Entry("deb 12", "deb 12 (61 MB)", Linux), new MenuEntry("bad", "bad'; reboot (1 kB)", [], false, "no volume descriptor")]);

        string script = Write(root, new MenuOptions { Default = "deb 12", Timeout = TimeSpan.FromSeconds(1.5) });

        Assert.StartsWith("""
            set timeout=2
            set default='g-i0'
            function report {
              source (http,192.168.100.1)/api/boot-status/$1
            }
            function failed {
              echo "That did not work: $3"
              report "failed/$1/$2-grub"
              sleep --interruptible 20
            }
            submenu 'It'\''s rescue >' --id g-0 {
              submenu 'tool (5 MB)' --id g-0-i0 {
                menuentry 'way 0' --id g-0-i0-0 {
                  echo 'Starting way 0 ...'
                  report chosen/dbfba33d9e08988d
                  if linux (http,192.168.100.1)/boot/deb%2012/install.amd/vmlinuz vga=788 --- quiet 'a;b'; then
                    if initrd (http,192.168.100.1)/boot/deb%2012/install.amd/initrd.gz; then
                      report loaded/dbfba33d9e08988d
                    else
                      failed dbfba33d9e08988d ramdisk 'its RAM disk or a file for it could not be fetched. Try: choose a way that needs less memory, or check the cable.'
                      reboot
                    fi
                  else
                    failed dbfba33d9e08988d kernel 'its kernel could not be fetched. Try: check the cable, and whether the image is whole.'
                  fi
                }
                menuentry 'way 1' --id g-0-i0-1 {
                  echo 'Starting way 1 ...'
                  report chosen/2a7a4a816967b280
                  if chainloader (http,192.168.100.1)/boot/tool/EFI/x.efi; then
                    report loaded/2a7a4a816967b280
                  else
                    failed 2a7a4a816967b280 start 'it was fetched and could not be started. Try: choose another way of starting it, or switch Secure Boot off.'
                  fi
                }
              }
            }
            menuentry 'deb 12 (61 MB)' --id g-i0 {
              echo 'Starting deb 12 (61 MB) ...'
              report chosen/61f7bc872ac3e658
              if linux (http,192.168.100.1)/boot/deb%2012/install.amd/vmlinuz vga=788 --- quiet 'a;b'; then
                if initrd (http,192.168.100.1)/boot/deb%2012/install.amd/initrd.gz; then
                  report loaded/61f7bc872ac3e658
                else
                  failed 61f7bc872ac3e658 ramdisk 'its RAM disk or a file for it could not be fetched. Try: choose a way that needs less memory, or check the cable.'
                  reboot
                fi
              else
                failed 61f7bc872ac3e658 kernel 'its kernel could not be fetched. Try: check the cable, and whether the image is whole.'
              fi
            }
            menuentry 'bad'\''; reboot (1 kB) - not here: no volume descriptor' --id g-i1 {
              echo 'bad'\''; reboot (1 kB) cannot be started on this machine: no volume descriptor.'
              sleep --interruptible 20
            }
            menuentry 'Boot from the local disk' --id local --hotkey=l {
            """, script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rescue/tool", "g-0>g-0-i0>g-0-i0-0")]
    [InlineData("DEB 12.ISO", "g-i0")]
    [InlineData("local", "local")]
    [InlineData("nothing", "local")]
    public void The_default_is_named_with_the_menus_that_it_is_in(string setting, string expected)
    {
        var root = new MenuGroup("",
            [new MenuGroup("Rescue", [], [Entry("rescue/tool", "tool", Linux, Program)])], [Entry("deb 12", "deb 12", Linux)]);
        Assert.Contains($"set default='{expected}'\n", Write(root, new MenuOptions { Default = setting }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_ipxe_can_start_is_refused_in_words()
    {
        Assert.Null(GrubMenu.Refuses(Linux));
        Assert.Null(GrubMenu.Refuses(Program));
        Assert.Contains("iPXE", GrubMenu.Refuses(new SanBootLine("/isos/a.iso", true, true)), StringComparison.Ordinal);
        Assert.Contains("iPXE", GrubMenu.Refuses(new MemdiskBootLine("/isos/a.iso", MemdiskMedium.Cdrom)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_menu_that_waits_for_ever_has_no_timeout() =>
        Assert.Contains("set timeout=-1\n", Write(new MenuGroup("", [], []), new MenuOptions { Timeout = TimeSpan.Zero }), StringComparison.Ordinal);

    [Fact]
    public void Http_on_another_port_is_named_with_it()
    {
        var root = new MenuGroup("", [], [Entry("deb", "deb", Linux)]);
        string script = Text(new GrubMenu("http://192.168.100.1:8080", new MenuOptions()).Write(root));
        Assert.Contains("linux (http,192.168.100.1:8080)/boot/", script, StringComparison.Ordinal);
    }

    private static MenuEntry Entry(string id, string title, params BootLine[] lines)
    {
        ImmutableArray<BootOption> options = [.. lines.Select(static (line, i) => new BootOption($"way {i}", line))];
        return new MenuEntry(id, title, options, options.Length > 1, null);
    }

    private static string Write(MenuGroup root, MenuOptions options) => Text(new GrubMenu("http://192.168.100.1", options).Write(root));

    private static string Text(byte[] script) => Encoding.UTF8.GetString(script);
}
