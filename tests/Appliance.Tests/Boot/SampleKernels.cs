using System.Buffers.Binary;
using System.Text;

namespace Appliance.Tests.Boot;

/// <summary>First bytes of kernels and EFI programs, written by the layouts that <c>KernelImage</c> draws.</summary>
internal static class SampleKernels
{
    /// <summary>A 64-bit x86 kernel with an EFI stub.</summary>
    public static byte[] X64 { get; } = BzImage(0x020F, 1, peMachine: 0x8664);

    /// <summary>A 64-bit x86 kernel that EFI firmware cannot start.</summary>
    public static byte[] X64WithoutEfi { get; } = BzImage(0x020F, 1, peMachine: null);

    /// <summary>A 32-bit x86 kernel of before EFI.</summary>
    public static byte[] X86 { get; } = BzImage(0x0203, 0, peMachine: null);

    public static byte[] Arm64 { get; } = WithArm64Magic(Pe(0xAA64));

    /// <summary>An EFI program for the machine type.</summary>
    public static byte[] Pe(ushort machine)
    {
        byte[] bytes = new byte[2048];
        "MZ"u8.CopyTo(bytes);
        WritePe(bytes, machine);
        return bytes;
    }

    /// <summary>An EFI program for x86-64 with a signature in which these names occur.</summary>
    public static byte[] Signed(params string[] names)
    {
        byte[] program = Pe(0x8664);
        byte[] table = [0x30, 0, .. names.SelectMany(static name => (byte[])[0x06, 0x03, 0x55, 0x04, 0x03, 0x13, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)])];
        Span<byte> optional = program.AsSpan(0x80 + 24);
        BinaryPrimitives.WriteUInt16LittleEndian(optional, 0x20B);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[(112 + 32)..], (uint)program.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[(112 + 36)..], (uint)table.Length);
        return [.. program, .. table];
    }

    private static byte[] BzImage(ushort protocol, ushort xLoadFlags, ushort? peMachine)
    {
        byte[] bytes = peMachine is null ? new byte[2048] : Pe(peMachine.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x1FE), 0xAA55);
        "HdrS"u8.CopyTo(bytes.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x206), protocol);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x236), xLoadFlags);
        return bytes;
    }

    private static byte[] WithArm64Magic(byte[] bytes)
    {
        "ARM\x64"u8.CopyTo(bytes.AsSpan(0x38));
        return bytes;
    }

    private static void WritePe(byte[] bytes, ushort machine)
    {
        const int PeOffset = 0x80;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x3C), PeOffset);
        "PE\0\0"u8.CopyTo(bytes.AsSpan(PeOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PeOffset + 4), machine);
    }
}
