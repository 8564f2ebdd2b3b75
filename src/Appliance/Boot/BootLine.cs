using System.Collections.Immutable;
using Appliance.Formats.Linux;

namespace Appliance.Boot;

/// <summary>One way of starting one thing on a client. Paths are names that <see cref="BootFiles"/> publishes.</summary>
public abstract record BootLine
{
    /// <summary>Whether a client of that firmware can start it.</summary>
    public abstract bool RunsOn(ClientFirmware firmware);

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

/// <summary>A Linux kernel with its initial RAM disks.</summary>
public sealed record LinuxBootLine(
    KernelImage KernelImage, string Kernel, ImmutableArray<string> Initrds, string Parameters) : BootLine
{
    /// <summary>On UEFI the kernel must be an EFI program too; iPXE brings no handover of its own.</summary>
    public override bool RunsOn(ClientFirmware firmware) =>
        Executes(firmware, KernelImage.Architecture) && (firmware is ClientFirmware.Bios || KernelImage.IsEfi);
}

/// <summary>An EFI program that needs no files beside it.</summary>
public sealed record EfiProgramBootLine(MachineArchitecture Architecture, string Program) : BootLine
{
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
