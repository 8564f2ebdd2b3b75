using System.Collections.Immutable;
using System.Text;
using Appliance.Boot;
using Appliance.Formats.Ipxe;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>
/// What is chosen for which machine, and the very lines that start it, as files to read: tests/testdata/plans. The images
/// are the lists of real ones with the sizes of real ones.
/// </summary>
public sealed class PlanGoldenTests : IDisposable
{
    private const long Mb = 1_000_000;

    private static readonly BootServices Services = new("http://192.168.100.1")
    {
        HasLoader = static _ => true,
        SlimLength = static image => image.Id.StartsWith("ubuntu", StringComparison.Ordinal) ? image.Length / 2 : null,
    };

    /// <summary>One image of each family, with the sizes in MB of what matters; <c>/</c> is the image.</summary>
    private static readonly (string Name, (string Path, long Megabytes)[] Sizes)[] Images =
    [
        ("alpine-3.20.0-standard", [("/", 207), ("boot/modloop-lts", 115), ("boot/initramfs-lts", 20)]),
        ("arch-2026.03.01-releng", [("/", 1450), ("arch/x86_64/airootfs.sfs", 1010), ("arch/boot/x86_64/initramfs-linux.img", 200)]),
        ("debian-12.7.0-netinst", [("/", 660), ("install.amd/initrd.gz", 39)]),
        ("debian-12-netboot-text", [("/", 60), ("debian-installer/amd64/initrd.gz", 40)]),
        ("debian-13.4-live-gnome", [("/", 3500), ("live/filesystem.squashfs", 3100), ("live/initrd.img-6.12.73+deb13-amd64", 90)]),
        ("esxi-7.0.0", [("/", 370)]),
        ("fedora-41-server-dvd", [("/", 2700), ("images/install.img", 900), ("images/pxeboot/initrd.img", 180)]),
        ("fedora-41-everything-netinst", [("/", 1000), ("images/install.img", 900), ("images/pxeboot/initrd.img", 180)]),
        ("fedora-41-workstation-live", [("/", 2400), ("LiveOS/squashfs.img", 2200), ("images/pxeboot/initrd.img", 90)]),
        ("freebsd-14-amd64", [("/", 1300)]),
        ("gentoo-minimal-2019", [("/", 290), ("image.squashfs", 260)]),
        ("gparted-1.4.0-5-i686-pae", [("/", 520), ("live/filesystem.squashfs", 444)]),
        ("linuxmint-22.3-cinnamon", [("/", 3000), ("casper/initrd.lz", 80)]),
        ("manjaro", [("/", 2900), ("manjaro/x86_64/rootfs.sfs", 1500), ("manjaro/x86_64/desktopfs.sfs", 900)]),
        ("memtest86plus-6.10-x64", [("/", 6)]),
        ("nixos-24.05-minimal", [("/", 1000)]),
        ("opensuse-leap-15-dvd", [("/", 4300), ("boot/x86_64/root", 62), ("boot/x86_64/common", 76), ("boot/x86_64/loader/initrd", 94)]),
        ("opensuse-leap-16.0-offline", [("/", 4400), ("LiveOS/squashfs.img", 700), ("boot/x86_64/loader/initrd", 120)]),
        ("pop-os-22.04-intel", [("/", 2700), ("casper_pop-os_22.04_amd64_intel_debug_47/initrd.gz", 110)]),
        ("proxmox-ve-9.0", [("/", 1640), ("boot/initrd.img", 60)]),
        ("rocky-9.0-dvd", [("/", 8400), ("images/install.img", 720), ("images/pxeboot/initrd.img", 90)]),
        ("systemrescue-12.00-zfs", [("/", 1200), ("sysresccd/x86_64/airootfs.sfs", 1000)]),
        ("tinycore", [("/", 24), ("boot/core.gz", 12)]),
        ("truenas-scale", [("/", 1900), ("live/filesystem.squashfs", 250)]),
        ("ubuntu-22.04.2-desktop", [("/", 4900), ("casper/initrd", 120)]),
        ("ubuntu-24.04-desktop", [("/", 6100), ("casper/initrd", 75)]),
        ("ubuntu-24.04-live-server", [("/", 2750), ("casper/initrd", 70)]),
        ("ubuntu-24.04-live-server-arm64", [("/", 2400), ("casper/initrd", 70)]),
        ("void-live", [("/", 1100), ("LiveOS/squashfs.img", 1020)]),
        ("windows-10-x64", [("/", 5700), ("sources/boot.wim", 560)]),
        ("winpe", [("/", 600), ("sources/boot.wim", 500)]),
    ];

    private static readonly (string Name, ClientFirmware Firmware, bool SecureBoot)[] Machines =
    [
        ("BIOS", ClientFirmware.Bios, false),
        ("UEFI", ClientFirmware.UefiX64, false),
        ("UEFI, Secure Boot", ClientFirmware.UefiX64, true),
        ("arm64", ClientFirmware.UefiArm64, false),
    ];

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Names => [.. Images.Select(static image => image.Name)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_chosen_for_a_machine_of_each_kind_and_memory_is_this()
    {
        var table = new StringBuilder();
        foreach ((string name, _) in Images)
        {
            BootPlan plan = Plan(name);
            table.Append($"{name}: {plan.Kind}\n");
            foreach ((string machine, ClientFirmware firmware, bool secureBoot) in Machines)
            {
                IEnumerable<string> choices = new[] { 1, 2, 4, 16 }.Select(gigabytes =>
                    (gigabytes, Choice: Choose(plan, new ClientMachine(firmware, gigabytes * 1024, secureBoot))))
                    .GroupBy(static item => item.Choice).Select(static group =>
                        $"{string.Join(", ", group.Select(static item => item.gigabytes))} GB: {group.Key}");
                table.Append($"  {machine,-18}{string.Join("; ", choices)}\n");
            }
        }

        TestData.AssertGolden("tests/testdata/plans/choices.txt", table.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_lines_that_start_it_are_these(string name)
    {
        var script = new IpxeScript();
        BootPlan plan = Plan(name);
        script.Line($"# {plan.Kind}; reason: {string.Join("; ", plan.Evidence)}");
        foreach (BootOption option in plan.Options)
        {
            script.Line("").Line($"# {option.Id}: {MenuModel.Describe(option)}");
            new IpxeBootLines(Services.Server, "start").Write(script, name, option, BootChoice.TokenOf(name, option.Key));
        }

        TestData.AssertGolden($"tests/testdata/plans/{name}.ipxe", script.ToString());
    }

    private static string Choose(BootPlan plan, ClientMachine machine) =>
        plan.For(machine, Services) is [var first, ..] ? first.IsAlternative ? $"asks: {first.Title}" : first.Id : plan.Problem(machine, Services)!;

    private BootPlan Plan(string name)
    {
        ImmutableDictionary<string, long> sizes = Images.Single(image => image.Name == name).Sizes
            .ToImmutableDictionary(static item => item.Path, static item => item.Megabytes * Mb);
        return new BootPlanner(Services, SampleProfiles.Shipped).Plan(TreeImage.Read(name).Build(_folder, sizes: sizes));
    }
}
