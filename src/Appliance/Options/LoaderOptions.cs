namespace Appliance.Options;

/// <summary>Which loader each kind of firmware is given; names of files that the loaders folders publish.</summary>
public sealed record LoaderOptions
{
    /// <summary>Legacy BIOS. undionly drives any card through its ROM, and fits in 64 KiB.</summary>
    public string Bios { get; init; } = "undionly.kpxe";

    /// <summary>UEFI x86-64. snponly drives any card through its firmware, ipxe-amd64.efi brings drivers of its own.</summary>
    public string UefiX64 { get; init; } = "snponly.efi";

    /// <summary>UEFI arm64. Debian builds no snponly for it.</summary>
    public string UefiArm64 { get; init; } = "ipxe-arm64.efi";

    /// <summary>UEFI IA32; null: Debian ships none, so the client is told so in the log.</summary>
    public string? UefiIa32 { get; init; }

    /// <summary>
    /// An iPXE older than this (option 175.235) is given our own loader instead of the menu. 1.0.0: the iPXE inside a
    /// card or hypervisor that is that old boots our menus, and one stage less is seconds less.
    /// </summary>
    public Version IpxeMinimumVersion { get; init; } = new(1, 0, 0);
}
