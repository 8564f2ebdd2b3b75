using Appliance.Formats.Linux;
using Appliance.Tests.Boot;

namespace Appliance.Fuzz.Linux;

public sealed class KernelImageFuzz
{
    private const int Cases = 100_000;

    [Fact]
    public void Damaged_headers_are_a_kernel_a_program_or_neither()
    {
        var mutator = new ByteMutator(
            SampleKernels.X64[..1024], SampleKernels.X86[..1024], SampleKernels.Arm64[..1024], SampleKernels.Pe(0x14c)[..1024]);
        FuzzCases.Run(Cases, seed =>
        {
            bool known = KernelImage.TryIdentify(mutator.Mutate(seed), out KernelImage image);
            Assert.True(!known || image.IsLinux || image.IsEfi);
            Assert.True(!known || image.Architecture != MachineArchitecture.Unknown);
        });
    }
}
