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

namespace Appliance.Tests.Boot;

public sealed class BootMenusTests : IDisposable
{
    private static readonly ClientMachine Pc = new(ClientFirmware.UefiX64, 8192);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_loader_that_comes_later_opens_the_entries_that_waited_for_it()
    {
        bool hasWimboot = false;
        var services = new BootServices("http://192.168.100.1") { HasLoader = _ => hasWimboot, OwnLoaders = "/srv/plugboot/loaders" };
        BootMenus menus = MakeMenus(services);
        menus.Update([TreeImage.Read("windows-11-x64").Build(_folder)]);
        Assert.Contains("not here: it needs wimboot: put that file into /srv/plugboot/loaders\n", Menu(menus, Pc), StringComparison.Ordinal);
        hasWimboot = true;
        Assert.False(menus.Refresh());
        Assert.Contains("kernel http://192.168.100.1/wimboot || goto failed-kernel\n", Menu(menus, Pc), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_comes_later_makes_the_plans_again()
    {
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"));
        LibraryImage image = TreeImage.Read("void-live").Build(_folder);
        menus.Update([image]);
        Assert.Equal("void", menus.PlanOf(image)!.Profile);
        _folder.Write("profiles/mine.json", """
            { "id": "mine", "name": "Mine", "priority": 100, "detect": [{ "label": ["VOID_LIVE"] }], "kernel": ["boot/vmlinuz"],
              "ways": [{ "id": "a", "title": "A", "parameters": "mine={server}" }] }
            """);
        Assert.True(menus.Refresh());
        Assert.Equal("mine", menus.PlanOf(image)!.Profile);
        Assert.Contains("/boot/vmlinuz mine=http://192.168.100.1 || goto failed-kernel\n", Menu(menus, Pc), StringComparison.Ordinal);
    }

    [Fact]
    public void A_PC_with_too_little_memory_is_told_so_and_another_one_gets_the_entry()
    {
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"));
        LibraryImage image = TreeImage.Read("proxmox-ve-9.0").Build(_folder, sizes: new Dictionary<string, long> { ["/"] = 1_640_000_000 });
        menus.Update([image]);
        Assert.Contains("proxmox-ve-9.0 (1.6 GB) - not here: needs 5.6 GB, this PC has 4 GB\n", Menu(menus, Pc with { MemoryMib = 4096 }), StringComparison.Ordinal);
        Assert.Contains("initrd http://192.168.100.1/isos/proxmox-ve-9.0.iso /proxmox.iso || goto failed-ramdisk\n", Menu(menus, Pc), StringComparison.Ordinal);
        Assert.Contains("/proxmox.iso", Menu(menus, Pc with { MemoryMib = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_set_for_one_machine_is_its_default_and_nobody_elses()
    {
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"));
        menus.Update([TreeImage.Read("void-live").Build(_folder)]);

        Assert.Contains("choose --default g-i0 --timeout ${wait} ", Menu(menus, Pc, "void-live"), StringComparison.Ordinal);
        Assert.Contains("choose --default local --timeout ${wait} ", Menu(menus, Pc, "no-longer-there"), StringComparison.Ordinal);
        Assert.Contains("choose --default local --timeout ${wait} ", Menu(menus, Pc), StringComparison.Ordinal);
    }

    [Fact]
    public void What_worked_on_a_machine_comes_first_and_what_failed_last_and_nobody_elses_menu_changes()
    {
        using var memory = MachineMemory.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"), memory);
        menus.Update([TreeImage.Read("debian-13.4-live-gnome").Build(_folder)]);
        const string Fetched = "fetch=http://192.168.100.1/boot/debian-13.4-live-gnome/live/filesystem.squashfs";
        Assert.Contains(Fetched, First(Menu(menus, Pc, client: Mac)), StringComparison.Ordinal);

        memory.Tried(Mac, new TriedWay("debian-13.4-live-gnome", "fetch", Worked: false));
        Assert.Contains("nfsroot=", First(Menu(menus, Pc, client: Mac)), StringComparison.Ordinal);
        Assert.Matches("\nitem others-0-1 copy its file system to memory - copies [^\n]+ - failed on this PC\n", Menu(menus, Pc, client: Mac));
        Assert.Contains(Fetched, First(Menu(menus, Pc)), StringComparison.Ordinal);

        memory.Tried(Mac, new TriedWay("debian-13.4-live-gnome", "fetch", Worked: true));
        Assert.Contains(Fetched, First(Menu(menus, Pc, client: Mac)), StringComparison.Ordinal);
        memory.Tried(Mac, new TriedWay("debian-13.4-live-gnome", "nfs", Worked: true));
        memory.Tried(Mac, new TriedWay("debian-13.4-live-gnome", "fetch", Worked: false));
        Assert.Contains("nfsroot=", First(Menu(menus, Pc, client: Mac)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_owner_says_of_an_image_wins_over_what_was_learned()
    {
        using var memory = MachineMemory.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"), memory);
        menus.Update([TreeImage.Read("debian-13.4-live-gnome").Build(_folder)]);
        memory.Tried(Mac, new TriedWay("debian-13.4-live-gnome", "nfs", Worked: false));
        var record = new ImageRecord("debian-13.4-live-gnome.iso") { BootMethod = BootMethods.Nfs };
        menus.Apply(MenuRecords.Empty with { Images = MenuRecords.Empty.Images.Add(record.Path, record) });
        Assert.Contains("nfsroot=", First(Menu(menus, Pc, client: Mac)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_of_the_other_kind_that_an_image_could_be_is_started_unasked_only_where_it_worked()
    {
        using var memory = MachineMemory.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"), memory);
        LibraryImage image = TreeImage.Read("truenas-scale").Build(_folder);
        menus.Update([image]);
        ClientMachine small = Pc with { MemoryMib = 2048 };
        Assert.Contains("\n:g-i0\nmenu -- ", Menu(menus, small, client: Mac), StringComparison.Ordinal);
        memory.Tried(Mac, new TriedWay("truenas-scale", menus.PlanOf(image)!.Options.First(static option => option.IsAlternative).Key, Worked: true));
        Assert.Contains("\n:g-i0\necho -- Starting ", Menu(menus, small, client: Mac), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_starts_its_own_default_unless_something_was_set_for_its_next_boot()
    {
        using var memory = MachineMemory.Open(_folder["state"], TimeProvider.System, NullLogger.Instance);
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"), memory);
        menus.Update([TreeImage.Read("void-live").Build(_folder)]);
        memory.SetDefault(Mac, "void-live");
        Assert.Contains("choose --default g-i0 ", Menu(menus, Pc, client: Mac), StringComparison.Ordinal);
        Assert.Contains("set wait 30000\n", Menu(menus, Pc, client: Mac), StringComparison.Ordinal);
        Assert.Contains("choose --default local ", Menu(menus, Pc, "local", Mac), StringComparison.Ordinal);
        Assert.Contains("choose --default local ", Menu(menus, Pc), StringComparison.Ordinal);
        using Payload grub = menus.OpenGrub(ClientFirmware.UefiX64, client: Mac);
        Assert.Contains("set default='g-i0'\n", Text(grub), StringComparison.Ordinal);
    }

    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("525400000001");

    /// <summary>The kernel that the first entry starts.</summary>
    private static string First(string menu) => menu[menu.IndexOf("\nkernel ", StringComparison.Ordinal)..].Split('\n')[1];

    private BootMenus MakeMenus(BootServices services, MachineMemory? memory = null) =>
        new(services, new ProfileFiles(_folder["profiles"]), new MenuOptions(), TimeProvider.System) { Memory = memory };

    private static string Menu(BootMenus menus, ClientMachine machine, string? next = null, PhysicalAddress? client = null)
    {
        using Payload payload = menus.OpenIpxe(machine, next, client);
        return Text(payload);
    }

    private static string Text(Payload payload)
    {
        byte[] bytes = new byte[payload.Length];
        payload.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
