using System.Collections.Immutable;

namespace Appliance.Options;

/// <summary>
/// Which loader each kind of firmware is given: names of files that the loaders folders publish. Of each list the first
/// that is there, and the next for a machine on which it does not come up; none in a list: such clients are told so in the
/// log.
/// </summary>
public sealed record LoaderOptions
{
    /// <summary>
    /// Legacy BIOS. undionly drives any card through its ROM, and fits in 64 KiB; ipxe.pxe, with drivers of its own, is for
    /// machines on which it does not come up.
    /// </summary>
    public ImmutableArray<string> Bios { get; init; } = ["undionly.kpxe", "ipxe.pxe"];

    /// <summary>
    /// UEFI x86-64. A signed iPXE, where the owner has put one; else shim, which every firmware starts: no DHCP field tells
    /// whether Secure Boot is on, and GRUB behind it goes on to snponly.efi where it is off. Then snponly.efi itself,
    /// which drives any card through its firmware, and at last iPXE with drivers of its own.
    /// </summary>
    public ImmutableArray<string> UefiX64 { get; init; } = ["snponly-shimx64.efi", "shimx64.efi", "snponly.efi", "ipxe-amd64.efi"];

    /// <summary>UEFI arm64, in the same order. Debian builds no snponly for it.</summary>
    public ImmutableArray<string> UefiArm64 { get; init; } = ["snponly-shimaa64.efi", "shimaa64.efi", "ipxe-arm64.efi"];

    /// <summary>UEFI IA32. None: Debian ships none.</summary>
    public ImmutableArray<string> UefiIa32 { get; init; } = [];

    /// <summary>
    /// Whether an iPXE that we did not send is given our own loader before the menu. No: the iPXE inside a card or
    /// hypervisor boots our menus as it is, and one stage less is seconds less. Its version does not tell how good it is:
    /// QEMU's of 2019 and Debian 13's both report 1.0.0 in option 175.
    /// </summary>
    public bool ChainIpxe { get; init; }

    /// <summary>For each kind of firmware that is given a loader at all, the names of its list.</summary>
    public IEnumerable<ImmutableArray<string>> Lists =>
        new[] { Bios, UefiX64, UefiArm64, UefiIa32 }.Where(static names => !names.IsEmpty);

    /// <summary>The lists of which no file is there: such clients will not boot.</summary>
    /// <param name="isPublished">Whether a loaders folder has that file.</param>
    public IEnumerable<string> Missing(Func<string, bool> isPublished) =>
        Lists.Where(names => !names.Any(isPublished)).Select(static names => string.Join(" or ", names));
}
