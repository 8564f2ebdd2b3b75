using Appliance.Boot.Timeline;
using Appliance.Formats.Ipxe;

namespace Appliance.Boot;

/// <summary>Writes what starts one thing, in iPXE's language.</summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
/// <param name="root">Label of the menu, for what comes back.</param>
internal sealed class IpxeBootLines(string server, string root)
{
    private static readonly string NoKernel = IpxeReports.LabelOf(BootFailure.Kernel);
    private static readonly string NoRamDisk = IpxeReports.LabelOf(BootFailure.RamDisk);
    private static readonly string NoDisc = IpxeReports.LabelOf(BootFailure.Disc);
    private static readonly string NoStart = IpxeReports.LabelOf(BootFailure.Start);

    private readonly IpxeReports _reports = new(server);

    /// <summary>Writes the steps of one way of starting.</summary>
    /// <param name="script">The script.</param>
    /// <param name="title">What is started.</param>
    /// <param name="option">How.</param>
    /// <param name="token">Names it in reports (<see cref="BootChoice.TokenOf"/>).</param>
    public void Write(IpxeScript script, string title, BootOption option, string token)
    {
        script.Echo($"Starting {title} ...");
        if (option.Note is not null)
        {
            script.Echo(option.Note);
        }

        script.Line("imgfree").Line($"set way {token}");
        _reports.Write(script, $"chosen/{token}");
        switch (option.Line)
        {
            case LinuxBootLine linux:
                WriteLinux(script, linux, token);
                break;
            case WimbootBootLine windows:
                WriteWimboot(script, windows, token);
                break;
            case EfiProgramBootLine program:
                script.Line($"chain {Url(program.Program)} || goto {NoStart}").Goto(root);
                break;
            case SanBootLine disc:
                script.Line($"sanboot --no-describe {Url(disc.Image)} || goto {NoDisc}").Goto(root);
                break;
            case EsxiBootLine esxi:
                script.Line($"iseq ${{platform}} efi && set loader {Url(esxi.EfiLoader ?? esxi.BiosLoader!)} || set loader {Url(esxi.BiosLoader ?? esxi.EfiLoader!)}")
                    .Line($"kernel ${{loader}} -c {Url(esxi.Config)} || goto {NoKernel}");
                WriteStart(script, token);
                break;
            case MemdiskBootLine memdisk:
                WriteMemdisk(script, memdisk, token);
                break;
            default:
                throw new InvalidOperationException($"no script for {option.Line.GetType().Name}");
        }
    }

    private void WriteLinux(IpxeScript script, LinuxBootLine linux, string token)
    {
        // A kernel older than 5.7 that is started as an EFI program finds its RAM disks only by this name; all others
        // ignore it (Linux Documentation/admin-guide/efi-stub.rst).
        string initrd = linux.Initrds.IsEmpty && linux.Files.IsEmpty ? "" : " initrd=initrd.magic";

        // Before all other words: what stands behind "---" is taken over into an installed system. netX is the card that
        // iPXE used last (ipxe.org/cfg/netX).
        string card = linux.TellsInterface ? " BOOTIF=01-${netX/mac:hexhyp}" : "";
        string words = IpxeText.Parameters(linux.Parameters);
        script.Line($"kernel {Url(linux.Kernel)}{initrd}{card} {words} || goto {NoKernel}".Replace("  ", " ", StringComparison.Ordinal));
        foreach (string path in linux.Initrds)
        {
            script.Line($"initrd {Url(path)} || goto {NoRamDisk}");
        }

        // iPXE puts a file with a name of its own into the initial RAM file system under that name.
        foreach (NamedFile file in linux.Files)
        {
            script.Line($"initrd {Url(file.Path)} {IpxeText.UrlPath(file.Name)} || goto {NoRamDisk}");
        }

        if (linux.Shim is not null)
        {
            script.Line($"shim {Url(linux.Shim)} || goto {NoKernel}");
        }

        WriteStart(script, token);
    }

    private void WriteWimboot(IpxeScript script, WimbootBootLine windows, string token)
    {
        script.Line($"kernel {server}/{WimbootBootLine.Loader} {IpxeText.Parameters(windows.Parameters)}".TrimEnd() + $" || goto {NoKernel}");
        foreach (NamedFile file in windows.Files)
        {
            script.Line($"initrd {Url(file.Path)} {IpxeText.UrlPath(file.Name)} || goto {NoRamDisk}");
        }

        WriteStart(script, token);
    }

    private void WriteMemdisk(IpxeScript script, MemdiskBootLine memdisk, string token)
    {
        string medium = memdisk.Medium switch
        {
            MemdiskMedium.Floppy => "floppy raw",
            MemdiskMedium.Cdrom => "iso raw",
            _ => "harddisk raw",
        };
        script.Line($"kernel {server}/memdisk {medium} || goto {NoKernel}")
            .Line($"initrd {Url(memdisk.Image)} || goto {NoRamDisk}");
        WriteStart(script, token);
    }

    private void WriteStart(IpxeScript script, string token)
    {
        _reports.Write(script, $"loaded/{token}");
        script.Line($"boot || goto {NoStart}");
    }

    private string Url(string path) => server + IpxeText.UrlPath(path);
}
