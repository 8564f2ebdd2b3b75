using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot.AutoInstall;

/// <summary>Unattended installations from the catalog to the menu and the file that the installer fetches.</summary>
public sealed class UnattendedTests : IDisposable
{
    private const string Title = "unattended (mine): ERASES this PC's disk";
    private static readonly IPAddress Address = IPAddress.Parse("192.168.100.100");
    private static readonly IPAddress Stranger = IPAddress.Parse("192.168.100.150");
    private static readonly PhysicalAddress Pc = PhysicalAddress.Parse("525400123456");

    private readonly TestFolder _folder = new();
    private readonly BootClients _clients = new();
    private readonly ImageLibrary _library;
    private readonly BootMenus _menus;
    private readonly BootFiles _files;
    private MenuRecords _records = MenuRecords.Empty;

    public UnattendedTests()
    {
        var storage = new StorageOptions { Media = _folder["media"] };
        _library = new ImageLibrary(storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        _menus = new BootMenus(
            new BootServices("http://192.168.100.1") { HasLoader = static _ => true }, new ProfileFiles("/none"), new MenuOptions(), TimeProvider.System);
        _files = new BootFiles(_library, new LoaderFiles(storage), _menus, _clients);
        _clients.Remember(Address, new NetbootClient { Mac = Pc, Stage = ClientStage.Ipxe, Firmware = ClientFirmware.UefiX64 });
    }

    public void Dispose()
    {
        _library.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// What each installer must be told, in front of its other words: what stands behind <c>---</c> goes to the installed
    /// system.
    /// </summary>
    [Theory]
    [InlineData("debian-12-netboot-text", "preseed", "preseed.cfg", " auto=true priority=critical interface=auto netcfg/no_default_route=true netcfg/get_nameservers= url={0}preseed.cfg ")]
    [InlineData("rocky-9.0-dvd", "kickstart", "ks.cfg", " inst.ks={0}ks.cfg inst.repo=")]
    [InlineData("ubuntu-24.04-live-server", "cloud-init", "user-data", " autoinstall ds=nocloud-net;s={0} boot=casper ")]
    [InlineData("opensuse-leap-15-dvd", "autoyast", "autoinst.xml", " autoyast={0}autoinst.xml install=")]
    [InlineData("opensuse-leap-16.0-offline", "agama", "profile.json", " inst.auto={0}profile.json root=live:")]
    [InlineData("proxmox-ve-9.0", "proxmox", "answer.toml", " proxmox-start-auto-installer ro ramdisk_size=")]
    [InlineData("windows-11-x64", "unattend", "autounattend.xml", "\ninitrd {0}autounattend.xml autounattend.xml || goto failed-ramdisk\ninitrd {0}winpeshl.ini winpeshl.ini ")]
    public async Task Each_installer_is_told_where_its_answers_are(string tree, string kind, string file, string told)
    {
        LibraryImage image = await AddAsync(tree);
        Assert.DoesNotContain("unattended", Menu(), StringComparison.Ordinal);
        Assert.Null(Read(tree, file));
        Put(new AnswerRecord("mine", kind) { Content = "server=${server}", Images = [image.RelativePath] });
        Assert.Contains($"Install {tree} {Title}", Menu(), StringComparison.Ordinal);
        string url = $"http://192.168.100.1/autoinstall/{tree}/";
        Assert.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, told, url), Menu(), StringComparison.Ordinal);
        Assert.Equal("server=http://192.168.100.1", Read(tree, file));
    }

