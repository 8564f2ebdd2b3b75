using Appliance.Boot;
using Appliance.Boot.Timeline;

namespace Appliance.Tests.Boot.Timeline;

/// <summary>Stories of boots, and what is said of them: the words name what happened, the remedy what to do.</summary>
public sealed class BootDiagnosisTests
{
    private const string Kernel = "/boot/deb/install.amd/vmlinuz";
    private const string Initrd = "/boot/deb/install.amd/initrd.gz";
    private const string Iso = "/isos/deb.iso";

    private static readonly TimeSpan Silence = BootDiagnosis.FirmwareSilence;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_boot_that_goes_well_is_fine_at_every_step()
    {
        Story story = Uefi().GetsAddress("shimx64.efi");
        Fine(story, "is booting");
        Fine(story.Fetches("/shimx64.efi").Fetches("/grubx64.efi").Fetches("/grub/grub.cfg").Fetches("/snponly.efi"), null);
        Fine(story.As(ClientStage.Ipxe).GetsAddress("http://192.168.100.1/menu.ipxe"), null);
        Assert.Equal(BootState.Waiting, story.Fetches("/menu.ipxe").After(Silence).State);
        Fine(story.Fetches(Kernel), "loads " + Kernel);
        Fine(story.Fetches(Initrd, 40_000_000), "MB sent so far");
        Fine(story.As(ClientStage.None).GetsAddress(), "runs an operating system");
    }

    [Fact]
    public void Shim_that_stops_is_a_matter_of_certificates() =>
        Problem(Uefi().GetsAddress("shimx64.efi").Fetches("/shimx64.efi"), "loaded shim, then stopped", "3rd party UEFI CA");

    [Fact]
    public void A_loader_without_a_signature_that_stops_is_a_matter_of_secure_boot() =>
        Problem(Uefi().GetsAddress("snponly.efi").Fetches("/snponly.efi"), "Secure Boot is probably on", "switch Secure Boot off");

    [Fact]
    public void Grub_that_stops_does_not_see_the_card() =>
        Problem(Uefi().GetsAddress("shimx64.efi").Fetches("/shimx64.efi").Fetches("/grubx64.efi"), "never asked for its menu", "firmware");

    [Fact]
    public void Ipxe_that_does_not_come_up_behind_grub_is_no_matter_of_secure_boot() =>
        Problem(
            Uefi().GetsAddress("shimx64.efi").Fetches("/shimx64.efi").Fetches("/grubx64.efi").Fetches("/grub/grub.cfg").Fetches("/snponly.efi"),
            "loaded snponly.efi, which never came up", "ipxe-amd64.efi");

