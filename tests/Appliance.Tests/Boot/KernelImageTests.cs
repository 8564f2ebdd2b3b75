using Appliance.Formats.Linux;

namespace Appliance.Tests.Boot;

public sealed class KernelImageTests
{
    [Fact]
    public void Kernels_and_programs_are_told_apart_by_their_headers()
    {
        Assert.Equal(new KernelImage(MachineArchitecture.X64, true, true), Identify(SampleKernels.X64));
        Assert.Equal(new KernelImage(MachineArchitecture.X64, true, false), Identify(SampleKernels.X64WithoutEfi));
        Assert.Equal(new KernelImage(MachineArchitecture.X86, true, false), Identify(SampleKernels.X86));
        Assert.Equal(new KernelImage(MachineArchitecture.Arm64, true, true), Identify(SampleKernels.Arm64));
        Assert.Equal(new KernelImage(MachineArchitecture.X64, false, true), Identify(SampleKernels.Pe(0x8664)));
        Assert.Null(Identify(new byte[2048]));
        Assert.Null(Identify("#!ipxe\n"u8.ToArray()));
    }

    [Fact]
    public void Every_prefix_of_a_header_is_read_without_harm()
    {
        foreach (byte[] whole in new[] { SampleKernels.X64, SampleKernels.Arm64, SampleKernels.Pe(0xAA64) })
        {
            for (int length = 0; length < KernelImage.HeaderLength; length++)
            {
                Identify(whole[..length]);
            }
        }
    }

    [Fact]
    public void An_offset_that_points_past_the_header_is_no_program()
    {
        byte[] bytes = SampleKernels.Pe(0x8664);
        foreach (uint offset in new uint[] { 1020, 1021, 1023, 1024, int.MaxValue, uint.MaxValue })
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(0x3C), offset);
            Assert.Null(Identify(bytes[..KernelImage.HeaderLength]));
        }
    }

    private static KernelImage? Identify(byte[] bytes) =>
        KernelImage.TryIdentify(bytes.AsSpan(0, Math.Min(bytes.Length, KernelImage.HeaderLength)), out KernelImage image) ? image : null;
}
