using System.Buffers.Binary;

namespace Appliance.Formats.Linux;

/// <summary>The processor that a kernel or EFI program is built for.</summary>
public enum MachineArchitecture
{
    Unknown,

    /// <summary>32-bit x86.</summary>
    X86,

    /// <summary>64-bit x86; a 64-bit bzImage.</summary>
    X64,
    Arm64,
}

/// <summary>
/// Tells what a file is from its first bytes.
/// <code>
/// x86 bzImage   0x1FE boot_flag 0xAA55   0x202 "HdrS"   0x206 version   0x236 xloadflags (protocol 2.12)
/// arm64 Image   0x38  "ARM\x64"
/// PE/COFF       0x00  "MZ"   0x3C offset of "PE\0\0", then Machine
/// </code>
/// Sources: Linux Documentation/arch/x86/boot.rst, Documentation/arch/arm64/booting.rst, PE/COFF specification §2.
/// </summary>
public readonly record struct KernelImage(MachineArchitecture Architecture, bool IsLinux, bool IsEfi)
{
    /// <summary>Bytes of the start of a file that are enough.</summary>
    public const int HeaderLength = 1024;

    private const int BootFlagOffset = 0x1FE;
    private const int HeaderMagicOffset = 0x202;
    private const int ProtocolVersionOffset = 0x206;
    private const int XLoadFlagsOffset = 0x236;
    private const int Arm64MagicOffset = 0x38;
    private const int PeOffsetOffset = 0x3C;
    private const ushort XLoadFlagsProtocol = 0x020C;
    private const ushort XLoadFlag64Bit = 1;

    /// <summary>Reads the header; false when the bytes are neither a kernel nor an EFI program.</summary>
    public static bool TryIdentify(ReadOnlySpan<byte> header, out KernelImage image)
    {
        MachineArchitecture pe = PeMachine(header);
        if (header.Length > XLoadFlagsOffset + 2
            && BinaryPrimitives.ReadUInt16LittleEndian(header[BootFlagOffset..]) == 0xAA55
            && header[HeaderMagicOffset..].StartsWith("HdrS"u8))
        {
            bool is64Bit = BinaryPrimitives.ReadUInt16LittleEndian(header[ProtocolVersionOffset..]) >= XLoadFlagsProtocol
                && (BinaryPrimitives.ReadUInt16LittleEndian(header[XLoadFlagsOffset..]) & XLoadFlag64Bit) != 0;
            image = new KernelImage(is64Bit ? MachineArchitecture.X64 : MachineArchitecture.X86, true, pe != MachineArchitecture.Unknown);
            return true;
        }

        if (header.Length > Arm64MagicOffset + 4 && header[Arm64MagicOffset..].StartsWith("ARM\x64"u8))
        {
            image = new KernelImage(MachineArchitecture.Arm64, true, pe != MachineArchitecture.Unknown);
            return true;
        }

        image = new KernelImage(pe, false, true);
        return pe != MachineArchitecture.Unknown;
    }

    private static MachineArchitecture PeMachine(ReadOnlySpan<byte> header)
    {
        if (header.Length < PeOffsetOffset + 4 || !header.StartsWith("MZ"u8))
        {
            return MachineArchitecture.Unknown;
        }

        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(header[PeOffsetOffset..]);
        if (offset > header.Length - 6 || !header[(int)offset..].StartsWith("PE\0\0"u8))
        {
            return MachineArchitecture.Unknown;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(header[((int)offset + 4)..]) switch
        {
            0x014C => MachineArchitecture.X86,
            0x8664 => MachineArchitecture.X64,
            0xAA64 => MachineArchitecture.Arm64,
            _ => MachineArchitecture.Unknown,
        };
    }
}
