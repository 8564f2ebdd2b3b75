using Appliance.Boot;
using Appliance.Images;
using Appliance.Images.Injection;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot;

/// <summary>What an image's plan says of the owner's files for it: nothing is injected that is not shown.</summary>
public sealed class InjectedPlanTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Linux_gets_one_more_RAM_disk_behind_its_own_and_the_need_of_memory_grows()
    {
        BootOption plain = Plan("debian-13.4-live-gnome").Options[0];
        using (FileStream file = File.Create(_folder.Write("inject/debian-13.4-live-gnome.iso/etc/motd", "")))
        {
            file.SetLength(3 << 20);
        }

        BootPlan plan = Plan("debian-13.4-live-gnome");
        Assert.Equal("etc/motd", Assert.Single(plan.Injected).Path);
        Assert.All(plan.Options.Select(static option => option.Line).OfType<LinuxBootLine>(), static line =>
            Assert.Equal("/inject/debian-13.4-live-gnome/injected.cpio", line.Initrds[^1]));
        LinuxBootLine before = Assert.IsType<LinuxBootLine>(plain.Line);
        Assert.Equal(before.Initrds.AsEnumerable(), Assert.IsType<LinuxBootLine>(plan.Options[0].Line).Initrds.SkipLast(1));
        Assert.Equal(plain.MemoryMib + 6, plan.Options[0].MemoryMib);
        Assert.Equal(plain.Bytes + (3 << 20), plan.Options[0].Bytes);
    }

    [Fact]
    public void Wimboot_gets_each_file_by_its_name_and_the_owners_comes_first()
    {
        _folder.Write("inject/windows-11-x64.iso/winpeshl.ini", "x");
        _folder.Write("inject/windows-11-x64.iso/BOOT.WIM", "x");
        _folder.Write("inject/windows-11-x64.iso/deeper/file", "x");
        var line = Assert.IsType<WimbootBootLine>(Plan("windows-11-x64").Options[0].Line);
        Assert.Equal(
            [new NamedFile("/inject/windows-11-x64/BOOT.WIM", "BOOT.WIM"), new NamedFile("/inject/windows-11-x64/winpeshl.ini", "winpeshl.ini")],
            line.Files.OrderBy(static file => file.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void A_kernel_without_a_RAM_disk_gets_none_and_other_images_get_nothing()
    {
        _folder.Write("inject/memtest86plus-6.10-x64.iso/a", "x");
        Assert.DoesNotContain(Plan("memtest86plus-6.10-x64").Options, static option => option.Line is LinuxBootLine { Initrds.IsEmpty: false });
        Assert.Empty(Plan("windows-11-x64").Injected);
    }

    [Fact]
    public void What_cannot_be_injected_is_said_and_the_image_starts_without()
    {
        for (int i = 0; i <= Injections.MaxFiles; i++)
        {
            _folder.Write($"inject/debian-13.4-live-gnome.iso/{i}", "");
        }

        BootPlan plan = Plan("debian-13.4-live-gnome");
        Assert.Contains(plan.Missing, static way => way.Reason.StartsWith("more than 1000 files are to be injected", StringComparison.Ordinal));
        Assert.Single(Assert.IsType<LinuxBootLine>(plan.Options[0].Line).Initrds);
    }

    [Fact]
    public void The_report_of_an_image_lists_each_file()
    {
        _folder.Write("inject/debian-13.4-live-gnome.iso/scripts/hook", "#!/bin/sh\n");
        BootServices services = Services();
        LibraryImage image = TreeImage.Read("debian-13.4-live-gnome").Build(_folder);
        string[] report = [.. ExplainReport.Write(image, new BootPlanner(services, SampleProfiles.Shipped).Plan(image), services, static _ => null)];
        Assert.Contains("  injected: /scripts/hook (0 kB, executable)", report);
        Assert.Contains("      initrd: /inject/debian-13.4-live-gnome/injected.cpio", report);
    }

    private BootPlan Plan(string tree) => new BootPlanner(Services(), SampleProfiles.Shipped).Plan(TreeImage.Read(tree).Build(_folder));

    private BootServices Services()
    {
        var injections = new Injections(_folder["inject"]);
        injections.Refresh();
        return new BootServices("http://192.168.100.1") { Injections = injections };
    }
}