    [Fact]
    public async Task GRUB_is_told_the_same_and_quotes_what_it_would_take_for_the_end_of_a_command()
    {
        LibraryImage image = await AddAsync("ubuntu-24.04-live-server");
        Put(new AnswerRecord("mine", "cloud-init") { Images = [image.RelativePath] });
        using Payload menu = _menus.OpenGrub(ClientFirmware.UefiX64);
        Assert.Contains(
            " autoinstall 'ds=nocloud-net;s=http://192.168.100.1/autoinstall/ubuntu-24.04-live-server/' boot=casper", Text(menu), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_of_another_kind_are_for_nobody_and_an_image_without_an_installer_has_none()
    {
        await AddAsync("debian-12-netboot-text");
        await AddAsync("memtest86plus-6.10-x64");
        Put(new AnswerRecord("mine", "kickstart") { Images = ["debian-12-netboot-text.iso", "memtest86plus-6.10-x64.iso"] });
        Assert.DoesNotContain("unattended", Menu(), StringComparison.Ordinal);
        Assert.Null(Read("debian-12-netboot-text", "ks.cfg"));
        Assert.Null(Read("memtest86plus-6.10-x64", "ks.cfg"));
    }

    [Fact]
    public async Task A_clients_own_answers_come_before_its_groups_and_those_before_the_images()
    {
        await AddAsync("debian-12-netboot-text");
        Put(new AnswerRecord("a-image", "preseed") { Content = "image", Images = ["debian-12-netboot-text.iso"] });
        Assert.Equal("image", Read("debian-12-netboot-text", "preseed.cfg"));
        _records = _records with { ClientGroups = _records.ClientGroups.Add("Room", new ClientGroupRecord("Room") { Members = ["52:54:00:12:34:56"] }) };
        Put(new AnswerRecord("b-group", "preseed") { Content = "group", Groups = ["room"] });
        Assert.Equal("group", Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.Contains("unattended (b-group)", Menu(Pc), StringComparison.Ordinal);
        Assert.Contains("unattended (a-image)", Menu(), StringComparison.Ordinal);
        Put(new AnswerRecord("c-client", "preseed") { Content = "client", Clients = ["52:54:00:12:34:56"] });
        Assert.Equal("client", Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.Equal("image", Read("debian-12-netboot-text", "preseed.cfg", Stranger));
    }

    /// <summary>Answers hold passwords.</summary>
    [Fact]
    public async Task Answers_are_read_by_nobody_who_would_not_install_by_them()
    {
        await AddAsync("debian-12-netboot-text");
        await AddAsync("rocky-9.0-dvd");
        Put(new AnswerRecord("mine", "preseed") { Content = "secret", Clients = ["52:54:00:12:34:56"] });
        Assert.Equal("secret", Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.Null(Read("debian-12-netboot-text", "preseed.cfg", Stranger));
        foreach (string path in new[] { "debian-12-netboot-text/", "debian-12-netboot-text/mine", "rocky-9.0-dvd/preseed.cfg", "mine/preseed.cfg", "mine", "none/preseed.cfg" })
        {
            Assert.Null(_files.TryOpen("/autoinstall/" + path, Address, BootProtocol.Http));
        }

        ImageRecord image = new("debian-12-netboot-text.iso") { Group = "hidden" };
        MenuRecords open = _records;
        _records = open with
        {
            Images = open.Images.Add(image.Path, image),
            Groups = open.Groups.Add("hidden", new GroupRecord("hidden", null, 0, Enabled: false)),
        };
        _menus.Apply(_records);
        Assert.Null(Read("debian-12-netboot-text", "preseed.cfg"));
        _records = open with { Images = open.Images.Add(image.Path, image with { Group = null, Public = false }) };
        _menus.Apply(_records);
        Assert.Null(Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.DoesNotContain("unattended", Menu(Pc), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_made_for_the_client_that_asks_and_one_that_is_not_known_is_told_why_not()
    {
        await AddAsync("debian-12-netboot-text");
        Put(new AnswerRecord("mine", "preseed") { Content = "${mac} ${hostname}", Images = ["debian-12-netboot-text.iso"] });
        Assert.Equal("52:54:00:12:34:56 pc-123456", Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.Throws<NotPublishedException>(() => Read("debian-12-netboot-text", "preseed.cfg", Stranger));
        _records = _records with { Clients = _records.Clients.Add("52:54:00:12:34:56", new ClientRecord("52:54:00:12:34:56") { Name = "Bench 7" }) };
        _menus.Apply(_records);
        Assert.Equal("52:54:00:12:34:56 bench-7", Read("debian-12-netboot-text", "preseed.cfg"));
        Assert.Contains(" hostname=bench-7 domain= url=", Menu(Pc), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoCloud_finds_its_two_other_files()
    {
        await AddAsync("ubuntu-24.04-live-server");
        Put(new AnswerRecord("mine", "cloud-init") { Content = "#cloud-config\n", Images = ["ubuntu-24.04-live-server.iso"] });
        Assert.Equal("instance-id: plugboot-mine\n", Read("ubuntu-24.04-live-server", "meta-data"));
        Assert.Equal("", Read("ubuntu-24.04-live-server", "vendor-data"));
        Assert.Null(Read("ubuntu-24.04-live-server", "network-config"));
    }

    [Fact]
    public async Task Setup_is_started_with_the_answers_unless_the_owner_starts_it()
    {
        LibraryImage image = await AddAsync("windows-11-x64");
        Put(new AnswerRecord("mine", "unattend") { Images = [image.RelativePath] });
        Assert.Contains("/unattend:%SYSTEMROOT%\\System32\\autounattend.xml\r\n", Read("windows-11-x64", "winpeshl.ini"), StringComparison.Ordinal);
        _folder.Write("inject/windows-11-x64.iso/winpeshl.ini", "mine");
        var injections = new Appliance.Images.Injection.Injections(_folder["inject"]);
        injections.Refresh();
        var services = new BootServices("http://192.168.100.1") { Injections = injections, HasLoader = static _ => true };
        var menu = MenuModel.Build(
            [(image, new BootPlanner(services, SampleProfiles.Shipped).Plan(image))],
            new MenuAudience(new ClientMachine(ClientFirmware.Bios), services) { Records = _records });
        WimbootBootLine line = Assert.IsType<WimbootBootLine>(menu.Entries[1].Options.Single().Line);
        Assert.Equal(["/inject/windows-11-x64/winpeshl.ini"], line.Files.Where(static file => file.Name == "winpeshl.ini").Select(static file => file.Path));
    }

    [Theory]
    [InlineData("debian-12-netboot-text", false)]
    [InlineData("debian-12-netboot-text.iso", false)]
    [InlineData("debian-12-netboot-text//unattended", true)]
    [InlineData("local", false)]
    public async Task It_starts_by_itself_only_where_its_owner_named_it(string next, bool starts)
    {
        await AddAsync("debian-12-netboot-text");
        Put(new AnswerRecord("mine", "preseed") { Images = ["debian-12-netboot-text.iso"] });
        string[] script = Menu(Pc, next).Split('\n');
        string label = script.Single(static line => line.StartsWith("item g-", StringComparison.Ordinal) && line.Contains(Title, StringComparison.Ordinal)).Split(' ')[1];
        Assert.Equal(starts, script.Any(line => line.StartsWith($"choose --default {label} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_machine_that_cannot_start_the_image_has_no_such_entry()
    {
        await AddAsync("debian-12-netboot-text");
        Put(new AnswerRecord("mine", "preseed") { Images = ["debian-12-netboot-text.iso"] });
        using Payload menu = _menus.OpenIpxe(new ClientMachine(ClientFirmware.UefiArm64));
        Assert.DoesNotContain("unattended", Text(menu), StringComparison.Ordinal);
    }

    private async Task<LibraryImage> AddAsync(string tree)
    {
        TreeImage.Read(tree).Build(_folder);
        string target = _folder[$"media/isos/{tree}.iso"];
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(_folder[$"{tree}.iso"], target);
        File.SetLastWriteTimeUtc(target, DateTime.UtcNow - TimeSpan.FromMinutes(1));
        await _library.ScanAsync(CancellationToken.None);
        _menus.Update(_library.Current.Images);
        return _library.Current.Images.Single(image => image.Id == tree);
    }

    private void Put(AnswerRecord answer)
    {
        _records = _records with { Answers = _records.Answers.SetItem(answer.Id, answer) };
        _menus.Apply(_records);
    }

    private string Menu(PhysicalAddress? client = null, string? next = null)
    {
        using Payload menu = _menus.OpenIpxe(new ClientMachine(ClientFirmware.UefiX64), next, client);
        return Text(menu);
    }

    private string? Read(string image, string file, IPAddress? client = null)
    {
        using Payload? payload = _files.TryOpen($"/autoinstall/{image}/{file}", client ?? Address, BootProtocol.Http);
        return payload is null ? null : Text(payload);
    }

    private static string Text(Payload payload)
    {
        byte[] bytes = new byte[payload.Length];
        Assert.Equal(bytes.Length, payload.Read(0, bytes));
        return Encoding.UTF8.GetString(bytes);
    }
}
