using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>What ways depend on beside the image's paths.</summary>
public sealed class WayTests : IDisposable
{
    private static readonly BootServices Services = new("http://192.168.100.1:8080") { HasLoader = static _ => true };

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_NFS_and_a_slim_form_only_the_ways_without_them_are_offered()
    {
        BootPlan plan = Plan("ubuntu-24.04-desktop", Services with { Nfs = false });
        Assert.Equal(["iso-url"], plan.Options.Select(static option => option.Id));
        Assert.Contains("iso-url=http://192.168.100.1:8080/isos/ubuntu-24.04-desktop.iso ", Parameters(plan.Options[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_address_of_NFS_is_without_the_port_of_HTTP() =>
        Assert.Contains("nfsroot=192.168.100.1:/boot/ubuntu-24.04-desktop ", Parameters(Plan("ubuntu-24.04-desktop", Services).Options[0]), StringComparison.Ordinal);

    [Fact]
    public void What_is_missing_in_an_image_is_named_and_its_own_menu_is_offered_instead()
    {
        BootPlan plan = Plan("rhel-9.1-dvd", Services, complete: false);
        Assert.Equal("rhel", plan.Profile);
        Assert.Contains(plan.Missing, static way => way.Reason == "its kernel (images/pxeboot/vmlinuz) is missing");
        Assert.Equal(["Boot it as a disc", "Copy it to memory (memdisk)"], plan.Options.Select(static option => option.Title));
        Assert.Equal("its kernel (images/pxeboot/vmlinuz) is missing",
            (plan with { Options = [] }).Problem(new ClientMachine(ClientFirmware.Bios), Services));
    }

    [Fact]
    public void Windows_waits_for_wimboot_and_says_where_to_put_it()
    {
        BootServices without = Services with { HasLoader = static _ => false, OwnLoaders = "/srv/plugboot/loaders" };
        BootPlan plan = Plan("windows-11-x64", without);
        var pc = new ClientMachine(ClientFirmware.UefiX64, 8192);
        Assert.Equal("it needs wimboot: put that file into /srv/plugboot/loaders", plan.Problem(pc, without));
        Assert.Null(plan.Problem(pc, Services));
    }

    [Theory]
    [InlineData(4096, 3584, true)]
    [InlineData(4096, 3583, false)]
    [InlineData(0, 256, true)]
    [InlineData(100_000, null, true)]
    public void Seven_eighths_of_the_memory_are_enough_and_unknown_memory_is(int needed, int? has, bool fits) =>
        Assert.Equal(fits, new ClientMachine(ClientFirmware.Bios, has).Has(needed));

    [Theory]
    [InlineData("efi-x86_64-4075-1", 4096, true)]
    [InlineData("efi-x86_64-1-01", 256, true)]
    [InlineData("efi-x86_64-99999999-0", 32768, false)]
    [InlineData("efi-x86_64-0-", null, false)]
    [InlineData("efi-x86_64--", null, false)]
    [InlineData("efi-x86_64-99999999999-2", null, false)]
    [InlineData("efi-x86_64-4k", null, false)]
    [InlineData("efi-x86_64--0x1-0010.0010.....", 8192, true)]
    [InlineData("efi-x86_64--0x0-0004.......", 1024, false)]
    [InlineData("efi-x86_64--0x0-ff7f.......", 32768, false)]
    [InlineData("efi-x86_64--0x0-ffff.0000......", null, false)]
    [InlineData("efi-x86_64--0x0-00fc.......", 256, false)]
    [InlineData("efi-x86_64-2048-0x0-0010", 2048, false)]
    [InlineData("efi-x86_64--0x0-00000010.zz10", null, false)]
    public void A_machine_is_read_from_the_words_of_iPXE(string name, int? mib, bool secureBoot) =>
        Assert.Equal(new ClientMachine(ClientFirmware.UefiX64, mib, secureBoot), ClientMachine.TryParse(name));

    [Fact]
    public void An_image_of_two_kinds_says_why_one_was_chosen_and_never_starts_the_other_unasked()
    {
        BootPlan plan = Plan("truenas-scale", Services);
        Assert.Equal("it could also be Debian live system (live-boot); decided by priority 0 against 20", plan.Evidence[^1]);
        BootOption other = plan.Options.First(static option => option.IsAlternative);
        var image = TreeImage.Read("truenas-scale").Build(_folder);
        MenuEntry entry = MenuModel.Build([(image, plan with { Options = [other] })], new MenuAudience(new ClientMachine(ClientFirmware.Bios), Services)).Entries.Single();
        Assert.True(entry.OffersChoice);
    }

    [Theory]
    [InlineData("casper_pop-os_24.04", "/casper_pop-os_24.04")]
    [InlineData("casper_pop-os x", null)]
    [InlineData("casper_pop-os${net0", null)]
    public void A_folder_that_is_no_word_of_a_command_line_never_gets_into_one(string folder, string? told)
    {
        _folder.Write($"tree/{folder}/vmlinuz.efi", SampleKernels.X64);
        _folder.Write($"tree/{folder}/initrd.gz", "x");
        _folder.Write($"tree/{folder}/filesystem.squashfs", "x");
        BootPlan plan = PlanTree("Pop_OS");
        Assert.Equal("pop-os", plan.Profile);
        if (told is null)
        {
            Assert.DoesNotContain(plan.Options, static option => option.Id.Length > 0);
            Assert.All(plan.Missing, static way => Assert.Contains("does not fit a kernel's command line", way.Reason, StringComparison.Ordinal));
        }
        else
        {
            Assert.StartsWith($"boot=casper live-media-path={told} ", Parameters(plan.Options[0]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("root=live:CDLABEL=X rd.live.image quiet",
        "root=live:http://192.168.100.1:8080/boot/tree/LiveOS/squashfs.img ro rd.live.image rd.neednet=1 ip=dhcp rd.lvm=0 rd.luks=0 rd.md=0 rd.dm=0 quiet")]
    [InlineData("root=live:http://192.168.100.1/isos/x.iso rd.live.image rd.live.overlay.overlayfs=1 rd.neednet=1 ip=dhcp console=ttyS0",
        "root=live:http://192.168.100.1/isos/x.iso rd.live.overlay.overlayfs=1 console=ttyS0 rd.live.image rd.neednet=1 ip=dhcp")]
    public void A_dracut_live_system_is_told_where_its_file_system_is_unless_its_own_menu_knows_a_server(string own, string parameters)
    {
        _folder.Write("tree/images/pxeboot/vmlinuz", SampleKernels.X64);
        _folder.Write("tree/images/pxeboot/initrd.img", "x");
        _folder.Write("tree/LiveOS/squashfs.img", "x");
        _folder.Write("tree/isolinux/isolinux.cfg", $"label live\nkernel /images/pxeboot/vmlinuz\nappend initrd=/images/pxeboot/initrd.img {own}\n");
        Assert.Equal(parameters, Parameters(PlanTree("dracut-live sample").Options[0]));
    }

    [Theory]
    [InlineData("Ubuntu-Server 24.04 LTS arm64", ClientFirmware.UefiArm64)]
    [InlineData("Debian i386 live", ClientFirmware.UefiIa32)]
    [InlineData("Ubuntu-Server 24.04 LTS amd64", ClientFirmware.UefiX64)]
    public void A_kernel_that_nobody_can_read_is_taken_for_the_architecture_of_the_label(string label, ClientFirmware firmware)
    {
        _folder.Write("tree/casper/vmlinuz", [0x1F, 0x8B, 8]);
        _folder.Write("tree/casper/initrd", "x");
        _folder.Write("tree/casper/filesystem.squashfs", "x");
        BootPlan plan = PlanTree(label);
        Assert.Equal([firmware], new[] { ClientFirmware.UefiX64, ClientFirmware.UefiIa32, ClientFirmware.UefiArm64 }
            .Where(candidate => !plan.For(new ClientMachine(candidate), Services).IsEmpty));
    }

    [Fact]
    public void The_newest_kernel_and_its_own_RAM_disk_are_taken()
    {
        foreach (string version in new[] { "6.9.1", "6.12.0", "6.1.100" })
        {
            _folder.Write($"tree/live/vmlinuz-{version}", SampleKernels.X64);
            _folder.Write($"tree/live/initrd.img-{version}", "x");
        }

        _folder.Write("tree/live/filesystem.squashfs", "x");
        LinuxBootLine line = Assert.IsType<LinuxBootLine>(PlanTree("X").Options[0].Line);
        Assert.Equal(("/boot/tree/live/vmlinuz-6.12.0", "/boot/tree/live/initrd.img-6.12.0"), (line.Kernel, line.Initrds.Single()));
    }

    [Fact]
    public void A_label_is_told_as_udev_writes_it() => Assert.Equal(@"CentOS\x207\x20x86_64", ParameterTemplate.UdevName("CentOS 7 x86_64"));

    [Fact]
    public void An_image_that_only_its_label_tells_of_says_what_it_may_be()
    {
        _folder.Write("tree/readme.txt", "x");
        BootPlan plan = PlanTree("Fedora-WS-Live-44");
        Assert.Equal("unknown image, perhaps Fedora live system", plan.Kind);
        Assert.Equal("it looks like Fedora live system, but what that needs is not in it", plan.Problem(new ClientMachine(ClientFirmware.Bios), Services));
    }

    private static string Parameters(BootOption option) => Assert.IsType<LinuxBootLine>(option.Line).Parameters;

    private BootPlan Plan(string name, BootServices services, bool complete = true) =>
        new BootPlanner(services, SampleProfiles.Shipped).Plan(TreeImage.Read(name).Build(_folder, complete));

    private BootPlan PlanTree(string label)
    {
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", label, "-o", _folder["tree.iso"], _folder["tree"]);
        LibraryImage image = SingleImage.Read(_folder["tree.iso"], CancellationToken.None);
        return new BootPlanner(Services, SampleProfiles.Shipped).Plan(image);
    }
}
