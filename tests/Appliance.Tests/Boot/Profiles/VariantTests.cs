using Appliance.Boot;
using Appliance.Images;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>
/// Other releases and relatives than those whose lists are at hand, by the paths that their own initial RAM disks need:
/// detection must not hang on the file names of one release.
/// </summary>
public sealed class VariantTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ubuntu-desktop", "Xubuntu 24.04 LTS amd64", "casper/vmlinuz casper/initrd casper/minimal.squashfs")]
    [InlineData("ubuntu-server", "Ubuntu-Server 20.04.6 LTS amd64", "casper/vmlinuz casper/initrd casper/filesystem.squashfs casper/installer.squashfs")]
    [InlineData("ubuntu-server", "custom", "casper/vmlinuz casper/initrd casper/ubuntu-server-minimal.squashfs")]
    [InlineData("casper", "RESCUEZILLA", "casper/vmlinuz casper/initrd.lz casper/filesystem.squashfs")]
    [InlineData("zorin", "Zorin OS 17.1 Core 64bit", "casper/vmlinuz casper/initrd casper/filesystem.squashfs")]
    [InlineData("elementary", "elementary OS 8", "casper/vmlinuz casper/initrd.gz casper/filesystem.squashfs")]
    [InlineData("pop-os", "Pop_OS 22.04 amd64", "casper_pop-os_22.04_amd64_intel_debug_44/vmlinuz.efi casper_pop-os_22.04_amd64_intel_debug_44/initrd.gz casper_pop-os_22.04_amd64_intel_debug_44/filesystem.squashfs")]
    [InlineData("lmde", "LMDE 6 Cinnamon 64-bit", "live/vmlinuz live/initrd.lz live/filesystem.squashfs")]
    [InlineData("tails", "TAILS 6.0 - 20240227", "live/vmlinuz live/initrd.img live/filesystem.squashfs")]
    [InlineData("vyos", "VyOS", "live/vmlinuz-6.6.30-amd64-vyos live/initrd.img-6.6.30-amd64-vyos live/filesystem.squashfs")]
    [InlineData("live-boot", "FINNIX", "live/vmlinuz-6.8-amd64 live/initrd.img-6.8-amd64 live/filesystem.squashfs")]
    [InlineData("grml", "grml64-full 2024.12", "boot/grml64full/vmlinuz boot/grml64full/initrd.img live/grml64-full/grml64-full.squashfs")]
    [InlineData("antix", "MX-Live", "antiX/vmlinuz antiX/initrd.gz antiX/linuxfs")]
    [InlineData("debian-installer", "ISOIMAGE", "linux initrd.gz .disk/mini-info")]
    [InlineData("debian-installer-disc", "Debian 12.5.0 amd64 1", "install.amd/vmlinuz install.amd/initrd.gz pool/main")]
    [InlineData("debian-installer-disc", "Kali Linux amd64 n", "install.amd/vmlinuz install.amd/initrd.gz pool/main .disk/base_installable")]
    [InlineData("debian-installer-any", "Ubuntu-Server 18.04 LTS amd64", "install/vmlinuz install/initrd.gz install/netboot/ubuntu-installer/amd64/linux install/netboot/ubuntu-installer/amd64/initrd.gz pool/main")]
    [InlineData("archiso", "PARA_202401", "parabola/boot/x86_64/vmlinuz-linux-libre parabola/boot/x86_64/parabolaiso.img parabola/x86_64/airootfs.sfs")]
    [InlineData("endeavouros", "EOS_202409", "arch/boot/x86_64/vmlinuz-linux arch/boot/x86_64/initramfs-linux.img arch/x86_64/airootfs.sfs")]
    [InlineData("cachyos", "COS_202501", "arch/boot/x86_64/vmlinuz-linux-cachyos arch/boot/x86_64/initramfs-linux-cachyos.img arch/x86_64/airootfs.sfs")]
    [InlineData("arch", "ARCH_202601", "arch/boot/x86_64/vmlinuz-linux arch/boot/x86_64/initramfs-linux.img arch/x86_64/airootfs.erofs")]
    [InlineData("systemrescue", "RESCUE1302", "sysresccd/boot/x86_64/vmlinuz sysresccd/boot/x86_64/sysresccd.img sysresccd/x86_64/airootfs.sfs")]
    [InlineData("systemrescue-old", "sysrcd-5.3.2", "isolinux/rescue64 isolinux/initram.igz sysrcd.dat")]
    [InlineData("garuda", "GARUDA_DR460NIZED", "boot/vmlinuz-x86_64 boot/initramfs-x86_64.img garuda/x86_64/rootfs.sfs")]
    [InlineData("centos", "CentOS-Stream-9-BaseOS-x86_64", "images/pxeboot/vmlinuz images/pxeboot/initrd.img images/install.img BaseOS/repodata .treeinfo")]
    [InlineData("rhel", "RHEL-6.10 Server.x86_64", "images/pxeboot/vmlinuz images/pxeboot/initrd.img images/install.img Server/repodata .treeinfo")]
    [InlineData("oracle-linux", "OL-9-3-0-BaseOS-x86_64", "images/pxeboot/vmlinuz images/pxeboot/initrd.img images/install.img BaseOS/repodata")]
    [InlineData("fedora-ostree", "Fedora-SB-ostree-x86_64-41", "images/pxeboot/vmlinuz images/pxeboot/initrd.img images/install.img ostree/repo/config .treeinfo")]
    [InlineData("fedora-live", "Nobara-40", "isolinux/vmlinuz isolinux/initrd.img LiveOS/squashfs.img")]
    [InlineData("el-live", "Rocky-9-3-KDE", "images/pxeboot/vmlinuz images/pxeboot/initrd.img LiveOS/squashfs.img")]
    [InlineData("dracut-live", "SolusLivePlasma", "boot/kernel boot/initrd.img LiveOS/squashfs.img")]
    [InlineData("dracut-live", "OpenMandriva.x86_64", "boot/vmlinuz0 boot/liveinitrd.img LiveOS/squashfs.img")]
    [InlineData("fedora-coreos", "fedora-coreos-41", "images/pxeboot/vmlinuz images/pxeboot/initrd.img images/pxeboot/rootfs.img")]
    [InlineData("opensuse-yast", "openSUSE-Tumbleweed-DVD-x86_64", "boot/x86_64/loader/linux boot/x86_64/loader/initrd boot/x86_64/root media.1/media")]
    [InlineData("opensuse-yast", "SLE-15-SP5-Full-x86_64", "boot/x86_64/loader/linux boot/x86_64/loader/initrd boot/x86_64/root media.1/media")]
    [InlineData("opensuse-live", "openSUSE_Leap_15.6_KDE_Live", "boot/x86_64/loader/linux boot/x86_64/loader/initrd LiveOS/squashfs.img")]
    [InlineData("alpine", "alpine-virt 3.21.0 x86_64", "boot/vmlinuz-virt boot/initramfs-virt boot/modloop-virt apks/.boot_repository")]
    [InlineData("proxmox-backup-server", "PBS", "boot/linux26 boot/initrd.img")]
    [InlineData("gentoo", "Gentoo-amd64-20240512", "boot/gentoo boot/gentoo.igz image.squashfs")]
    [InlineData("nixos", "nixos-minimal-25.11-x86_64", "boot/nix/store/h-linux-6.12/bzImage nix-store.squashfs")]
    [InlineData("slackware", "SlackDVD", "kernels/huge.s/bzImage isolinux/initrd.img")]
    [InlineData("puppy", "Puppy", "vmlinuz initrd.gz puppy_bookwormpup64_10.0.sfs")]
    [InlineData("openbsd", "OpenBSD/amd64   7.6 Install CD", "7.6/amd64/bsd.rd 7.6/amd64/cdboot")]
    [InlineData("netbsd", "NETBSD_10", "amd64/binary/sets/base.tar.xz")]
    [InlineData("freedos", "FD13-LIVE", "FREEDOS/BIN/COMMAND.COM")]
    [InlineData("windows-7", "GSP1RMCPRXFRER_EN_DVD", "bootmgr boot/bcd boot/boot.sdi sources/boot.wim sources/install.wim setup.exe efi/microsoft/boot/efisys.bin")]
    [InlineData("windows", "SSS_X64FREE_EN-US_DV9", "bootmgr boot/bcd boot/boot.sdi efi/boot/bootx64.efi sources/boot.wim sources/install.wim setup.exe")]
    [InlineData("windows", "ESD-ISO", "bootmgr x64/sources/boot.wim x64/sources/install.esd x86/sources/boot.wim x86/sources/install.esd x64/efi/boot/bootx64.efi setup.exe")]
    [InlineData("windows-xp", "GRTMPVOL_EN", "I386/TXTSETUP.SIF I386/SETUPLDR.BIN")]
    [InlineData(null, "OTHER", "boot/bzImage boot/root.cpio")]
    [InlineData(null, "EMPTY", "readme.txt")]
    public void A_release_or_relative_is_taken_for_what_it_is_and_has_a_way(string? profile, string label, string paths)
    {
        foreach (string path in paths.Split(' '))
        {
            bool isKernel = path.Contains("vmlinuz", StringComparison.Ordinal) || path.EndsWith("/linux", StringComparison.Ordinal) || path == "linux";
            _folder.Write($"tree/{path}", isKernel ? SampleKernels.X64 : "x"u8);
        }

        _folder.Write("tree/boot.record", new byte[2048]);
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-V", label, "-b", "boot.record", "-no-emul-boot", "-o", _folder["tree.iso"], _folder["tree"]);
        LibraryImage image = SingleImage.Read(_folder["tree.iso"], CancellationToken.None);
        var services = new BootServices("http://192.168.100.1") { HasLoader = static _ => true };
        BootPlan plan = new BootPlanner(services, SampleProfiles.Shipped).Plan(image);
        Assert.Equal(profile, plan.Profile);
        Assert.NotEmpty(plan.For(new ClientMachine(ClientFirmware.Bios, 16384), services));
        Assert.True(profile is null || plan.Options[0].Id.Length > 0, string.Join('\n', plan.Missing));
    }
}
