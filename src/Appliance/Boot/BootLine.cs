using System.Collections.Immutable;
using Appliance.Formats.Linux;

namespace Appliance.Boot;

/// <summary>One way of starting one thing on a client. Paths are names that <see cref="BootFiles"/> publishes.</summary>
public abstract record BootLine
{
    /// <summary>Whether a client of that firmware can start it.</summary>
    public abstract bool RunsOn(ClientFirmware firmware);

    /// <summary>The EFI program that UEFI firmware is to run, a kernel mostly; null when there is none.</summary>
    public virtual string? EfiProgram => null;

    protected static bool Executes(ClientFirmware firmware, MachineArchitecture architecture) => firmware switch
    {
        // A PC with BIOS firmware may be 32-bit; which processor it has is known only when the kernel says so itself.
        ClientFirmware.Bios => architecture is MachineArchitecture.X86 or MachineArchitecture.X64,
        ClientFirmware.UefiIa32 => architecture is MachineArchitecture.X86,
        ClientFirmware.UefiX64 => architecture is MachineArchitecture.X64,
        ClientFirmware.UefiArm64 => architecture is MachineArchitecture.Arm64,
        _ => false,
    };
}

/// <summary>A published file that a kernel gets under a name of its own.</summary>
/// <param name="Path">What is published.</param>
/// <param name="Name">The name: for Linux a path in the initial RAM file system.</param>
public sealed record NamedFile(string Path, string Name);

/// <summary>A Linux kernel with its initial RAM disks.</summary>
public sealed record LinuxBootLine(
    KernelImage KernelImage, string Kernel, ImmutableArray<string> Initrds, string Parameters) : BootLine
{
    /// <summary>Files that are put into the initial RAM file system.</summary>
    public ImmutableArray<NamedFile> Files { get; init; } = [];

    /// <summary>Whether the kernel is told which network card it was started from (<c>BOOTIF=</c>, as PXELINUX does).</summary>
    public bool TellsInterface { get; init; }

    /// <summary>The image's own shim, which knows the key of its kernel; null when there is none.</summary>
    public string? Shim { get; init; }

    public override string? EfiProgram => Kernel;

    /// <summary>On UEFI the kernel must be an EFI program too; iPXE brings no handover of its own.</summary>
    public override bool RunsOn(ClientFirmware firmware) =>
        Executes(firmware, KernelImage.Architecture) && (firmware is ClientFirmware.Bios || KernelImage.IsEfi);
}

/// <summary>An EFI program that needs no files beside it.</summary>
public sealed record EfiProgramBootLine(MachineArchitecture Architecture, string Program) : BootLine
{
    public override string? EfiProgram => Program;

    public override bool RunsOn(ClientFirmware firmware) => firmware is not ClientFirmware.Bios && Executes(firmware, Architecture);
}

/// <summary>The whole image as a disc of the firmware; the operating system will not see that disc.</summary>
/// <param name="Image">The image.</param>
/// <param name="HasBiosBoot">Whether it has a boot entry for BIOS.</param>
/// <param name="HasEfiBoot">Whether it has one for UEFI.</param>
public sealed record SanBootLine(string Image, bool HasBiosBoot, bool HasEfiBoot) : BootLine
{
    public override bool RunsOn(ClientFirmware firmware) => firmware switch
    {
        ClientFirmware.Bios => HasBiosBoot,
        ClientFirmware.UefiX64 or ClientFirmware.UefiIa32 => HasEfiBoot,
        _ => false,
    };
}

/// <summary>ESXi's loader, which fetches its modules itself.</summary>
/// <param name="Config">The <c>boot.cfg</c> that names them.</param>
/// <param name="BiosLoader">mboot.c32, or null.</param>
/// <param name="EfiLoader">mboot.efi, or null.</param>
public sealed record EsxiBootLine(string Config, string? BiosLoader, string? EfiLoader) : BootLine
{
    public override string? EfiProgram => EfiLoader;

    public override bool RunsOn(ClientFirmware firmware) => firmware switch
    {
        ClientFirmware.Bios => BiosLoader is not null,
        ClientFirmware.UefiX64 => EfiLoader is not null,
        _ => false,
    };
}

/// <summary>What an image is a copy of, for MEMDISK.</summary>
public enum MemdiskMedium
{
    Floppy,
    HardDisk,
    Cdrom,
}

/// <summary>The whole image copied to memory by MEMDISK (Syslinux doc/memdisk.txt). BIOS only.</summary>
public sealed record MemdiskBootLine(string Image, MemdiskMedium Medium) : BootLine
{
    public override bool RunsOn(ClientFirmware firmware) => firmware is ClientFirmware.Bios;
}

/// <summary>Windows PE out of files in memory (ipxe.org/wimboot). The owner supplies wimboot.</summary>
/// <param name="Architecture">What the Windows is built for.</param>
/// <param name="Files">Files and the names that wimboot knows them by.</param>
/// <param name="Parameters">Words for wimboot itself.</param>
public sealed record WimbootBootLine(MachineArchitecture Architecture, ImmutableArray<NamedFile> Files, string Parameters) : BootLine
{
    /// <summary>File name of the loader.</summary>
    public const string Loader = "wimboot";

    public override bool RunsOn(ClientFirmware firmware) => Executes(firmware, Architecture);
}
