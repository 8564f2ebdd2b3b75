namespace Appliance.Formats.Pxe;

/// <summary>Values of option 93 (IANA "Processor Architecture Types", RFC 5970 §3.3).</summary>
public enum ClientSystemArchitecture : ushort
{
    Bios = 0x00,
    NecPc98 = 0x01,
    Itanium = 0x02,
    Alpha = 0x03,
    ArcX86 = 0x04,
    IntelLeanClient = 0x05,
    UefiIa32 = 0x06,

    /// <summary>"EFI BC" in the text of RFC 4578, x86-64 in every firmware and in IANA's list.</summary>
    UefiX64 = 0x07,
    Xscale = 0x08,

    /// <summary>IANA's EFI byte code; firmware of the years before the correction means x86-64 by it.</summary>
    UefiByteCode = 0x09,
    UefiArm32 = 0x0a,
    UefiArm64 = 0x0b,
    PowerPcOpenFirmware = 0x0c,
    PowerPcEpapr = 0x0d,
    PowerOpal = 0x0e,
    HttpUefiIa32 = 0x0f,
    HttpUefiX64 = 0x10,
    HttpUefiByteCode = 0x11,
    HttpUefiArm32 = 0x12,
    HttpUefiArm64 = 0x13,
    HttpBios = 0x14,
    UBootArm32 = 0x15,
    UBootArm64 = 0x16,
    HttpUBootArm32 = 0x17,
    HttpUBootArm64 = 0x18,
    UefiRiscV32 = 0x19,
    HttpUefiRiscV32 = 0x1a,
    UefiRiscV64 = 0x1b,
    HttpUefiRiscV64 = 0x1c,
    UefiRiscV128 = 0x1d,
    HttpUefiRiscV128 = 0x1e,
    UefiLoongArch32 = 0x25,
    HttpUefiLoongArch32 = 0x26,
    UefiLoongArch64 = 0x27,
    HttpUefiLoongArch64 = 0x28,
}
