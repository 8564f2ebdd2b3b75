using System.Collections.Immutable;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Images;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;

namespace Appliance.Tests.Images;

/// <summary>What goes into a slim image, by the layouts of released images (shortened).</summary>
public sealed class SlimSelectionTests
{
    [Fact]
    public void Ubuntu_24_04_desktop_keeps_its_layers_and_what_goes_with_them() => AssertKept(
        kept:
        [
            ".disk/casper-uuid-generic", ".disk/info", "dists/noble/Release", "dists/noble/main/binary-amd64/Packages.gz",
            "casper/install-sources.yaml", "casper/minimal.squashfs", "casper/minimal.manifest", "casper/minimal.size",
            "casper/minimal.standard.squashfs", "casper/minimal.standard.live.squashfs", "casper/minimal.de.squashfs.gpg",
            "casper/minimal.enhanced-secureboot.squashfs", "casper/vmlinuz",
        ],
        left:
        [
            "casper/initrd", "pool/main/l/linux/linux-image.deb", "boot/grub/grub.cfg", "EFI/boot/bootx64.efi", "install/.keep",
            "md5sum.txt", "boot.catalog", "ubuntu -> .",
        ]);

    [Fact]
    public void Ubuntu_22_04_desktop_keeps_its_one_squashfs() => AssertKept(
        kept:
        [
            ".disk/casper-uuid-generic", "casper/filesystem.squashfs", "casper/filesystem.manifest",
            "casper/filesystem.manifest-remove", "casper/filesystem.size", "casper/vmlinuz", "preseed/ubuntu.seed",
        ],
        left: ["casper/initrd", "isolinux/isolinux.cfg", "pool/main/g/grub2/grub.deb"]);

    [Fact]
    public void Ubuntu_live_server_keeps_both_kernels_and_no_initial_RAM_disk() => AssertKept(
        kept: [".disk/info", "casper/ubuntu-server-minimal.squashfs", "casper/vmlinuz", "casper/hwe-vmlinuz"],
        left: ["casper/initrd", "casper/hwe-initrd", "boot/grub/grub.cfg"]);

    [Fact]
    public void Mint_keeps_casper() => AssertKept(
        kept: ["casper/filesystem.squashfs", "casper/vmlinuz", ".disk/live-uuid-generic"], left: ["casper/initrd.lz", "MD5SUMS"]);

    [Fact]
    public void Pop_OS_keeps_its_folder_and_the_link_to_it() => AssertKept(
        kept:
        [
            "casper -> casper_pop-os_24.04_amd64_intel_debug_20", "casper_pop-os_24.04_amd64_intel_debug_20/filesystem.squashfs",
            "casper_pop-os_24.04_amd64_intel_debug_20/vmlinuz.efi", ".disk/info",
        ],
        left: ["casper_pop-os_24.04_amd64_intel_debug_20/initrd.gz", "README", "efi/boot/bootx64.efi"]);

    [Fact]
    public void A_Debian_live_system_keeps_live() => AssertKept(
        kept: ["live/filesystem.squashfs", "live/filesystem.packages", "live/vmlinuz-6.1.0-9-amd64", ".disk/info"],
        left: ["live/initrd.img-6.1.0-9-amd64", "d-i/gtk/initrd.gz", "pool/main/a/a.deb", "isolinux/live.cfg"]);

    [Theory]
    [InlineData("install.amd/vmlinuz", ".disk/info")]
    [InlineData("casper/vmlinuz", "casper/initrd", ".disk/info")]
    [InlineData("LiveOS/squashfs.img")]
    [InlineData("arch/x86_64/airootfs.sfs")]
    [InlineData("caspers/filesystem.squashfs")]
    [InlineData("filesystem.squashfs")]
    [InlineData("casper")]
    public void Another_image_has_no_slim_form(params string[] paths)
    {
        Assert.False(SlimImage.TryMake(TreeOf(paths), out SlimImage? slim, out string? reason));
        Assert.Null(slim);
        Assert.Equal("it holds no live system of casper's or live-boot's kind (no squashfs in /casper or /live)", reason);
    }

