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
    /// Whether an iPXE that we did not send is given our own loader before the menu. No: the iPXE inside a card or
    /// hypervisor boots our menus as it is, and one stage less is seconds less. Its version does not tell how good it is:
    /// QEMU's of 2019 and Debian 13's both report 1.0.0 in option 175.
    /// </summary>
    public bool ChainIpxe { get; init; }

    /// <summary>File names of all loaders that clients may be told to fetch.</summary>
    public IEnumerable<string> Named => new[] { Bios, UefiX64, UefiArm64, UefiIa32 }.OfType<string>();
}
