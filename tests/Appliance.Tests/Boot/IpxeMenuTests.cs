using System.Collections.Immutable;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Linux;
using Appliance.Options;

namespace Appliance.Tests.Boot;

public sealed class IpxeMenuTests
{
    private static readonly KernelImage Kernel = new(MachineArchitecture.X64, IsLinux: true, IsEfi: true);

    private static readonly LinuxBootLine Linux =
        new(Kernel, "/boot/deb 12/install.amd/vmlinuz", ["/boot/deb 12/install.amd/initrd.gz"], "vga=788 --- quiet");

    [Fact]
    public void The_menu_of_a_BIOS_client_is_this_script()
    {
        var root = new MenuGroup("",
            [new MenuGroup("Rescue", [], [Entry("rescue/grub", "grub (5 MB)", new SanBootLine("/isos/Rescue/grub.iso", true, true), new MemdiskBootLine("/isos/Rescue/grub.iso", MemdiskMedium.Cdrom))])],
            [Entry("deb 12", "deb 12 (61 MB)", Linux), new MenuEntry("bad", "bad (1 kB)", [], false, "no volume descriptor at sector 16")]);
        string script = Write(root, new MenuOptions { Default = "deb 12" });
        Assert.Equal("""
            #!ipxe
            set wait 30000
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/menu && imgfree report ||
            :start
            menu -- Plugboot
            item g-0 Rescue >
            item g-i0 deb 12 (61 MB)
            item g-i1 bad (1 kB) - not here: no volume descriptor at sector 16
            item --key f search Search by first letters
            item --gap
            item --key l local Boot from the local disk
            item --key s shell iPXE shell
            item --key r reboot Reboot
            choose --default g-i0 --timeout ${wait} target && set wait 0 && goto ${target} || set wait 0
            goto start
            :g-0
            menu -- Plugboot - Rescue
            item g-0-i0 grub (5 MB)
            item --gap
            item --key b start Back
            choose target && goto ${target} || goto start
            :g-i0
            echo -- Starting deb 12 (61 MB) ...
            imgfree
            set way 61f7bc872ac3e658
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/chosen/61f7bc872ac3e658 && imgfree report ||
            kernel http://192.168.100.1/boot/deb%2012/install.amd/vmlinuz initrd=initrd.magic vga=788 --- quiet || goto failed-kernel
            initrd http://192.168.100.1/boot/deb%2012/install.amd/initrd.gz || goto failed-ramdisk
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/loaded/61f7bc872ac3e658 && imgfree report ||
            boot || goto failed-start
            :g-i1
            echo -- bad (1 kB) cannot be started on this machine: no volume descriptor at sector 16.
            prompt --timeout 20000 Press a key to go back. || goto start
            goto start
            :search
            set query ||
            echo -n First letters of a name, then Enter:
            read query || goto start
            chain http://192.168.100.1/menu/${platform}-${buildarch}-${memsize}-${efi/SecureBoot:uint8}-${smbios/0.17.12.2:hexraw}.${smbios/1.17.12.2:hexraw}.${smbios/2.17.12.2:hexraw}.${smbios/3.17.12.2:hexraw}.${smbios/4.17.12.2:hexraw}.${smbios/5.17.12.2:hexraw}.${smbios/6.17.12.2:hexraw}.${smbios/7.17.12.2:hexraw}/search/${query:uristring}.ipxe || prompt --timeout 10000 Nothing was found: press a key. ||
            goto start
            :g-0-i0
            menu -- grub (5 MB) - how?
            item g-0-i0-0 way 0
            item g-0-i0-1 way 1
            item --gap
            item --key b g-0 Back
            choose --default g-0-i0-0 --timeout 30000 target && goto ${target} || goto g-0
            :g-0-i0-0
            echo -- Starting grub (5 MB) ...
            imgfree
            set way 6c2e89a0a40fc824
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/chosen/6c2e89a0a40fc824 && imgfree report ||
            sanboot --no-describe http://192.168.100.1/isos/Rescue/grub.iso || goto failed-disc
            goto start
            :g-0-i0-1
            echo -- Starting grub (5 MB) ...
            imgfree
            set way 70ddb5be60c3d9db
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/chosen/70ddb5be60c3d9db && imgfree report ||
            kernel http://192.168.100.1/memdisk iso raw || goto failed-kernel
            initrd http://192.168.100.1/isos/Rescue/grub.iso || goto failed-ramdisk
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/loaded/70ddb5be60c3d9db && imgfree report ||
            boot || goto failed-start
            :local
            echo -- Booting from the local disk ...
            set way local
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/local && imgfree report ||
            sanboot --no-describe --drive 0x80 || goto failed-disc
            :shell
            shell
            goto start
            :reboot
            reboot
            :failed-kernel
            set error ${errno:hexraw} ||
            echo --
            echo -- That did not work: its kernel could not be fetched. Try: check the cable, and whether the image is whole.
            set part kernel
            goto failed
            :failed-ramdisk
            set error ${errno:hexraw} ||
            echo --
            echo -- That did not work: its RAM disk or a file for it could not be fetched. Try: choose a way that needs less memory, or check the cable.
            set part ramdisk
            goto failed
            :failed-disc
            set error ${errno:hexraw} ||
            echo --
            echo -- That did not work: it could not be started as a disc. Try: choose another way of starting it.
            set part disc
            goto failed
            :failed-start
            set error ${errno:hexraw} ||
            echo --
            echo -- That did not work: it was fetched and could not be started. Try: choose another way of starting it, or switch Secure Boot off.
            set part start
            goto failed
            :failed
            echo -- The lines above say more; so does the box's page.
            imgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/failed/${way}/${part}-${error} && imgfree report ||
            imgfree
            prompt --timeout 20000 Press a key to go back to the menu. || goto start
            goto start

            """, script);
    }

