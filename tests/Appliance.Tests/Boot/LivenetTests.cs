using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>Whether dracut's RAM disk can fetch its root is looked up in the RAM disk itself.</summary>
public sealed class LivenetTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("usr/sbin/livenetroot", "squashfs")]
    [InlineData("sbin/livenetroot", "squashfs")]
    [InlineData("usr/sbin/dmsquash-live-root", "carried")]
    [InlineData(null, "squashfs")]
    public async Task A_live_system_without_livenet_gets_its_file_system_inside_its_RAM_disk(string? entry, string way)
    {
        BootPlan plan = await PlanAsync(entry);
        BootOption option = Assert.Single(plan.Options);
        Assert.Equal(way, option.Id);
        Assert.Equal(way == "carried", plan.Missing.Any(static missing => missing.Reason.Contains("left livenet out of its initial RAM disk", StringComparison.Ordinal)));
        LinuxBootLine line = Assert.IsType<LinuxBootLine>(option.Line);
        if (way == "carried")
        {
            Assert.Equal(new NamedFile("/boot/live/LiveOS/squashfs.img", "/LiveOS.img"), Assert.Single(line.Files));
            Assert.StartsWith("root=live:/LiveOS.img ", line.Parameters, StringComparison.Ordinal);
        }
    }

    private async Task<BootPlan> PlanAsync(string? entry)
    {
        TreeImage.Read("fedora-41-workstation-live").Build(_folder);
        Directory.CreateDirectory(_folder["isos"]);
        File.Move(_folder["fedora-41-workstation-live.iso"], _folder["isos/live.iso"]);
        if (entry is not null)
        {
            // Of the owner's own, which takes the place of the image's.
            _folder.Write($"root/{entry}", "x");
            Directory.CreateDirectory(_folder["isos/live/images/pxeboot"]);
            Tool.Run("cpio", "sh", "-c", $"cd {_folder["root"]} && find . -mindepth 1 | sed 's,^./,,' | cpio -o -H newc --quiet | gzip > {_folder["isos/live/images/pxeboot/initrd.img"]}");
            File.SetLastWriteTimeUtc(_folder["isos/live/images/pxeboot/initrd.img"], DateTime.UtcNow - TimeSpan.FromMinutes(1));
        }

        File.SetLastWriteTimeUtc(_folder["isos/live.iso"], DateTime.UtcNow - TimeSpan.FromMinutes(1));
        using var library = new ImageLibrary(new StorageOptions { Media = _folder.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        return new BootPlanner(new BootServices("http://192.168.100.1"), SampleProfiles.Shipped).Plan(Assert.Single(library.Current.Images));
    }
}
