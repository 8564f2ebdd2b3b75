using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Boot.Timeline;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Images.Injection;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

public sealed class BootFilesTests : IAsyncLifetime, IDisposable
{
    private static readonly IPAddress Known = IPAddress.Parse("192.168.100.100");
    private static readonly IPAddress Stranger = IPAddress.Parse("192.168.100.150");

    private readonly TestFolder _folder = new();
    private readonly BootClients _clients = new();
    private readonly ImageLibrary _library;
    private readonly BootMenus _menus;
    private readonly NextBoots _next;
    private readonly BootTimeline _timeline = new(TimeProvider.System);
    private readonly MachineMemory _memory;
    private readonly BootFiles _files;

    public BootFilesTests()
    {
        var storage = new StorageOptions { Media = _folder.Path, Loaders = _folder["shipped"] };
        _folder.Write("shipped/undionly.kpxe", "loader");
        _folder.Write("shipped/boot.scr.uimg", "script");
        _folder.Write("shipped/pxelinux.cfg/01-52-54-00-00-00-01", "mine");
        _folder.Write("shipped/pxelinux.cfg/default-arm", "all");
        _folder.Write("shipped/raspberrypi/start4.elf", "common");
        _folder.Write("shipped/raspberrypi/bootcode.bin", "first");
        _folder.Write("shipped/raspberrypi/overlays/a.dtbo", "overlay");
        _folder.Write("shipped/0a1b2c3d/start4.elf", "own");
        _folder.Write("tree/a b/file.txt", "inside");
        foreach (string image in new[] { "Größe #1", "rescue/disc", "rescue" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"isos/{image}.iso"])!);
            Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-b", "a b/file.txt", "-no-emul-boot", "-o", _folder[$"isos/{image}.iso"], _folder["tree"]);
            File.SetLastWriteTimeUtc(_folder[$"isos/{image}.iso"], DateTime.UtcNow.AddMinutes(-1));
        }

        _folder.Write("inject/rescue/disc.iso/etc/motd", "injected");
        _library = new ImageLibrary(storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        var loaders = new LoaderFiles(storage);
        loaders.Refresh();
        var injections = new Injections(storage.Inject);
        _menus = new BootMenus(
            new BootServices("http://192.168.100.1") { Injections = injections, ServerIpv6 = "http://[fd5a::1]" },
            new ProfileFiles(storage.OwnProfiles), new MenuOptions(), TimeProvider.System);
        _next = NextBoots.Open(_folder["state"], NullLogger.Instance);
        _memory = MachineMemory.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        _files = new BootFiles(_library, loaders, _menus, _clients, _next, injections, new BootReports(_menus, _timeline, _memory, TimeProvider.System));
        _clients.Remember(Known, new NetbootClient { Mac = PhysicalAddress.Parse("525400000001"), Stage = ClientStage.Ipxe, Firmware = ClientFirmware.UefiX64 });
    }

    public async Task InitializeAsync()
    {
        await _library.ScanAsync(CancellationToken.None);
        _menus.Update(_library.Current.Images);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _next.Dispose();
        _memory.Dispose();
        _library.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/undionly.kpxe", "loader")]
    [InlineData("/UNDIONLY.KPXE", "loader")]
    [InlineData("/boot/Größe #1/a b/file.txt", "inside")]
    [InlineData("/boot/rescue/disc/a b/file.txt", "inside")]
    [InlineData("/boot/rescue/a b/file.txt", "inside")]
    [InlineData("/boot/RESCUE/disc/A B/FILE.TXT", "inside")]
    [InlineData("/inject/rescue/disc/etc/motd", "injected")]
    [InlineData("/inject/RESCUE/disc/ETC/motd", "injected")]
    public void A_published_name_opens_what_it_names(string path, string content) => Assert.Equal(content, Read(path, Stranger));

    [Fact]
    public void All_that_is_injected_into_an_image_is_one_archive()
    {
        Assert.StartsWith("070701", Read("/inject/rescue/disc/injected.cpio", Stranger), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/isos/Größe #1.iso")]
    [InlineData("/isos/rescue/disc.iso")]
    [InlineData("/isos/RESCUE/DISC.ISO")]
    public void A_whole_image_has_the_files_own_bytes(string path)
    {
        using Payload payload = _files.TryOpen(path, Stranger, BootProtocol.Http)!;
        byte[] bytes = new byte[payload.Length];
        Assert.Equal(bytes.Length, payload.Read(0, bytes));
        Assert.Equal(bytes, File.ReadAllBytes(Directory.EnumerateFiles(_folder["isos"], Path.GetFileName(path), new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive }).Single()));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/boot/")]
    [InlineData("/boot/none/a")]
    [InlineData("/boot/rescue/disc")]
    [InlineData("/inject/")]
    [InlineData("/inject/rescue/injected.cpio")]
    [InlineData("/inject/rescue/disc")]
    [InlineData("/inject/rescue/disc/etc")]
    [InlineData("/inject/rescue/disc.iso/etc/motd")]
    [InlineData("/boot/rescue/a b")]
    [InlineData("/isos/")]
    [InlineData("/isos/rescue")]
    [InlineData("/isos/none.iso")]
    [InlineData("/menu/")]
    [InlineData("/menu/pcbios-sparc.ipxe")]
    [InlineData("/menu/pcbios-i386-1-1-1-1.ipxe")]
    [InlineData("/menu/pcbios.ipxe")]
    [InlineData("/menu/pcbios-i386")]
    [InlineData("/etc/passwd")]
    public void Other_names_are_not_there(string path) => Assert.Null(_files.TryOpen(path, Stranger, BootProtocol.Http));

    [Theory]
    [InlineData("/menu.ipxe", "chain --replace http://[fd5a::1]/menu/")]
    [InlineData("/autoexec.ipxe", "chain --replace http://[fd5a::1]/menu.ipxe")]
    [InlineData("/menu/pcbios-i386.ipxe", "http://[fd5a::1]/")]
    [InlineData("/grub/grub.cfg", "($root)/grub/")]
    public void A_loader_that_comes_over_ipv6_is_told_urls_of_ipv6(string path, string expected)
    {
        string? script = Read(path, IPAddress.Parse("fd5a::77"));

        Assert.Contains(expected, script, StringComparison.Ordinal);
        Assert.DoesNotContain("http://192.168.100.1", script, StringComparison.Ordinal);
        Assert.DoesNotContain("fd5a", Read(path, Stranger), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_is_sent_to_the_menu_for_its_firmware_and_memory()
    {
        Assert.Contains("/menu/${platform}-${buildarch}-${memsize}-", Read("/menu.ipxe", Known), StringComparison.Ordinal);
        Assert.Contains("sanboot --no-describe --drive 0x80", Read("/menu/pcbios-i386.ipxe", Stranger), StringComparison.Ordinal);
        Assert.Contains("exit 1", Read("/menu/efi-x86_64.ipxe", Stranger), StringComparison.Ordinal);
        Assert.Equal(Read("/menu/efi-x86_64.ipxe", Stranger), Read("/menu/efi-x86_64--.ipxe", Stranger));
        Assert.Equal(Read("/menu/efi-x86_64-4075-0.ipxe", Stranger), Read("/menu/efi-x86_64-4096-00.ipxe", Stranger));
    }

    [Fact]
    public void A_known_client_that_comes_by_TFTP_gets_its_menu_at_once_because_it_may_have_no_HTTP()
    {
        using Payload menu = _files.TryOpen("/menu.ipxe", Known, BootProtocol.Tftp)!;
        byte[] bytes = new byte[menu.Length];
        menu.Read(0, bytes);
        Assert.Equal(Read("/menu/efi-x86_64.ipxe", Known), Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public async Task A_new_image_is_in_the_next_menu_and_a_removed_one_is_gone()
    {
        File.Move(_folder["isos/rescue/disc.iso"], _folder["isos/rescue/moved.iso"]);
        File.SetLastWriteTimeUtc(_folder["isos/rescue/moved.iso"], DateTime.UtcNow.AddMinutes(-1));
        await _library.ScanAsync(CancellationToken.None);
        _menus.Update(_library.Current.Images);
        string menu = Read("/menu/pcbios-i386.ipxe", Known)!;
        Assert.Contains("moved", menu, StringComparison.Ordinal);
        Assert.DoesNotContain("disc (", menu, StringComparison.Ordinal);
        Assert.Null(_files.TryOpen("/isos/rescue/disc.iso", Known, BootProtocol.Http));
    }

    [Theory]
    [InlineData("/pxelinux.cfg/01-52-54-00-00-00-01", "mine")]
    [InlineData("/pxelinux.cfg/default-arm", "all")]
    [InlineData("/boot.scr.uimg", "script")]
    [InlineData("/0a1b2c3d/start4.elf", "own")]
    [InlineData("/deadbeef/start4.elf", "common")]
    [InlineData("/dc-a6-32-01-02-03/start4.elf", "common")]
    [InlineData("/deadbeef/overlays/a.dtbo", "overlay")]
    [InlineData("/bootcode.bin", "first")]
    public void A_board_gets_its_own_file_or_that_of_its_kind(string path, string content) => Assert.Equal(content, Read(path, Stranger));

    [Theory]
    [InlineData("/pxelinux.cfg/01-52-54-00-00-00-02")]
    [InlineData("/pxelinux.cfg/default")]
    [InlineData("/deadbeef/none.elf")]
    [InlineData("/deadbee/start4.elf")]
    [InlineData("/deadbeeg/start4.elf")]
    [InlineData("/dc:a6:32:01:02:03/start4.elf")]
    [InlineData("/start4.elf")]
    public void A_board_is_told_that_a_file_is_not_there_so_that_it_goes_on_to_the_next(string path) => Assert.Null(Read(path, Stranger));

    [Fact]
    public void A_machine_starts_once_what_was_set_for_it_and_the_others_do_not()
    {
        _next.Set(new NextBoot(PhysicalAddress.Parse("525400000001"), "rescue/disc", Once: true));

        string other = Read("/menu/pcbios-i386.ipxe", Stranger)!;
        string first = Read("/menu/pcbios-i386.ipxe", Known)!;

        Assert.Contains("set wait 30000\n", other, StringComparison.Ordinal);
        Assert.Contains("set wait 5000\n", first, StringComparison.Ordinal);
        Assert.Equal(other, Read("/menu/pcbios-i386.ipxe", Known));
    }

    [Theory]
    [InlineData("/grub/menu-x86_64.cfg")]
    [InlineData("/grub/secure-x86_64.cfg")]
    public void Grub_starts_once_what_was_set_for_its_machine(string menu)
    {
        _next.Set(new NextBoot(PhysicalAddress.Parse("525400000001"), "local", Once: true));

        Assert.Contains("set timeout=30\n", Read(menu, Stranger), StringComparison.Ordinal);
        Assert.Contains("set timeout=30\n", Read("/grub/grub.cfg", Known) + Read(menu, Stranger), StringComparison.Ordinal);
        Assert.Contains("set timeout=5\n", Read(menu, Known), StringComparison.Ordinal);
        Assert.Contains("set timeout=30\n", Read(menu, Known), StringComparison.Ordinal);
    }

    [Fact]
    public void By_TFTP_too_a_machine_starts_what_was_set_for_it()
    {
        _next.Set(new NextBoot(PhysicalAddress.Parse("525400000001"), "local", Once: false));

        using Payload menu = _files.TryOpen("/menu.ipxe", Known, BootProtocol.Tftp)!;
        byte[] bytes = new byte[menu.Length];
        menu.Read(0, bytes);
        Assert.Contains("set wait 5000\n", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_finds_what_begins_with_its_letters()
    {
        string found = Read("/menu/efi-x86_64-2048-0/search/di.ipxe", Stranger)!;
        Assert.Contains("menu -- Plugboot - what begins with \"di\"\nitem g-i0 disc (", found, StringComparison.Ordinal);
        Assert.DoesNotContain("Größe", found, StringComparison.Ordinal);
        Assert.Contains("Größe", Read("/menu/efi-x86_64/search/.ipxe", Stranger), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_search_has_64_letters_at_most(int length, bool isPublished) =>
        Assert.Equal(isPublished, Read($"/menu/efi-x86_64/search/{new string('x', length)}.ipxe", Stranger) is not null);

    [Fact]
    public void A_search_uses_up_no_boot_that_was_set_for_once()
    {
        _next.Set(new NextBoot(PhysicalAddress.Parse("525400000001"), "local", Once: true));
        Read("/menu/efi-x86_64/search/d.ipxe", Known);
        Assert.Single(_next.List());
    }

    [Theory]
    [InlineData("/menu/efi-x86_64/find/d.ipxe")]
    [InlineData("/menu/sparc/search/d.ipxe")]
    [InlineData("/menu/efi-x86_64/search/a/b.ipxe")]
    [InlineData("/esxi/rescue/boot.cfg")]
    [InlineData("/esxi/none/boot.cfg")]
    [InlineData("/esxi//boot.cfg")]
    [InlineData("/api/boot-status/shell")]
    [InlineData("/api/images")]
    public void What_no_script_of_ours_asks_for_is_not_there(string path) => Assert.Null(Read(path, Known));

    [Fact]
    public void A_report_is_answered_with_a_script_that_does_nothing_and_by_HTTP_only()
    {
        Assert.Equal("#!ipxe\n", Read("/api/boot-status/menu", Known));
        Assert.Null(_files.TryOpen("/api/boot-status/menu", Known, BootProtocol.Tftp));
    }

    private string? Read(string path, IPAddress client)
    {
        using Payload? payload = _files.TryOpen(path, client, BootProtocol.Http);
        byte[] bytes = new byte[payload?.Length ?? 0];
        payload?.Read(0, bytes);
        return payload is null ? null : Encoding.UTF8.GetString(bytes);
    }
}