    [Fact]
    public void UEFI_leaves_to_the_next_boot_entry_for_the_local_disk() =>
        Assert.Contains("\n:local\necho -- Booting from the local disk ...\nset way local\nimgfetch --timeout 2000 --name report http://192.168.100.1/api/boot-status/local && imgfree report ||\nexit 1\n", Write(new MenuGroup("", [], []), new MenuOptions(), ClientFirmware.UefiX64), StringComparison.Ordinal);

    [Theory]
    [InlineData("Rescue/GRUB-2.0")]
    [InlineData("rescue/grub-2.0.iso")]
    public void The_default_image_is_found_by_its_name_or_its_file(string name)
    {
        var root = new MenuGroup("", [new MenuGroup("rescue", [], [Entry("rescue/grub-2", "grub-2", Linux), Entry("rescue/grub-2.0", "grub-2.0", Linux)])], []);
        string script = Write(root, new MenuOptions { Default = name });
        Assert.Contains("choose --default g-0-i1 ", script, StringComparison.Ordinal);

        // iPXE only starts by itself what stands in the menu that it shows.
        Assert.Contains("menu -- Plugboot\nitem g-0-i1 grub-2.0\nitem g-0 rescue >\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_local_disk_is_the_default_where_the_default_image_is_missing_or_cannot_be_started()
    {
        var root = new MenuGroup("", [], [new MenuEntry("bad", "bad", [], false, "broken")]);
        Assert.Contains("choose --default local ", Write(root, new MenuOptions { Default = "bad" }), StringComparison.Ordinal);
        Assert.Contains("choose --default local ", Write(root, new MenuOptions { Default = "gone" }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_with_several_ways_starts_by_the_best_and_the_others_stand_in_a_place_of_their_own()
    {
        var best = new BootOption("by NFS", Linux) { Bytes = 75_000_000, MemoryMib = 1792, Note = "It takes a while." };
        var other = new BootOption("whole image", Linux with { Parameters = "url" }) { Bytes = 6_200_000_000, MemoryMib = 7168 };
        string script = Write(new MenuGroup("", [], [new MenuEntry("u", "u", [best, other], false, null)]), new MenuOptions());
        Assert.Contains("item g-i0 u\nitem --key o others Other ways of starting >\n", script, StringComparison.Ordinal);
        Assert.Contains("\n:g-i0\necho -- Starting u ...\necho -- It takes a while.\nimgfree\nset way ", script, StringComparison.Ordinal);
        Assert.Contains("\n:others\nmenu -- Plugboot - other ways of starting\nitem others-0 u >\n", script, StringComparison.Ordinal);
        Assert.Contains("item others-0-1 whole image - copies 6.2 GB, needs 7 GB\n", script, StringComparison.Ordinal);
        Assert.Contains("\n:others-0-1\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_and_files_with_names_of_their_own_are_told_to_the_kernel()
    {
        LinuxBootLine line = Linux with { TellsInterface = true, Shim = "/boot/deb 12/EFI/BOOT/BOOTX64.EFI", Files = [new NamedFile("/isos/p v.iso", "/proxmox.iso")] };
        string script = Write(new MenuGroup("", [], [Entry("p", "p", line)]), new MenuOptions());
        Assert.Contains("vmlinuz initrd=initrd.magic BOOTIF=01-${netX/mac:hexhyp} vga=788 --- quiet || goto failed-kernel\n", script, StringComparison.Ordinal);
        Assert.Contains("initrd http://192.168.100.1/isos/p%20v.iso /proxmox.iso || goto failed-ramdisk\nshim http://192.168.100.1/boot/deb%2012/EFI/BOOT/BOOTX64.EFI || goto failed-kernel\nimgfetch ", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_files_go_to_wimboot_under_the_names_that_it_knows()
    {
        var line = new WimbootBootLine(MachineArchitecture.X64, [new NamedFile("/boot/w/sources/boot.wim", "boot.wim")], "rawbcd");
        Assert.Contains("kernel http://192.168.100.1/wimboot rawbcd || goto failed-kernel\ninitrd http://192.168.100.1/boot/w/sources/boot.wim boot.wim || goto failed-ramdisk\nimgfetch ",
            Write(new MenuGroup("", [], [Entry("w", "w", line)]), new MenuOptions()), StringComparison.Ordinal);
    }

    [Fact]
    public void V_13_names_labels_and_parameters_cannot_add_a_line_an_expansion_or_an_operator()
    {
        const string Hostile = "a\n#!ipxe\nshell || reboot ${net0/mac} && exit";
        var line = new LinuxBootLine(Kernel, $"/boot/{Hostile}/k", [$"/boot/{Hostile}/i"], Hostile);
        var root = new MenuGroup("", [new MenuGroup(Hostile, [], [])],
            [new MenuEntry(Hostile, Hostile, [new BootOption(Hostile, line)], false, null), new MenuEntry(Hostile, Hostile, [], false, Hostile)]);
        string plain = Write(new MenuGroup("", [new MenuGroup("x", [], [])],
            [new MenuEntry("x", "x", [new BootOption("x", line with { Kernel = "/k", Initrds = ["/i"], Parameters = "x" })], false, null), new MenuEntry("x", "x", [], false, "x")]), new MenuOptions());
        string script = Write(root, new MenuOptions { Title = "Plugboot" });
        Assert.Equal(Commands(plain), Commands(script));
        Assert.Equal(Count(plain, "${"), Count(script, "${"));
        Assert.Equal(Count(plain, " || "), Count(script, " || "));
        Assert.Equal(Count(plain, " && "), Count(script, " && "));
    }

    private static IEnumerable<string> Commands(string script) => script.Split('\n').Select(static line => line.Split(' ')[0]);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static MenuEntry Entry(string id, string title, params BootLine[] lines) =>
        new(id, title, [.. lines.Select(static (line, i) => new BootOption($"way {i}", line))], lines.Length > 1, null);

    private static string Write(MenuGroup root, MenuOptions options, ClientFirmware firmware = ClientFirmware.Bios) =>
        Encoding.UTF8.GetString(new IpxeMenu("http://192.168.100.1", options).Write(root, new ClientMachine(firmware)));
}
