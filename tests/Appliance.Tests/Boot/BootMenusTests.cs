using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Images;

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
        Assert.Contains("kernel http://192.168.100.1/wimboot || goto failed\n", Menu(menus, Pc), StringComparison.Ordinal);
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
        Assert.Contains("/boot/vmlinuz mine=http://192.168.100.1 || goto failed\n", Menu(menus, Pc), StringComparison.Ordinal);
    }

    [Fact]
    public void A_PC_with_too_little_memory_is_told_so_and_another_one_gets_the_entry()
    {
        BootMenus menus = MakeMenus(new BootServices("http://192.168.100.1"));
        LibraryImage image = TreeImage.Read("proxmox-ve-9.0").Build(_folder, sizes: new Dictionary<string, long> { ["/"] = 1_640_000_000 });
        menus.Update([image]);
        Assert.Contains("proxmox-ve-9.0 (1.6 GB) - not here: needs 5.6 GB, this PC has 4 GB\n", Menu(menus, Pc with { MemoryMib = 4096 }), StringComparison.Ordinal);
        Assert.Contains("initrd http://192.168.100.1/isos/proxmox-ve-9.0.iso /proxmox.iso || goto failed\n", Menu(menus, Pc), StringComparison.Ordinal);
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

    private BootMenus MakeMenus(BootServices services) =>
        new(services, new ProfileFiles(_folder["profiles"]), new MenuOptions(), TimeProvider.System);

    private static string Menu(BootMenus menus, ClientMachine machine, string? next = null)
    {
        using Payload payload = menus.OpenIpxe(machine, next);
        byte[] bytes = new byte[payload.Length];
        payload.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