    [Fact]
    public void A_compressed_live_system_has_none()
    {
        var iso = new HandMadeIso();
        iso.WriteRockRidgeRoot(iso.Directory("CASPER", 21, systemUse: Nm("casper")));
        iso.WriteDirectory(
            21, SectorLength, RootSector, [],
            iso.File("A", 30, 10, systemUse: Nm("filesystem.squashfs")),
            iso.File("B", 31, 10, systemUse: [.. Nm("filesystem.manifest"), .. Zf(100)]));
        Assert.True(ImageTree.TryRead(iso.Source, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        Assert.False(SlimImage.TryMake(tree, out _, out string? reason));
        Assert.Equal("files of its live system are compressed (zisofs)", reason);
    }

    [Fact]
    public void A_live_system_of_too_many_files_has_none()
    {
        var iso = new HandMadeIso(sectors: 2000);
        iso.WriteRockRidgeRoot(iso.Directory("CASPER", 21, 1000 * SectorLength, systemUse: Nm("casper")));
        byte[][] files = [.. Enumerable.Range(0, 8192).Select(i => iso.File($"F{i}", 30, 1, systemUse: Nm($"{i}.squashfs")))];
        iso.WriteDirectory(21, 1000 * SectorLength, RootSector, [], files);
        Assert.True(ImageTree.TryRead(iso.Source, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        Assert.False(SlimImage.TryMake(tree, out _, out string? reason));
        Assert.Equal("its live system has too many files", reason);
    }

    private static void AssertKept(string[] kept, string[] left)
    {
        Assert.True(SlimSelection.TrySelect(TreeOf([.. kept, .. left]), out IsoImageEntry? root, out string? reason), reason);
        Assert.Equal(kept.Order(StringComparer.Ordinal), Leaves(root, "").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Leaves(IsoImageEntry directory, string prefix) => directory.Children.SelectMany(entry =>
        entry.Kind switch
        {
            IsoEntryKind.Directory => Leaves(entry, $"{prefix}{entry.Name}/"),
            IsoEntryKind.SymbolicLink => [$"{prefix}{entry.Name} -> {entry.Link}"],
            _ => [prefix + entry.Name],
        });

    /// <summary>The tree of an image with files (empty ones) and links of these paths.</summary>
    private static ImageTree TreeOf(params string[] paths)
    {
        IsoImageEntry root = Directory("", paths.Select(static path => (path.Split(" -> ")[0].Split('/'), path)));
        var identity = new IsoIdentity("LABEL", "", "", "", "", null);
        Assert.True(IsoImageLayout.TryCreate(identity, root, out IsoImageLayout? layout, out string? reason), reason);
        var source = new MemorySectorSource(layout.Header);
        Assert.True(ImageTree.TryRead(source, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        return tree;
    }

    private static IsoImageEntry Directory(string name, IEnumerable<(string[] Segments, string Path)> below) =>
        new(name, IsoEntryKind.Directory, 0x16d, 0)
        {
            Children = [.. below.GroupBy(static item => item.Segments[0]).Select(static group => Entry(group.Key, [.. group]))],
        };

    private static IsoImageEntry Entry(string name, (string[] Segments, string Path)[] paths)
    {
        if (paths[0].Segments.Length > 1)
        {
            return Directory(name, paths.Select(static item => (item.Segments[1..], item.Path)));
        }

        string[] parts = paths[0].Path.Split(" -> ");
        return parts.Length > 1
            ? new IsoImageEntry(name, IsoEntryKind.SymbolicLink, 0x1ff, 0) { Link = parts[1] }
            : new IsoImageEntry(name, IsoEntryKind.File, 0x124, 0);
    }
}