    [Fact]
    public void A_bios_loader_that_stops_does_not_suit_the_cards_rom() =>
        Problem(Bios().GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe"), "never came up", "ipxe.pxe");

    [Fact]
    public void Ipxe_that_stops_after_its_address_is_cut_off() =>
        Problem(Bios().GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe").As(ClientStage.Ipxe).GetsAddress("http://192.168.100.1/menu.ipxe"), "swallows its requests", "directly");

    [Fact]
    public void Offers_that_nobody_takes_mean_another_server_or_a_shut_port() =>
        Problem(
            Bios().Asks(BootStep.AddressOffered).Asks(BootStep.AddressOffered).Asks(BootStep.AddressOffered),
            "asked for an address 3 times and took none", "other DHCP servers");

    [Fact]
    public void Two_offers_that_nobody_takes_are_lost_packets() =>
        Fine(Bios().Asks(BootStep.AddressOffered).Asks(BootStep.AddressOffered), "is booting");

    [Fact]
    public void An_address_of_another_server_is_named_with_it() =>
        Problem(Bios().Asks(BootStep.AddressOffered).Asks(BootStep.OtherServerChosen, "10.0.0.1"), "another DHCP server, 10.0.0.1", "dhcp-mode = auto");

    [Fact]
    public void An_empty_pool_is_named() =>
        Problem(Bios().Asks(BootStep.AddressAsked).Asks(BootStep.AddressAsked).Asks(BootStep.AddressAsked), "there was none to give", "dhcp-pool");

    [Fact]
    public void Firmware_without_a_loader_is_told_the_remedy() =>
        Problem(new Story(ClientFirmware.UefiIa32).Asks(BootStep.AddressOffered).Asks(BootStep.NoLoader, "put an ia32 iPXE there"), "no loader for it", "put an ia32 iPXE there");

    [Theory]
    [InlineData("undionly.kpxe", "UDP port 69")]
    [InlineData("http://192.168.100.1/shimx64.efi", "TCP port 80")]
    public void A_loader_that_nobody_asks_for_is_stopped_on_the_way(string loader, string port) => Problem(Bios().GetsAddress(loader), port, "firewall");

    [Fact]
    public void A_loader_that_is_given_up_is_a_matter_of_the_cable() =>
        Problem(Bios().GetsAddress("undionly.kpxe").GivesUp("/undionly.kpxe", 1408, 108_847), "gave up after 1408 of 108847 bytes", "cable");

    [Fact]
    public void A_loader_that_is_not_there_is_named() =>
        Problem(Bios().GetsAddress("http://192.168.100.1/own.kpxe").Misses("/own.kpxe"), "which is not there", "make loaders");

    [Fact]
    public void A_big_file_that_is_given_up_is_a_matter_of_memory() =>
        Problem(AtMenu().Fetches(Kernel).GivesUp(Initrd, 200_000_000, 900_000_000), "after 200 MB of 900 MB: it has too little memory", "less memory");

    [Fact]
    public void A_file_that_the_image_does_not_have_is_named() =>
        Problem(AtMenu().Fetches(Kernel).Misses("/boot/deb/live/none.squashfs"), "asked for /boot/deb/live/none.squashfs", "download it anew");

    [Fact]
    public void S147_an_image_that_is_downloaded_twice_is_explained() =>
        Problem(AtMenu().Fetches(Iso, 3_000_000_000).Fetches(Iso, 3_000_000_000), "downloaded /isos/deb.iso 2 times", "NFS");

    [Fact]
    public void An_image_that_is_read_in_parts_is_not_downloaded_twice()
    {
        Story story = AtMenu();
        for (int i = 0; i < 300; i++)
        {
            story.Fetches(Iso, 1_000_000, 32_768);
        }

        Fine(story, "loads /isos/deb.iso");
        Assert.InRange(story.Boot.Events.Length, 5, 30);
    }

    [Fact]
    public void A_medium_that_cannot_be_read_is_named_before_all_else() =>
        Problem(AtMenu().Fetches(Kernel, outcome: BootFetchOutcome.Failed), Kernel + " could not be read", "copy the image anew");

    [Fact]
    public void A_kernel_that_says_nothing_for_long_may_lack_a_driver()
    {
        Story story = AtMenu().Fetches(Kernel).Fetches(Initrd);
        Assert.Equal(BootState.Fine, story.After(BootDiagnosis.KernelSilence - Moment).State);
        BootVerdict verdict = story.After(BootDiagnosis.KernelSilence);
        Assert.Equal(BootState.Waiting, verdict.State);
        Assert.Contains("no driver for this network card", verdict.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loader_that_is_loaded_again_and_again_does_not_run()
    {
        Story story = Uefi();
        for (int i = 0; i < 3; i++)
        {
            story.GetsAddress("snponly.efi").Fetches("/snponly.efi").Waits(TimeSpan.FromSeconds(30));
        }

        BootVerdict verdict = story.After(Moment);
        Assert.Equal(BootState.Problem, verdict.State);
        Assert.Contains("3 times in a row", verdict.Text, StringComparison.Ordinal);
        Assert.Contains("ipxe-amd64.efi", verdict.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_a_problem_before_firmware_had_its_time()
    {
        Fine(Uefi().GetsAddress("shimx64.efi").Fetches("/shimx64.efi"), "is booting");
        Fine(Bios().GetsAddress("undionly.kpxe"), "is booting");
        Fine(AtMenu().Fetches(Kernel).GivesUp(Initrd, 1, 2), null);
    }

    private static Story Uefi() => new(ClientFirmware.UefiX64);

    private static Story Bios() => new(ClientFirmware.Bios);

    private static Story AtMenu() => Bios().GetsAddress("undionly.kpxe").Fetches("/undionly.kpxe")
        .As(ClientStage.Ipxe).GetsAddress("http://192.168.100.1/menu.ipxe").Fetches("/menu.ipxe");

    private static void Problem(Story story, string text, string remedy)
    {
        BootVerdict verdict = story.After(Silence);
        Assert.Equal(BootState.Problem, verdict.State);
        Assert.Contains(text, verdict.Text, StringComparison.Ordinal);
        Assert.Contains(remedy, verdict.Remedy, StringComparison.Ordinal);
    }

    private static void Fine(Story story, string? text)
    {
        BootVerdict verdict = story.After(Moment);
        Assert.Equal(BootState.Fine, verdict.State);
        Assert.Contains(text ?? "", verdict.Text, StringComparison.Ordinal);
    }
}
