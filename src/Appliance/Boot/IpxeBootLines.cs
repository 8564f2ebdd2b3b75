using Appliance.Formats.Ipxe;

namespace Appliance.Boot;

/// <summary>Writes what starts one thing, in iPXE's language.</summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
/// <param name="failed">Label for when a step fails.</param>
/// <param name="root">Label of the menu, for what comes back.</param>
internal sealed class IpxeBootLines(string server, string failed, string root)
{
    /// <summary>Writes the steps of one way of starting.</summary>
    /// <param name="script">The script.</param>
    /// <param name="title">What is started.</param>
    /// <param name="option">How.</param>
    public void Write(IpxeScript script, string title, BootOption option)
    {
        script.Echo($"Starting {title} ...");
        if (option.Note is not null)
        {
            script.Echo(option.Note);
        }

        script.Line("imgfree");
        switch (option.Line)
        {
            case LinuxBootLine linux:
                WriteLinux(script, linux);
                break;
            case WimbootBootLine windows:
                WriteWimboot(script, windows);
                break;
            case EfiProgramBootLine program:
                script.Line($"chain {Url(program.Program)} || goto {failed}").Goto(root);
                break;
            case SanBootLine disc:
                script.Line($"sanboot --no-describe {Url(disc.Image)} || goto {failed}").Goto(root);
                break;
            case MemdiskBootLine memdisk:
                WriteMemdisk(script, memdisk);
                break;
            default:
                throw new InvalidOperationException($"no script for {option.Line.GetType().Name}");
        }
    }

    private void WriteLinux(IpxeScript script, LinuxBootLine linux)
    {
        // A kernel older than 5.7 that is started as an EFI program finds its RAM disks only by this name; all others
        // ignore it (Linux Documentation/admin-guide/efi-stub.rst).
        string initrd = linux.Initrds.IsEmpty && linux.Files.IsEmpty ? "" : " initrd=initrd.magic";

        // Before all other words: what stands behind "---" is taken over into an installed system. netX is the card that
        // iPXE used last (ipxe.org/cfg/netX).
        string card = linux.TellsInterface ? " BOOTIF=01-${netX/mac:hexhyp}" : "";
        string words = IpxeText.Parameters(linux.Parameters);
        script.Line($"kernel {Url(linux.Kernel)}{initrd}{card} {words} || goto {failed}".Replace("  ", " ", StringComparison.Ordinal));
        foreach (string path in linux.Initrds)
        {
            script.Line($"initrd {Url(path)} || goto {failed}");
        }

        // iPXE puts a file with a name of its own into the initial RAM file system under that name.
        foreach (NamedFile file in linux.Files)
        {
            script.Line($"initrd {Url(file.Path)} {IpxeText.UrlPath(file.Name)} || goto {failed}");
        }

        if (linux.Shim is not null)
        {
            script.Line($"shim {Url(linux.Shim)} || goto {failed}");
        }

        script.Line($"boot || goto {failed}");
    }

    private void WriteWimboot(IpxeScript script, WimbootBootLine windows)
    {
        script.Line($"kernel {server}/{WimbootBootLine.Loader} {IpxeText.Parameters(windows.Parameters)}".TrimEnd() + $" || goto {failed}");
        foreach (NamedFile file in windows.Files)
        {
            script.Line($"initrd {Url(file.Path)} {IpxeText.UrlPath(file.Name)} || goto {failed}");
        }

        script.Line($"boot || goto {failed}");
    }

    private void WriteMemdisk(IpxeScript script, MemdiskBootLine memdisk)
    {
        string medium = memdisk.Medium switch
        {
            MemdiskMedium.Floppy => "floppy raw",
            MemdiskMedium.Cdrom => "iso raw",
            _ => "harddisk raw",
        };
        script.Line($"kernel {server}/memdisk {medium} || goto {failed}")
            .Line($"initrd {Url(memdisk.Image)} || goto {failed}")
            .Line($"boot || goto {failed}");
    }

    private string Url(string path) => server + IpxeText.UrlPath(path);
}
